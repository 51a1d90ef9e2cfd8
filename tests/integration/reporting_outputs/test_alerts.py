"""Alerts: found, told once, ended, seen; over real mail and an emulated Slack and WAHA."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import alerts_pb2 as pb
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr_common.actor import metadata_of
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting.conftest import an_event, timestamp
from tests.integration.reporting_outputs.conftest import ACCOUNT, ANA, Outputs, serving
from tests.support.net import eventually
from tests.support.receivers import Mailbox, Web

EMAIL = pb.AlertChannels(email_to=[ANA])


def minutes_ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def a_dead_delivery(minutes: float = 5) -> reporting.Event:
    settled = reporting.DeliverySettled(delivery_id=str(uuid.uuid4()), outcome="dead")
    return an_event(minutes_ago(minutes), delivery_settled=settled)


def a_hot_lead(minutes: float) -> reporting.Event:
    judged = lead.Qualification(
        qualification_id=str(uuid.uuid4()),
        version=1,
        score=100,
        temperature=lead.TEMPERATURE_HOT,
        status=lead.LEAD_STATUS_QUALIFIED,
        qualified_at=timestamp(minutes_ago(minutes)),
    )
    return an_event(minutes_ago(minutes), lead_qualified=reporting.LeadQualified(qualification=judged))


async def standing(outputs: Outputs, count: int = 1) -> list[pb.Alert]:
    found: list[pb.Alert] = []

    async def look() -> bool:
        found[:] = await outputs.listed_alerts(standing_only=True)
        return len(found) == count

    await eventually(look, 20)
    return found


async def resolved(outputs: Outputs) -> pb.Alert:
    async def look() -> pb.Alert | None:
        found = await outputs.listed_alerts()
        return found[0] if found and found[0].HasField("resolved_at") else None

    found = await eventually(look, 20)
    assert found is not None
    return found


async def test_an_alert_is_told_once_ends_with_a_message_and_may_come_again(outputs: Outputs, mailbox: Mailbox) -> None:
    await outputs.put_alert_settings(pb.AlertSettings(channels=EMAIL))
    await outputs.record(*(a_dead_delivery() for _ in range(3)))
    await outputs.pulse()
    (alert,) = await standing(outputs)
    assert (alert.kind, alert.text) == (
        pb.ALERT_KIND_ERROR_RATE,
        "100 % das entregas da última hora falharam (3). Veja a página Entregas.",
    )
    await eventually(lambda: len(mailbox.mails) == 1)
    assert mailbox.mails[0]["Subject"] == "Clínica Aurora: Alerta"
    # An hour later.
    await outputs.run("update event set occurred_at = occurred_at - interval '1 hour'")
    over = await resolved(outputs)
    await eventually(lambda: len(mailbox.mails) == 2)
    assert mailbox.mails[1]["Subject"] == "Clínica Aurora: Resolvido"
    await eventually(lambda: _states(outputs, ["sent", "sent"]))
    await outputs.record(*(a_dead_delivery() for _ in range(3)))
    (again,) = await standing(outputs)
    assert again.alert_id != over.alert_id
    await eventually(lambda: len(mailbox.mails) == 3)


async def _states(outputs: Outputs, expected: list[str]) -> bool:
    notices = (await outputs.listed_alerts())[0].notices
    return [each.state for each in notices] == expected


async def test_a_lost_chatwoot_and_a_lost_whatsapp_session_are_told_and_end(outputs: Outputs, web: Web) -> None:
    web.waha_status = "SCAN_QR_CODE"
    connection = pb.ConnectionRule(waha_url=f"{web.url}/waha", waha_api_key="key-of-waha")
    connection.after.FromSeconds(60)
    channels = pb.AlertChannels(slack_webhook_url=f"{web.url}/services/x")
    stored = await outputs.put_alert_settings(pb.AlertSettings(connection=connection, channels=channels))
    assert stored.settings.connection.waha_api_key_set
    assert not stored.settings.connection.waha_api_key
    await outputs.pulse(works=False)
    down = "update pulse set waha_down_since = now() - interval '2 min'"
    await eventually(lambda: _is_down(outputs))
    await outputs.run(f"{down}, chatwoot_down_since = now() - interval '2 min'")
    found = await standing(outputs, 2)
    assert sorted(each.subject for each in found) == ["chatwoot", "waha"]
    await eventually(lambda: len(web.at("/services/x")) == 2)
    assert web.at("/waha/api/sessions/default")[0].headers["X-Api-Key"] == "key-of-waha"
    web.waha_status = "WORKING"
    await outputs.pulse()
    await standing(outputs, 0)
    await eventually(lambda: len(web.at("/services/x")) == 4)
    texts = [each.document["text"] for each in web.at("/services/x")[2:]]
    assert all("voltou a funcionar" in text for text in texts)


async def _is_down(outputs: Outputs) -> bool:
    (row,) = await outputs.run("select waha_down_since from pulse")
    return row["waha_down_since"] is not None


async def test_a_hot_lead_waits_until_a_human_writes(outputs: Outputs) -> None:
    await outputs.record(a_hot_lead(20))
    await outputs.pulse()
    (alert,) = await standing(outputs)
    assert (alert.kind, alert.subject) == (pb.ALERT_KIND_HOT_LEAD_WAITING, "1501")
    human = reporting.LeadStatusChanged(status=lead.LEAD_STATUS_PAUSED)
    await outputs.record(an_event(minutes_ago(0), lead_status_changed=human))
    assert (await resolved(outputs)).alert_id == alert.alert_id


def given_to(closer: str, minutes: float, *, before: str = "", outcome: str = "done") -> reporting.Event:
    settled = reporting.DeliverySettled(
        delivery_id=str(uuid.uuid4()), outcome=outcome, closer_email=closer, reassigned_from=before
    )
    return an_event(minutes_ago(minutes), delivery_settled=settled)


async def test_a_hot_lead_that_waits_is_to_be_passed_on_until_it_was_or_somebody_answered(outputs: Outputs) -> None:
    await outputs.record(a_hot_lead(40), given_to("ana@c.example", 39))
    assert list((await outputs.pulse()).waiting_leads) == [], "people are only told, unless the account wishes more"
    rule = pb.HotLeadRule(reassign=True, reassign_at_most=2)
    stored = await outputs.put_alert_settings(pb.AlertSettings(hot_lead=rule))
    assert (stored.settings.hot_lead.reassign, stored.settings.hot_lead.reassign_at_most) == (True, 2)
    (first,) = (await outputs.pulse()).waiting_leads
    assert (first.conversation_id, first.closer_email, first.waited_minutes) == (1501, "ana@c.example", 40)
    await outputs.record(given_to("", 30, before="ana@c.example", outcome="dropped"))
    assert list((await outputs.pulse()).waiting_leads) == [first], "somebody else's conversation is nobody's turn"
    await outputs.record(given_to("bia@c.example", 16, before="ana@c.example"))
    (second,) = (await outputs.pulse()).waiting_leads
    assert (second.closer_email, second.waited_minutes) == ("bia@c.example", 16)
    assert second.step_id != first.step_id
    human = reporting.LeadStatusChanged(status=lead.LEAD_STATUS_PAUSED)
    await outputs.record(an_event(minutes_ago(0), lead_status_changed=human))
    assert list((await outputs.pulse()).waiting_leads) == []


async def test_budgets_of_this_month_are_told(outputs: Outputs) -> None:
    now = datetime.now(UTC)
    await outputs.record(an_event(now, budget_reached=reporting.BudgetReached(stops_models=True)))
    await outputs.pulse()
    (alert,) = await standing(outputs)
    assert (alert.kind, alert.subject) == (pb.ALERT_KIND_BUDGET, "stop")


async def test_quiet_hours_hold_the_message_back_and_not_the_list(outputs: Outputs, mailbox: Mailbox) -> None:
    local = datetime.now(UTC) - timedelta(hours=3)
    around = pb.QuietHours(begins=f"{local - timedelta(hours=1):%H:%M}", ends=f"{local + timedelta(hours=1):%H:%M}")
    await outputs.put_alert_settings(pb.AlertSettings(channels=EMAIL, quiet_hours=around))
    await outputs.record(*(a_dead_delivery() for _ in range(3)))
    await outputs.pulse()
    (alert,) = await standing(outputs)
    assert list(alert.notices) == []
    await outputs.put_alert_settings(pb.AlertSettings(channels=EMAIL))
    await eventually(lambda: len(mailbox.mails) == 1)


async def test_two_replicas_find_and_tell_once(outputs: Outputs, variables: dict[str, str], mailbox: Mailbox) -> None:
    await outputs.put_alert_settings(pb.AlertSettings(channels=EMAIL))
    async with serving(variables), serving(variables):
        await outputs.record(*(a_dead_delivery() for _ in range(3)))
        await outputs.pulse()
        (alert,) = await standing(outputs)
        await eventually(lambda: len(mailbox.mails) == 1)
        watched = (await outputs.run("select watched_at from pulse"))[0]["watched_at"]

        async def looked_at_again() -> bool:
            return bool((await outputs.run("select watched_at from pulse"))[0]["watched_at"] > watched)

        await eventually(looked_at_again)
    assert [each.alert_id for each in await outputs.listed_alerts()] == [alert.alert_id]
    assert len(mailbox.mails) == 1


async def test_a_person_acknowledges_an_alert_once(outputs: Outputs) -> None:
    await outputs.record(*(a_dead_delivery() for _ in range(3)))
    await outputs.pulse()
    (alert,) = await standing(outputs)
    for who in ("Ana", "Bruno"):
        request = pb.AcknowledgeAlertRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, alert_id=alert.alert_id)
        answer = await call(outputs.alerts.AcknowledgeAlert, request, timeout_s=30, metadata=metadata_of(who))
        assert answer.alert.acknowledged_by == "Ana"
    request = pb.AcknowledgeAlertRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, alert_id=str(uuid.uuid4()))
    with pytest.raises(RemoteError) as refused:
        await call(outputs.alerts.AcknowledgeAlert, request, timeout_s=30)
    assert refused.value.reason == "ALERT_NOT_FOUND"


async def test_settings_have_defaults_a_version_and_secrets_that_stay(outputs: Outputs, web: Web) -> None:
    fresh = await outputs.get_alert_settings()
    assert (fresh.version, fresh.settings.error_rate.percent, fresh.settings.no_leads.after.seconds) == (0, 10, 28_800)
    channels = pb.AlertChannels(slack_webhook_url=f"{web.url}/services/secret-part")
    first = await outputs.put_alert_settings(pb.AlertSettings(channels=channels), expected_version=0)
    assert (first.version, first.settings.channels.slack_webhook_url_set) == (1, True)
    kept = await outputs.put_alert_settings(first.settings, expected_version=1)
    assert kept.settings.channels.slack_webhook_url_set
    with pytest.raises(RemoteError) as stale:
        await outputs.put_alert_settings(first.settings, expected_version=1)
    assert stale.value.reason == "WRITE_CONFLICT"
    gone = await outputs.put_alert_settings(pb.AlertSettings())
    assert not gone.settings.channels.slack_webhook_url_set
    rows = await outputs.run("select settings::text as text from alert_policy")
    assert "secret-part" not in rows[0]["text"]


async def test_a_test_message_says_how_it_went(outputs: Outputs, mailbox: Mailbox, web: Web) -> None:
    async def tried(channel: str) -> pb.SendTestAlertResponse:
        request = pb.SendTestAlertRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, channel=channel)
        return await call(outputs.alerts.SendTestAlert, request, timeout_s=30)

    with pytest.raises(RemoteError) as missing:
        await tried("email")
    assert missing.value.violations[0].field == "channel"
    channels = pb.AlertChannels(email_to=[ANA], slack_webhook_url=f"{web.url}/services/x")
    await outputs.put_alert_settings(pb.AlertSettings(channels=channels))
    assert (await tried("email")).sent
    assert len(mailbox.mails) == 1
    web.answer_once("/services/x", 404, "no_service")
    assert await tried("slack") == pb.SendTestAlertResponse(problem="http_404")
