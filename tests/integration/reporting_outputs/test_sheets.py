"""The push into Google Sheets, against an emulation that speaks Google's wire format."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sdr.reporting.v1 import schedules_pb2 as pb
from tests.integration.reporting_outputs.conftest import Outputs, a_plan, leads_of_yesterday
from tests.support.receivers import Web

CELLS = "/google/v4/spreadsheets/1aBcDeFgHiJk/values/'Leads'"
EMAIL = "leitor@projeto.iam.gserviceaccount.com"


@pytest.fixture(scope="session")
def key_pair() -> tuple[str, str]:
    """A service account's key as Google gives it, and its public half."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    document = {
        "type": "service_account",
        "project_id": "projeto",
        "private_key_id": "abc123",
        "private_key": private,
        "client_email": EMAIL,
        "token_uri": "http://169.254.169.254/token",
    }
    return json.dumps(document), public.decode()


async def push(outputs: Outputs, web: Web, key_pair: tuple[str, str], *, append: bool = False) -> pb.Schedule:
    """A schedule that pushes, sent once."""
    key, web.google_key = key_pair
    sheets = pb.SheetsTarget(spreadsheet_id="1aBcDeFgHiJk", sheet="Leads", append=append, service_account_json=key)
    schedule = await outputs.create(a_plan(target=pb.Target(sheets=sheets)))
    await outputs.send_now(schedule.schedule_id)
    return schedule


async def test_leads_replace_what_the_sheet_held_as_plain_text(
    outputs: Outputs, web: Web, key_pair: tuple[str, str]
) -> None:
    await outputs.record(*leads_of_yesterday("=1+1", "Ana"))
    web.sheet = [["old"], ["lines"]]
    schedule = await push(outputs, web, key_pair)
    await outputs.settled(pb.SENDING_STATE_SENT)
    assert [row[0] for row in web.sheet] == ["Nome", "=1+1", "Ana"]
    assert schedule.plan.target.sheets == pb.SheetsTarget(
        spreadsheet_id="1aBcDeFgHiJk", sheet="Leads", service_account_email=EMAIL
    )
    (claims,) = web.tokens
    assert (claims["iss"], claims["exp"] - claims["iat"]) == (EMAIL, 3600)
    assert claims["scope"] == "https://www.googleapis.com/auth/spreadsheets"


async def test_appending_writes_the_head_once(outputs: Outputs, web: Web, key_pair: tuple[str, str]) -> None:
    await outputs.record(*leads_of_yesterday("Ana"))
    schedule = await push(outputs, web, key_pair, append=True)
    await outputs.settled(pb.SENDING_STATE_SENT)
    again = await outputs.send_now(schedule.schedule_id)
    await outputs.settled(pb.SENDING_STATE_SENT, sending_id=again.sending_id)
    assert [row[0] for row in web.sheet] == ["Nome", "Ana", "Ana"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (("/google/token", 400, '{"error":"invalid_grant"}'), "google_key_refused"),
        ((f"{CELLS}:clear", 401, '{"error":{"status":"UNAUTHENTICATED"}}'), "google_key_refused"),
        ((f"{CELLS}:clear", 403, '{"error":{"status":"PERMISSION_DENIED"}}'), "sheet_denied"),
        ((f"{CELLS}:clear", 404, '{"error":{"status":"NOT_FOUND"}}'), "sheet_not_found"),
    ],
)
async def test_what_a_person_must_mend_fails_at_once_and_is_named(
    outputs: Outputs, web: Web, key_pair: tuple[str, str], answer: tuple[str, int, str], problem: str
) -> None:
    web.answer_once(*answer)
    await push(outputs, web, key_pair)
    failed = await outputs.settled(pb.SENDING_STATE_FAILED)
    assert (failed.problem, failed.attempt_count) == (problem, 1)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, '{"error":{"status":"RESOURCE_EXHAUSTED"}}'),
        (403, '{"error":{"errors":[{"reason":"rateLimitExceeded"}]}}'),
        (503, "backend error"),
    ],
)
async def test_a_limit_or_a_fault_of_googles_is_waited_out(
    outputs: Outputs, web: Web, key_pair: tuple[str, str], status: int, body: str
) -> None:
    web.answer_once(f"{CELLS}:clear", status, body)
    await push(outputs, web, key_pair)
    sent = await outputs.settled(pb.SENDING_STATE_SENT)
    assert sent.attempt_count == 2
