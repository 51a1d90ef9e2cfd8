"""An emulated Kubernetes API server, as far as Helm needs one.

It keeps objects, checks every write strictly against Kubernetes' schemas (422 on a fault), makes
Deployments available and Jobs complete, or fail where a test says so. It proves the order of hooks,
upgrades, failures and rollbacks; admission, scheduling, permissions and real probes it does not.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.chart.rendering import NEWEST, JsonObject, cert_manager, kubernetes, merged

Kinds = dict[tuple[str, str], tuple[str, str]]
"""Kind and singular by API version and plural."""
KINDS: Kinds = {
    ("v1", "secrets"): ("Secret", "secret"),
    ("v1", "services"): ("Service", "service"),
    ("v1", "serviceaccounts"): ("ServiceAccount", "serviceaccount"),
    ("v1", "pods"): ("Pod", "pod"),
    ("v1", "persistentvolumeclaims"): ("PersistentVolumeClaim", "persistentvolumeclaim"),
    ("apps/v1", "deployments"): ("Deployment", "deployment"),
    ("apps/v1", "replicasets"): ("ReplicaSet", "replicaset"),
    ("batch/v1", "jobs"): ("Job", "job"),
    ("networking.k8s.io/v1", "networkpolicies"): ("NetworkPolicy", "networkpolicy"),
    ("networking.k8s.io/v1", "ingresses"): ("Ingress", "ingress"),
    ("policy/v1", "poddisruptionbudgets"): ("PodDisruptionBudget", "poddisruptionbudget"),
    ("autoscaling/v2", "horizontalpodautoscalers"): ("HorizontalPodAutoscaler", "horizontalpodautoscaler"),
}
CERT_MANAGER: Kinds = {
    ("cert-manager.io/v1", "certificates"): ("Certificate", "certificate"),
    ("cert-manager.io/v1", "issuers"): ("Issuer", "issuer"),
}
"""What a cluster has beside the others where cert-manager is installed."""
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
Key = tuple[str, str, str]
"""API version, plural, name; there is one namespace."""


@dataclass
class Cluster:
    """What the server holds, and how it behaves."""

    kinds: Kinds = field(default_factory=lambda: KINDS)
    objects: dict[Key, JsonObject] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    """`verb Kind/name` of every accepted write, in order."""
    failing_jobs: set[str] = field(default_factory=set)
    """Jobs with one of these texts in their name fail."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    version: int = 1

    def names(self, kind: str) -> set[str]:
        """Names of the objects of a kind."""
        return {each["metadata"]["name"] for each in self.objects.values() if each["kind"] == kind}

    def find(self, kind: str, name: str) -> JsonObject:
        """One object."""
        return next(o for o in self.objects.values() if (o["kind"], o["metadata"]["name"]) == (kind, name))

    def put(self, key: Key, given: JsonObject, verb: str) -> JsonObject:
        """Stores an object as a controller would soon have it."""
        with self.changed:
            self.version += 1
            known = self.objects.get(key)
            meta = given.setdefault("metadata", {})
            meta["uid"] = known["metadata"]["uid"] if known else str(uuid.uuid4())
            meta["resourceVersion"] = str(self.version)
            meta["generation"] = (known["metadata"]["generation"] + 1) if known else 1
            meta.setdefault("creationTimestamp", "2026-01-01T00:00:00Z")
            given["status"] = self._status(given)
            self.objects[key] = given
            self.writes.append(f"{verb} {given['kind']}/{meta['name']}")
            self.changed.notify_all()
            return given

    def remove(self, key: Key) -> JsonObject | None:
        """Deletes an object at once."""
        with self.changed:
            self.version += 1
            gone = self.objects.pop(key, None)
            if gone is not None:
                self.writes.append(f"delete {gone['kind']}/{gone['metadata']['name']}")
            self.changed.notify_all()
            return gone

    def _status(self, each: JsonObject) -> JsonObject:
        match each["kind"]:
            case "Deployment":
                count = each["spec"].get("replicas", 1)
                return {
                    "observedGeneration": each["metadata"]["generation"],
                    **dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), count),
                    "conditions": [
                        {"type": "Available", "status": "True"},
                        {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
                    ],
                }
            case "Job":
                failed = any(text in each["metadata"]["name"] for text in self.failing_jobs)
                kind = "Failed" if failed else "Complete"
                return {"conditions": [{"type": kind, "status": "True"}], "failed" if failed else "succeeded": 1}
            case "Pod":
                return {"phase": "Succeeded", "conditions": [{"type": "Ready", "status": "True"}]}
            case "PersistentVolumeClaim":
                return {"phase": "Bound"}
            case "Certificate" | "Issuer":
                return {"conditions": [{"type": "Ready", "status": "True"}]}
        return {}


def _resource_list(kinds: Kinds, version: str) -> JsonObject:
    resources = [
        {"name": plural, "singularName": singular, "namespaced": True, "kind": kind, "verbs": VERBS}
        for (api, plural), (kind, singular) in kinds.items()
        if api == version
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}


def _groups(kinds: Kinds) -> JsonObject:
    versions = sorted({api for api, _ in kinds if "/" in api})
    groups = []
    for version in versions:
        name, short = version.split("/")
        entry = {"groupVersion": version, "version": short}
        groups.append({"name": name, "versions": [entry], "preferredVersion": entry})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _openapi(kinds: Kinds, version: str) -> JsonObject:
    """Just enough for a client to see that the server validates fields itself."""
    group, _, short = version.rpartition("/")
    paths: JsonObject = {}
    base = f"/apis/{version}" if group else f"/api/{version}"
    for (api, plural), (kind, _) in kinds.items():
        if api == version:
            gvk = {"group": group, "version": short or version, "kind": kind}
            parameter = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
            operation = {"parameters": [parameter], "x-kubernetes-group-version-kind": gvk, "responses": {}}
            paths[f"{base}/namespaces/{{namespace}}/{plural}/{{name}}"] = {"patch": operation}
    return {"openapi": "3.0.0", "info": {"title": "emulated", "version": "1"}, "paths": paths}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class names it so)
        """Stays quiet."""

    def _send(self, body: JsonObject, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _refuse(self, status: int, reason: str, message: str) -> None:
        self._send(
            {
                "kind": "Status",
                "apiVersion": "v1",
                "status": "Failure",
                "reason": reason,
                "message": message,
                "code": status,
            },
            status,
        )

    def _body(self) -> JsonObject:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found: JsonObject = yaml.safe_load(raw) or {}
        return found

    def _place(self) -> tuple[str, str, str] | None:
        """API version, plural and name (or "") of the path; None: no object's."""
        parts = urlsplit(self.path).path.strip("/").split("/")
        version, rest = (parts[1], parts[2:]) if parts[0] == "api" else ("/".join(parts[1:3]), parts[3:])
        if rest[:1] == ["namespaces"]:
            rest = rest[2:]
        if not rest or (version, rest[0]) not in self.cluster.kinds:
            return None
        return version, rest[0], rest[1] if len(rest) > 1 else ""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.rstrip("/")
        if path == "/version":
            major, minor = NEWEST.split(".")
            return self._send({"major": major, "minor": minor, "gitVersion": f"v{NEWEST}.0"})
        if path == "/api":
            return self._send({"kind": "APIVersions", "versions": ["v1"]})
        if path == "/apis":
            return self._send(_groups(self.cluster.kinds))
        if path == "/openapi/v3":
            versions = sorted({api for api, _ in self.cluster.kinds})
            paths = {("apis/" if "/" in v else "api/") + v: {"serverRelativeURL": f"/openapi/v3/{v}"} for v in versions}
            return self._send({"paths": paths})
        if path.startswith("/openapi/v3/"):
            return self._send(_openapi(self.cluster.kinds, path.removeprefix("/openapi/v3/")))
        place = self._place()
        if place is None:
            version = path.removeprefix("/apis/").removeprefix("/api/")
            return self._send(_resource_list(self.cluster.kinds, version))
        return self._read(*place)

    def _read(self, version: str, plural: str, name: str) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if query.get("watch", [""])[0] in {"1", "true"}:
            return self._watch(version, plural, query)
        if name:
            found = self.cluster.objects.get((version, plural, name))
            if found is None:
                return self._refuse(404, "NotFound", f'{plural} "{name}" not found')
            return self._send(found)
        kind = self.cluster.kinds[version, plural][0]
        items = [o for (v, p, _), o in self.cluster.objects.items() if (v, p) == (version, plural)]
        meta = {"resourceVersion": str(self.cluster.version)}
        return self._send({"kind": f"{kind}List", "apiVersion": version, "metadata": meta, "items": items})

    def _watch(self, version: str, plural: str, query: dict[str, list[str]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        kind = self.cluster.kinds[version, plural][0]
        seen: dict[Key, str] = {}
        try:
            for event in self._events(version, plural, seen):
                self._chunk(event)
                if event is None and "sendInitialEvents" in query:
                    query.pop("sendInitialEvents")
                    meta = {
                        "resourceVersion": str(self.cluster.version),
                        "annotations": {"k8s.io/initial-events-end": "true"},
                    }
                    self._chunk({"type": "BOOKMARK", "object": {"kind": kind, "apiVersion": version, "metadata": meta}})
        except (BrokenPipeError, ConnectionResetError):
            return

    def _events(self, version: str, plural: str, seen: dict[Key, str]) -> Iterator[JsonObject | None]:
        """Changes as they come; None after each round, for whoever watches the connection."""
        while True:
            with self.cluster.changed:
                now = {k: o for k, o in self.cluster.objects.items() if k[:2] == (version, plural)}
                events: list[JsonObject] = []
                for key, each in now.items():
                    stamp = each["metadata"]["resourceVersion"]
                    if seen.get(key) != stamp:
                        events.append({"type": "MODIFIED" if key in seen else "ADDED", "object": each})
                        seen[key] = stamp
                for key in seen.keys() - now.keys():
                    del seen[key]
                    gone = {
                        "kind": self.cluster.kinds[version, plural][0],
                        "apiVersion": version,
                        "metadata": {"name": key[2]},
                    }
                    events.append({"type": "DELETED", "object": gone})
            yield from events
            yield None
            with self.cluster.changed:
                self.cluster.changed.wait(0.2)

    def _chunk(self, event: JsonObject | None) -> None:
        data = b"" if event is None else json.dumps(event).encode() + b"\n"
        if data:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _store(self, given: JsonObject, verb: str, version: str, plural: str, name: str) -> None:
        given.setdefault("apiVersion", version)
        given.setdefault("kind", self.cluster.kinds[version, plural][0])
        checked = {key: value for key, value in given.items() if key != "status"}
        try:
            if version.startswith("cert-manager.io/"):
                cert_manager(checked)
            else:
                kubernetes().validate(checked, NEWEST, strict=True)
        except (ValueError, kubernetes().ValidationError) as error:
            return self._refuse(422, "Invalid", str(error))
        return self._send(self.cluster.put((version, plural, name), given, verb), 201 if verb == "create" else 200)

    def do_POST(self) -> None:
        place, given = self._place(), self._body()
        assert place is not None, self.path
        version, plural, _ = place
        name = given["metadata"]["name"]
        if (version, plural, name) in self.cluster.objects:
            return self._refuse(409, "AlreadyExists", f'{plural} "{name}" already exists')
        return self._store(given, "create", version, plural, name)

    def do_PATCH(self) -> None:
        place, given = self._place(), self._body()
        assert place is not None, self.path
        known = self.cluster.objects.get(place)
        applied = "apply-patch" in (self.headers.get("Content-Type") or "")
        # A server-side apply by the only manager: what it no longer names is gone.
        whole = given if applied or known is None else merged(known, given)
        return self._store(whole, "apply" if known else "create", *place)

    def do_PUT(self) -> None:
        place, given = self._place(), self._body()
        assert place is not None, self.path
        return self._store(given, "update", *place)

    def do_DELETE(self) -> None:
        place = self._place()
        self._body()
        assert place is not None, self.path
        gone = self.cluster.remove(place)
        if gone is None:
            return self._refuse(404, "NotFound", "not found")
        return self._send({"kind": "Status", "apiVersion": "v1", "status": "Success"})


@contextmanager
def running_api(further: Kinds | None = None) -> Iterator[tuple[Cluster, str]]:
    """A server on a free port that knows further kinds too; its cluster and its URL."""
    cluster = Cluster({**KINDS, **(further or {})})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cluster": cluster}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield cluster, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
