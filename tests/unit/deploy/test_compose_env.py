"""The command that writes Compose's `.env` makes what is missing and keeps what is there."""

from __future__ import annotations

import re

from deploy.compose_env import CALLERS, ROOT, completed
from sdr_common.callers import Caller
from sdr_common.secret_box import SecretBox
from sdr_common.transport import TransportSettings

EXAMPLE = (ROOT / "deploy" / "compose.env.example").read_text()


def _values(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_everything_that_compose_insists_on_is_made() -> None:
    made = _values(completed(EXAMPLE, ""))
    insisted = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert len(insisted) == 8
    assert [name for name in insisted if not made[name]] == []
    box = SecretBox(made["SDR_SECRET_KEY"])
    assert box.open(box.seal("token")) == "token"


def test_servers_know_each_caller_by_its_own_token() -> None:
    made = _values(completed(EXAMPLE, ""))
    servers = TransportSettings.model_validate({"accepted_callers": made["SDR_ACCEPTED_CALLERS"]}).transport
    assert set(CALLERS) == set(Caller)
    for caller in Caller:
        assert servers.caller_by_token(made[f"SDR_CALLER_TOKEN_{caller.upper()}"]) is caller


def test_a_second_run_changes_nothing_and_an_older_file_gets_what_it_lacks() -> None:
    whole = completed(EXAMPLE, "")
    assert completed(EXAMPLE, whole) == whole
    older = "POSTGRES_PASSWORD=old\nSDR_SECRET_KEY=a,b\nSMTP_PORT=25\nSDR_LOG_LEVEL=debug\n"
    renewed = _values(completed(EXAMPLE, older))
    kept = ("POSTGRES_PASSWORD", "SDR_SECRET_KEY", "SMTP_PORT", "SMTP_SECURITY", "SDR_LOG_LEVEL")
    assert [renewed[name] for name in kept] == ["old", "a,b", "25", "starttls", "debug"]
    assert len({renewed[f"SDR_CALLER_TOKEN_{caller.upper()}"] for caller in CALLERS} - {""}) == len(CALLERS)


def test_digests_follow_a_token_that_a_person_replaced() -> None:
    replaced = re.sub(r"(?m)^SDR_CALLER_TOKEN_ROUTING=.*$", "SDR_CALLER_TOKEN_ROUTING=own", completed(EXAMPLE, ""))
    accepted = _values(completed(EXAMPLE, replaced))["SDR_ACCEPTED_CALLERS"]
    servers = TransportSettings.model_validate({"accepted_callers": accepted}).transport
    assert servers.caller_by_token("own") is Caller.ROUTING
