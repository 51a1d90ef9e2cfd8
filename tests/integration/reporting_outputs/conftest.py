"""A running reporting service that sends to a real mail server and an emulated Slack, Google and program."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import grpc
import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg.rows import dict_row

from sdr.common.v1 import lead_pb2 as lead
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr.reporting.v1 import alerts_pb2, reporting_pb2, schedules_pb2
from sdr.reporting.v1.alerts_pb2_grpc import AlertServiceStub
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr.reporting.v1.schedules_pb2_grpc import ScheduleServiceStub
from sdr_common.actor import metadata_of
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_common.postgres import Connection
from sdr_reporting.server import build
from sdr_reporting.settings import Settings
from tests.integration.reporting.conftest import an_event, timestamp
from tests.support.net import eventually
from tests.support.receivers import Mailbox, Web, web_receiver

if TYPE_CHECKING:  # only the type stubs know them
    from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceAsyncStub
    from sdr.reporting.v1.alerts_pb2_grpc import AlertServiceAsyncStub
    from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceAsyncStub
    from sdr.reporting.v1.schedules_pb2_grpc import ScheduleServiceAsyncStub

ACCOUNT = 7
KEY = Fernet.generate_key().decode()
ANA = "ana@clinica.example"


@dataclass
class Outputs:
    """A caller's view of the service, and of who gets what it sends."""

    url: str
    channel: grpc.aio.Channel
    reporting: ReportingServiceAsyncStub
    schedules: ScheduleServiceAsyncStub
    alerts: AlertServiceAsyncStub
    privacy: PrivacyServiceAsyncStub

    async def put_alert_settings(
        self, settings: alerts_pb2.AlertSettings, *, expected_version: int | None = None
    ) -> alerts_pb2.PutAlertSettingsResponse:
        request = alerts_pb2.PutAlertSettingsRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, settings=settings, expected_version=expected_version
        )
        return await call(self.alerts.PutAlertSettings, request, timeout_s=30)

    async def get_alert_settings(self) -> alerts_pb2.GetAlertSettingsResponse:
        request = alerts_pb2.GetAlertSettingsRequest(account_id=ACCOUNT)
        return await call(self.alerts.GetAlertSettings, request, timeout_s=30)

    async def pulse(self, *, works: bool = True, age: timedelta = timedelta(0)) -> alerts_pb2.ReportPulseResponse:
        """What the gateway tells: a clinic that is always open, its Chatwoot well or not."""
        request = alerts_pb2.ReportPulseRequest(
            account_id=ACCOUNT,
            observed_at=timestamp(datetime.now(UTC) - age),
            chatwoot_connected=True,
            chatwoot_works=works,
        )
        return await call(self.alerts.ReportPulse, request, timeout_s=30)

    async def listed_alerts(self, *, standing_only: bool = False) -> list[alerts_pb2.Alert]:
        request = alerts_pb2.ListAlertsRequest(account_id=ACCOUNT, standing_only=standing_only)
        return list((await call(self.alerts.ListAlerts, request, timeout_s=30)).alerts)

    async def record(self, *events: reporting_pb2.Event) -> None:
        await call(self.reporting.Record, reporting_pb2.RecordRequest(events=events), timeout_s=30)

    async def answers(self) -> bool:
        """Whether the service is there and its tables are."""
        try:
            await self.listed()
        except RemoteError:
            return False
        return True

    async def create(self, plan: schedules_pb2.SchedulePlan, *, request_id: str = "") -> schedules_pb2.Schedule:
        request = schedules_pb2.CreateScheduleRequest(
            request_id=request_id or str(uuid.uuid4()), account_id=ACCOUNT, plan=plan
        )
        answer = await call(self.schedules.CreateSchedule, request, timeout_s=30, metadata=metadata_of("Ana"))
        return answer.schedule

    async def update(self, schedule_id: str, plan: schedules_pb2.SchedulePlan) -> schedules_pb2.Schedule:
        request = schedules_pb2.UpdateScheduleRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, schedule_id=schedule_id, plan=plan
        )
        return (await call(self.schedules.UpdateSchedule, request, timeout_s=30)).schedule

    async def listed(self) -> list[schedules_pb2.Schedule]:
        request = schedules_pb2.ListSchedulesRequest(account_id=ACCOUNT)
        return list((await call(self.schedules.ListSchedules, request, timeout_s=30)).schedules)

    async def send_now(self, schedule_id: str, *, request_id: str = "") -> schedules_pb2.Sending:
        request = schedules_pb2.SendNowRequest(
            request_id=request_id or str(uuid.uuid4()), account_id=ACCOUNT, schedule_id=schedule_id
        )
        return (await call(self.schedules.SendNow, request, timeout_s=30)).sending

    async def sendings(self) -> list[schedules_pb2.Sending]:
        request = schedules_pb2.ListSendingsRequest(account_id=ACCOUNT)
        return list((await call(self.schedules.ListSendings, request, timeout_s=30)).sendings)

    async def settled(
        self, state: schedules_pb2.SendingState.ValueType, *, sending_id: str = ""
    ) -> schedules_pb2.Sending:
        """The newest sending, or the one that is named, once it is in a state."""

        async def look() -> schedules_pb2.Sending | None:
            found = [one for one in await self.sendings() if sending_id in {"", one.sending_id}]
            return found[0] if found and found[0].state == state else None

        found = await eventually(look, 20)
        assert found is not None
        return found

    async def retry(self, sending_id: str) -> schedules_pb2.Sending:
        request = schedules_pb2.RetrySendingRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, sending_id=sending_id
        )
        return (await call(self.schedules.RetrySending, request, timeout_s=30)).sending

    async def run(self, statement: str) -> list[dict[str, Any]]:
        """Reads or changes the service's tables directly; a column may be of any type."""
        async with await self.connect() as conn:
            cursor = await conn.execute(statement.encode())
            return [dict(row) for row in await cursor.fetchall()] if cursor.description else []

    async def connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, row_factory=dict_row, options="-c search_path=reporting"
        )


def environment(url: str, mailbox: Mailbox, web: Web) -> dict[str, str]:
    """What the service reads."""
    return {
        "DATABASE_URL": url,
        "SDR_SECRET_KEY": KEY,
        "SDR_ALLOWED_NETWORKS": "127.0.0.0/8",
        "SDR_GATEWAY_PUBLIC_URL": "https://painel.clinica.example",
        "SDR_REPORTING_DRAIN_S": "1",
        "SDR_REPORTING_SMTP_HOST": "127.0.0.1",
        "SDR_REPORTING_SMTP_PORT": str(mailbox.port),
        "SDR_REPORTING_SMTP_SECURITY": "none",
        "SDR_REPORTING_SMTP_FROM": "Relatórios <sdr@clinica.example>",
        "SDR_REPORTING_OUTPUTS_POLL_S": "0.02",
        "SDR_REPORTING_OUTPUTS_PACE": "0.0001",
        "SDR_REPORTING_WATCH_EVERY_S": "0.05",
        "SDR_REPORTING_SLACK_URL": f"{web.url}/",
        "SDR_REPORTING_GOOGLE_TOKEN_URL": f"{web.url}/google/token",
        "SDR_REPORTING_GOOGLE_SHEETS_URL": f"{web.url}/google",
    }


@asynccontextmanager
async def serving(variables: dict[str, str]) -> AsyncIterator[Outputs]:
    """The service in this process, on a port of its own."""
    values = {name.removeprefix("SDR_REPORTING_").lower(): value for name, value in variables.items()}
    names = {name: value for name, value in variables.items() if not name.startswith("SDR_REPORTING_")}
    settings = Settings.model_validate(values | names)
    async with AsyncExitStack() as stack:
        server = await build(settings, stack)
        yield await stack.enter_async_context(calling(variables["DATABASE_URL"], server.port))


@asynccontextmanager
async def calling(url: str, port: int) -> AsyncIterator[Outputs]:
    """A caller of a service that runs already."""
    async with make_channel(f"127.0.0.1:{port}") as channel:
        yield Outputs(
            url,
            channel,
            ReportingServiceStub(channel),
            ScheduleServiceStub(channel),
            AlertServiceStub(channel),
            PrivacyServiceStub(channel),
        )


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    found = Mailbox()
    found.start()
    yield found
    found.stop()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with web_receiver() as found:
        yield found


@pytest.fixture
def variables(service_database: Callable[[str], str], mailbox: Mailbox, web: Web) -> dict[str, str]:
    return environment(service_database("reporting"), mailbox, web)


@pytest.fixture
async def outputs(variables: dict[str, str]) -> AsyncIterator[Outputs]:
    async with serving(variables) as service:
        await call(
            service.reporting.PutSettings,
            reporting_pb2.PutSettingsRequest(
                request_id=str(uuid.uuid4()),
                account_id=ACCOUNT,
                clinic=lead.Clinic(name="Clínica Aurora", assistant_name="Bia", time_zone="America/Sao_Paulo"),
            ),
            timeout_s=30,
        )
        yield service


def a_plan(**changes: Any) -> schedules_pb2.SchedulePlan:
    """A daily one at eight by e-mail, but for `changes` of any field."""
    fields: dict[str, Any] = {
        "name": "Resumo do dia",
        "cadence": schedules_pb2.CADENCE_DAILY,
        "local_time": "08:00",
        "target": schedules_pb2.Target(email=schedules_pb2.EmailTarget(to=[ANA])),
    }
    return schedules_pb2.SchedulePlan(**(fields | changes))


def yesterday(hour: int = 15) -> datetime:
    """An hour of yesterday in UTC, which is yesterday in São Paulo too."""
    today = (datetime.now(UTC) - timedelta(hours=3)).date()
    return datetime(today.year, today.month, today.day, hour, tzinfo=UTC) - timedelta(days=1)


def leads_of_yesterday(*names: str) -> list[reporting_pb2.Event]:
    """New leads of yesterday, by these names."""
    return [
        an_event(
            yesterday(),
            contact_id=600 + number,
            turn_finished=reporting_pb2.TurnFinished(
                turn_id=1,
                message_count=1,
                first_message_at=timestamp(yesterday() + timedelta(minutes=number)),
                outcome="answered",
                contact_name=name,
            ),
        )
        for number, name in enumerate(names)
    ]
