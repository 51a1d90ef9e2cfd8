"""The panel's built files under /panel/: hashed assets for ever, the page itself never from a cache, a strict policy.

The files are made by `make panel` into this package. A checkout without them serves a sentence that says so.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

BUILT = Path(__file__).parents[1] / "panel_dist"
"""Where `make panel` puts the files."""
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
)
_FOREVER = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""
_CHECKED = "no-cache"
"""Kept, but asked for anew each time; an unchanged one costs a 304."""

# Python's own table depends on the machine.
for _type, _ending in (("text/javascript", ".js"), ("image/svg+xml", ".svg"), ("font/woff2", ".woff2")):
    mimetypes.add_type(_type, _ending)


_COMPRESSED = (".js", ".css", ".svg", ".html", ".json", ".webmanifest")


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is served: from memory, because a first page asks for some thirty at once."""

    body: bytes
    packed: bytes
    """By gzip; empty: it is none that shrinks."""
    media_type: str
    tag: str

    @classmethod
    def read(cls, path: Path) -> _File:
        body = path.read_bytes()
        packed = gzip.compress(body, mtime=0) if path.suffix in _COMPRESSED else b""
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return cls(body, packed, media_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The file, packed for whoever unpacks it; nothing for whoever has it."""
        given = {**headers, "ETag": self.tag, "Vary": "Accept-Encoding"}
        if self.tag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=given)
        if self.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            return Response(self.packed, headers={**given, "Content-Encoding": "gzip"}, media_type=self.media_type)
        return Response(self.body, headers=given, media_type=self.media_type)


class _Built:
    """The files by name, read anew after a build, so that no request ever names a path of the disk.

    Args:
        folder: Where they are; may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = -1
        self._paths: dict[str, Path] = {}
        self._files: dict[str, _File] = {}

    def file(self, name: str) -> _File | None:
        """One file by its path within the folder; None: there is none."""
        try:
            stamp = (self._folder / "index.html").stat().st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp != self._stamp:
            found = (path for path in self._folder.rglob("*") if path.is_file())
            self._paths, self._stamp = {path.relative_to(self._folder).as_posix(): path for path in found}, stamp
            self._files = {}
        if name not in self._files and name in self._paths:
            self._files[name] = _File.read(self._paths[name])
        return self._files.get(name)


def panel_routes(folder: Path = BUILT, *, frame_ancestors: str = "'none'") -> list[BaseRoute]:
    """Routes of the panel.

    Args:
        folder: The built files.
        frame_ancestors: Who may show the panel in a frame, as a CSP source list.
    """
    built = _Built(folder)
    headers = {
        "Content-Security-Policy": "; ".join((*_POLICY, f"frame-ancestors {frame_ancestors}")),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        found = None if name == "index.html" or name.startswith(".") else built.file(name)
        if found is not None:
            kept = _FOREVER if name.startswith("assets/") else _CHECKED
            return found.answer(request, {**headers, "Cache-Control": kept})
        shell = built.file("index.html")
        if shell is None:
            return PlainTextResponse("The panel is not built here; `make panel` builds it.", 404)
        if name.startswith("assets/"):
            # A page of an older version asks for a file that is gone: never answer a script with a page.
            return PlainTextResponse("There is no such file; reload the page.", 404, {"Cache-Control": "no-store"})
        return shell.answer(request, {**headers, "Cache-Control": _CHECKED})

    async def bare(_: Request) -> Response:
        return RedirectResponse("/panel/", 307)

    return [
        Route("/panel/{name:path}", file, methods=["GET"], include_in_schema=False),
        Route("/panel", bare, methods=["GET"], include_in_schema=False),
    ]
