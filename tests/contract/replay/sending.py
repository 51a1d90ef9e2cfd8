"""Examples of the calls that change schedules, sendings and alerts, beside a real mail server and an emulated Slack."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from google.protobuf.message import Message

from sdr.reporting.v1 import alerts_pb2 as alerts
from sdr.reporting.v1 import schedules_pb2 as schedules
from tests.integration.reporting_outputs.conftest import ACCOUNT, ANA, Outputs, a_plan, environment, serving
from tests.integration.reporting_outputs.test_alerts import a_dead_delivery
from tests.support.net import eventually
from tests.support.receivers import Mailbox, web_receiver

Example = Callable[[], Awaitable[tuple[Message, Message]]]


@asynccontextmanager
async def outputs_served(url: str) -> AsyncIterator[tuple[Outputs, Mapping[str, Example]]]:
    """Reporting with whom it sends to, and the examples by the method's full name."""
    mailbox = Mailbox()
    mailbox.start()
    try:
        async with web_receiver() as web, serving(environment(url, mailbox, web)) as served:
            yield served, _schedule_examples(served, mailbox) | _alert_examples(served, f"{web.url}/services/x")
    finally:
        mailbox.stop()


def _id() -> str:
    return str(uuid.uuid4())


def _schedule_examples(served: Outputs, mailbox: Mailbox) -> dict[str, Example]:
    async def made() -> schedules.Schedule:
        return await served.create(a_plan())

    async def create() -> tuple[Message, Message]:
        request = schedules.CreateScheduleRequest(request_id=_id(), account_id=ACCOUNT, plan=a_plan())
        return request, _other(request, schedules.CreateScheduleRequest(plan=a_plan(name="Outro")))

    async def update() -> tuple[Message, Message]:
        request = schedules.UpdateScheduleRequest(
            request_id=_id(), account_id=ACCOUNT, schedule_id=(await made()).schedule_id, plan=a_plan(name="Resumo")
        )
        return request, _other(request, schedules.UpdateScheduleRequest(plan=a_plan(name="Outro")))

    async def delete() -> tuple[Message, Message]:
        first, second = await made(), await made()
        request = schedules.DeleteScheduleRequest(request_id=_id(), account_id=ACCOUNT, schedule_id=first.schedule_id)
        return request, _other(request, schedules.DeleteScheduleRequest(schedule_id=second.schedule_id))

    async def send() -> tuple[Message, Message]:
        first, second = await made(), await made()
        request = schedules.SendNowRequest(request_id=_id(), account_id=ACCOUNT, schedule_id=first.schedule_id)
        return request, _other(request, schedules.SendNowRequest(schedule_id=second.schedule_id))

    async def retry() -> tuple[Message, Message]:
        mailbox.refuse_recipient = "550 no such user"
        await served.send_now((await made()).schedule_id)
        failed = await served.settled(schedules.SENDING_STATE_FAILED)
        request = schedules.RetrySendingRequest(request_id=_id(), account_id=ACCOUNT, sending_id=failed.sending_id)
        return request, _other(request, schedules.RetrySendingRequest(sending_id=_id()))

    name = "sdr.reporting.v1.ScheduleService/"
    return {
        name + "CreateSchedule": create,
        name + "UpdateSchedule": update,
        name + "DeleteSchedule": delete,
        name + "SendNow": send,
        name + "RetrySending": retry,
    }


def _alert_examples(served: Outputs, slack: str) -> dict[str, Example]:
    async def put() -> tuple[Message, Message]:
        request = alerts.PutAlertSettingsRequest(request_id=_id(), account_id=ACCOUNT, settings=alerts.AlertSettings())
        return request, _other(request, alerts.PutAlertSettingsRequest(account_id=8))

    async def test() -> tuple[Message, Message]:
        channels = alerts.AlertChannels(email_to=[ANA], slack_webhook_url=slack)
        await served.put_alert_settings(alerts.AlertSettings(channels=channels))
        request = alerts.SendTestAlertRequest(request_id=_id(), account_id=ACCOUNT, channel="email")
        return request, _other(request, alerts.SendTestAlertRequest(channel="slack"))

    async def acknowledge() -> tuple[Message, Message]:
        await served.record(*(a_dead_delivery() for _ in range(3)))
        await served.pulse()

        async def standing() -> list[alerts.Alert]:
            return await served.listed_alerts(standing_only=True)

        (alert, *_) = await eventually(standing, 20)
        request = alerts.AcknowledgeAlertRequest(request_id=_id(), account_id=ACCOUNT, alert_id=alert.alert_id)
        return request, _other(request, alerts.AcknowledgeAlertRequest(alert_id=_id()))

    name = "sdr.reporting.v1.AlertService/"
    return {name + "PutAlertSettings": put, name + "SendTestAlert": test, name + "AcknowledgeAlert": acknowledge}


def _other(request: Message, change: Message) -> Message:
    changed = type(request)()
    changed.CopyFrom(request)
    changed.MergeFrom(change)
    return changed
