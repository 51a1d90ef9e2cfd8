"""The life of a release with Helm's own engine against an emulated API server."""

from __future__ import annotations

import pytest

from tests.chart.fake_api import running_api
from tests.chart.rendering import CHART, containers, helm, kubernetes, merged, preset

WAIT = {"wait": "watcher", "timeout": 60}
UNKNOWN_FIELD = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "sdr-extra"},
    "spec": {"memory": "none", "ports": [{"port": 1}]},
}
"""An object that a strict server refuses."""


def test_a_release_is_installed_upgraded_kept_by_a_failed_migration_rolled_back_and_removed() -> None:
    engine = helm()
    kubernetes()
    # One service's release shows it all in a third of the time: what holds for its Job and its objects holds for five.
    first = preset("production", "only-gateway")
    second = merged(first, {"components": {"gateway": {"autoscaling": {"enabled": False}, "replicas": 5}}})
    with running_api() as (cluster, url):
        release = engine.Config(namespace="sdr", kube_apiserver=url, storage_driver="memory")

        release.install(str(CHART), "sdr", first, **WAIT)
        assert cluster.names("Job") == {"sdr-gateway-migrate-1"}
        assert "sdr-gateway" in cluster.names("HorizontalPodAutoscaler")

        written = len(cluster.writes)
        release.upgrade(str(CHART), "sdr", second, **WAIT)
        assert cluster.writes[written] == "create Job/sdr-gateway-migrate-2", "the schema first"
        assert "sdr-gateway" not in cluster.names("HorizontalPodAutoscaler")
        assert cluster.find("Deployment", "sdr-gateway")["spec"]["replicas"] == 5

        cluster.failing_jobs.add("gateway-migrate")
        with pytest.raises(engine.HelmReleaseError, match="pre-upgrade hooks failed"):
            release.upgrade(str(CHART), "sdr", merged(second, {"image": {"tag": "9.9.9"}}), **WAIT)
        image = containers(cluster.find("Deployment", "sdr-gateway"))[0]["image"]
        assert image == "sdr-gateway:0.1.0", "nothing is rolled when a migration fails"
        cluster.failing_jobs.clear()

        with pytest.raises(engine.HelmReleaseError, match="memory"):
            release.upgrade(str(CHART), "sdr", merged(second, {"extraObjects": [UNKNOWN_FIELD]}), **WAIT)

        release.rollback("sdr", version=1, **WAIT)
        assert "sdr-gateway" in cluster.names("HorizontalPodAutoscaler")
        release.test("sdr", timeout=30)
        assert "create Pod/sdr-test-ready" in cluster.writes

        release.uninstall("sdr", timeout=30)
        left = {
            kind
            for kind in ("Deployment", "Service", "Secret", "NetworkPolicy", "ServiceAccount")
            if cluster.names(kind)
        }
        assert left == set(), "hooks' Jobs may stay, for their logs; everything else goes"


def test_a_version_is_tried_beside_the_other_one_then_taken_over_or_taken_back() -> None:
    engine = helm()
    kubernetes()
    before = preset("production", "only-scoring")
    tried = merged(before, {"canary": {"tag": "0.2.0", "step": "one"}})
    with running_api() as (cluster, url):

        def image(deployment: str) -> str:
            return str(containers(cluster.find("Deployment", deployment))[0]["image"])

        release = engine.Config(namespace="sdr", kube_apiserver=url, storage_driver="memory")
        release.install(str(CHART), "sdr", before, **WAIT)
        written = len(cluster.writes)
        release.upgrade(str(CHART), "sdr", tried, **WAIT)
        assert cluster.writes[written] == "create Job/sdr-scoring-migrate-2", "the new version's schema first"
        assert (image("sdr-scoring"), image("sdr-scoring-canary")) == ("sdr-scoring:0.1.0", "sdr-scoring:0.2.0")

        release.rollback("sdr", version=1, **WAIT)
        assert cluster.names("Deployment") == {"sdr-scoring"}
        assert image("sdr-scoring") == "sdr-scoring:0.1.0"

        release.upgrade(str(CHART), "sdr", merged(before, {"image": {"tag": "0.2.0"}}), **WAIT)
        assert image("sdr-scoring") == "sdr-scoring:0.2.0"
