"""Wrong values are refused with a sentence that says what to do."""

from __future__ import annotations

import pytest

from tests.chart.rendering import JsonObject, helm, merged, preset, render


def _refusal(values: JsonObject) -> str:
    with pytest.raises(helm().HelmError) as caught:
        render(values)
    return str(caught.value)


def test_a_misspelt_value_is_refused_by_its_path() -> None:
    assert "'replica' not allowed" in _refusal(merged(preset("staging"), {"defaults": {"replica": 3}}))


def test_a_value_of_the_wrong_kind_is_refused_by_its_path() -> None:
    said = _refusal(merged(preset("staging"), {"components": {"scoring": {"replicas": "two"}}}))
    assert "/components/scoring/replicas" in said


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "no Secret is named"),
        ({"secrets": {"existingSecret": "sdr", "create": True}}, "not both"),
        ({"secrets": {"create": True, "values": {"SDR_SECRET_KEY": "k"}}}, "DATABASE_URL is missing"),
        ({"secrets": {"create": True, "values": {"DATABASE_URL": "postgresql://x"}}}, "SDR_SECRET_KEY is missing"),
        (
            {"secrets": {"existingSecret": "sdr"}, "trial": {"postgres": {"enabled": True, "password": "x"}}},
            "set secrets.create=true",
        ),
        ({"secrets": {"existingSecret": "sdr"}, "ingress": {"enabled": True}}, "ingress.host"),
        (
            {"secrets": {"existingSecret": "sdr"}, "components": {"dialogue": {"enabled": False}}},
            "set the same fullnameOverride in every release, or targets.dialogue",
        ),
        (
            {"secrets": {"existingSecret": "sdr"}, "components": {"scoring": {"pdb": {"enabled": True}}}},
            "replicas to 2",
        ),
        (
            {
                "secrets": {"existingSecret": "sdr"},
                "components": {"scoring": {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 2}}},
            },
            "minReplicas 5 is above maxReplicas 2",
        ),
        (
            {
                "secrets": {"existingSecret": "sdr"},
                "components": {"scoring": {"autoscaling": {"keda": {"enabled": True}}}},
            },
            "only where autoscaling.enabled is true",
        ),
        (
            {
                "secrets": {"existingSecret": "sdr"},
                "components": {"scoring": {"autoscaling": {"enabled": True, "keda": {"enabled": True}}}},
            },
            "KEDA needs one",
        ),
        ({"secrets": {"existingSecret": "sdr"}, "canary": {"tag": "0.1.0"}}, "is what runs already"),
        ({"secrets": {"existingSecret": "sdr"}, "mail": {"host": "smtp.example.com"}}, "whom do mails come from?"),
        (
            {
                "secrets": {"existingSecret": "sdr"},
                "components": {"scoring": {"replicas": 2, "pdb": {"enabled": True, "minAvailable": 2}}},
            },
            "2 of 2 pods must stay",
        ),
        (
            {"secrets": {"existingSecret": "sdr"}, "defaults": {"drainDelaySeconds": 35}},
            "drainDelaySeconds 35 and drainSeconds 5; set it to 55 or more",
        ),
        (
            {"secrets": {"existingSecret": "sdr"}, "components": {"routing-worker": {"drainSeconds": 20}}},
            "components.routing-worker.terminationGracePeriodSeconds: 30 is too short for drainDelaySeconds 5",
        ),
        (
            {"secrets": {"existingSecret": "sdr"}, "components": {"scoring": {"tlsSecret": "own"}}},
            "components.scoring.tlsSecret: it is used only where tls.enabled is true",
        ),
        ({"secrets": {"existingSecret": "sdr"}, "tls": {"enabled": True}}, "cert-manager is not installed"),
        (
            {
                "secrets": {"existingSecret": "sdr"},
                "components": {"gateway-worker": {"env": {"SDR_GATEWAY_DRAIN_S": "60"}}},
            },
            "components.gateway-worker.env.SDR_GATEWAY_DRAIN_S: set drainSeconds instead",
        ),
    ],
)
def test_a_wrong_combination_says_what_to_do(values: JsonObject, sentence: str) -> None:
    assert sentence in _refusal(values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"trial": {"redis": {"enabled": True}}}, "trial.redis"),
        ({"image": {"tag": "latest"}}, "pins a version"),
        ({"canary": {"tag": "latest"}}, "pins a version"),
        ({"secrets": {"existingSecret": "", "create": True, "values": {}}}, "SDR_SECRET_KEY is missing"),
    ],
)
def test_production_refuses_what_only_a_trial_may_have(values: JsonObject, sentence: str) -> None:
    given = merged(preset("production"), values)
    if given["secrets"].get("create"):
        given["secrets"]["values"] = {"DATABASE_URL": "postgresql://x"}
    assert sentence in _refusal(given)
