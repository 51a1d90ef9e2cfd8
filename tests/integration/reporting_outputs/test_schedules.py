"""Schedules as people keep them."""

from __future__ import annotations

import pytest

from sdr.reporting.v1 import schedules_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting_outputs.conftest import Outputs, a_plan, leads_of_yesterday, serving
from tests.support.receivers import Web

SECRET = "a secret of thirty-two characters"


def a_webhook(web: Web, secret: str = SECRET, path: str = "hook") -> pb.Target:
    return pb.Target(webhook=pb.WebhookTarget(url=f"{web.url}/{path}", secret=secret))


async def test_a_report_can_be_printed_at_any_time(outputs: Outputs) -> None:
    await outputs.record(*leads_of_yesterday("Maria"))
    request = pb.RenderReportRequest(account_id=7, period="month", language="en")
    chunks = [chunk async for chunk in outputs.schedules.RenderReport(request)]
    assert (chunks[0].media_type, chunks[0].file_name[-7:]) == ("application/pdf", "-01.pdf")
    assert b"".join(chunk.data for chunk in chunks).startswith(b"%PDF-")


async def test_a_secret_is_kept_sealed_and_never_given_back(outputs: Outputs, web: Web) -> None:
    made = await outputs.create(a_plan(target=a_webhook(web)))
    (listed,) = await outputs.listed()
    for schedule in (made, listed):
        assert schedule.plan.target.webhook == pb.WebhookTarget(url=f"{web.url}/hook", secret_set=True)
    (row,) = await outputs.run("select plan::text as plan, secret from schedule")
    assert SECRET not in row["plan"]
    assert SECRET.encode() not in bytes(row["secret"])
    stored = await outputs.run("select answer from idempotency where answer is not null")
    assert all(SECRET.encode() not in bytes(each["answer"]) for each in stored)


async def test_an_update_without_the_secret_keeps_it(outputs: Outputs, web: Web) -> None:
    made = await outputs.create(a_plan(target=a_webhook(web)))
    changed = await outputs.update(
        made.schedule_id, a_plan(name="Outro nome", target=a_webhook(web, secret="", path="other"))
    )
    assert (changed.plan.name, changed.plan.target.webhook.secret_set) == ("Outro nome", True)
    await outputs.send_now(made.schedule_id)
    await outputs.settled(pb.SENDING_STATE_SENT)
    assert len(web.at("/other")) == 1


async def test_another_kind_of_target_needs_its_own_secret(outputs: Outputs, web: Web) -> None:
    made = await outputs.create(a_plan(target=a_webhook(web)))
    with pytest.raises(RemoteError) as refused:
        await outputs.update(made.schedule_id, a_plan(target=pb.Target(slack=pb.SlackTarget())))
    assert refused.value.violations[0].field == "plan.target.slack.webhook_url"


@pytest.mark.parametrize(
    ("target", "field"),
    [
        (pb.Target(slack=pb.SlackTarget(webhook_url="https://evil.example/x")), "plan.target.slack.webhook_url"),
        (
            pb.Target(webhook=pb.WebhookTarget(url="http://169.254.169.254/latest", secret=SECRET)),
            "plan.target.webhook.url",
        ),
        (
            pb.Target(sheets=pb.SheetsTarget(spreadsheet_id="1aBcDeFgHiJk", sheet="Leads", service_account_json="{}")),
            "plan.target.sheets.service_account_json",
        ),
    ],
)
async def test_what_cannot_work_is_refused_by_its_field(outputs: Outputs, target: pb.Target, field: str) -> None:
    with pytest.raises(RemoteError) as refused:
        await outputs.create(a_plan(target=target))
    assert refused.value.violations[0].field == field
    assert await outputs.listed() == []


async def test_without_a_key_no_secret_is_taken(variables: dict[str, str], web: Web) -> None:
    async with serving(variables | {"SDR_SECRET_KEY": ""}) as service:
        with pytest.raises(RemoteError) as refused:
            await service.create(a_plan(target=a_webhook(web)))
        assert refused.value.reason == "SECRETS_UNAVAILABLE"
        assert (await service.create(a_plan())).plan.name == "Resumo do dia"


async def test_a_paused_schedule_has_no_next_moment(outputs: Outputs) -> None:
    made = await outputs.create(a_plan(paused=True))
    assert not made.HasField("next_at")
    going = await outputs.update(made.schedule_id, a_plan())
    assert going.HasField("next_at")


async def test_every_change_is_in_the_audit_trail(outputs: Outputs) -> None:
    made = await outputs.create(a_plan())
    await outputs.update(made.schedule_id, a_plan(name="Outro"))
    await outputs.send_now(made.schedule_id)
    rows = await outputs.run("select action, actor, subject from audit where account_id = 7 order by seq")
    assert [row["action"] for row in rows] == ["create_schedule", "update_schedule", "send_report"]
    assert rows[0]["actor"] == "Ana"
    assert {row["subject"] for row in rows} == {f"schedule {made.schedule_id}"}


async def test_another_account_sees_and_changes_nothing(outputs: Outputs) -> None:
    made = await outputs.create(a_plan())
    answer = await outputs.schedules.ListSchedules(pb.ListSchedulesRequest(account_id=8))
    assert list(answer.schedules) == []
    await outputs.run("update schedule set account_id = 8")
    with pytest.raises(RemoteError) as refused:
        await outputs.update(made.schedule_id, a_plan())
    assert refused.value.reason == "SCHEDULE_NOT_FOUND"
