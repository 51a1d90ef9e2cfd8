"""Puts together what goes out; reporting's composition root calls it."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from sdr.reporting.v1 import alerts_pb2, alerts_pb2_grpc, schedules_pb2, schedules_pb2_grpc
from sdr_common.address_guard import AddressGuard, networks
from sdr_common.clock import utc_now
from sdr_common.idempotency import Idempotency
from sdr_common.postgres import Pool
from sdr_common.secret_box import SecretBox
from sdr_common.service import Work
from sdr_reporting.background import again_and_again
from sdr_reporting.operations import Reporting
from sdr_reporting.outputs.clients.mail import MailServer, SmtpMailer
from sdr_reporting.outputs.clients.printer import TypstPrinter
from sdr_reporting.outputs.clients.sheets import GoogleSheets, service_account
from sdr_reporting.outputs.clients.waha import WahaProbe
from sdr_reporting.outputs.clients.web import HttpPoster
from sdr_reporting.outputs.domain.sending import Kind
from sdr_reporting.outputs.operations.alerts import AlertWork
from sdr_reporting.outputs.operations.figures import OwnFigures
from sdr_reporting.outputs.operations.rendering import Render
from sdr_reporting.outputs.operations.schedules import ScheduleWork
from sdr_reporting.outputs.operations.sender import Packer, ReportPacker, SendingWork, Ways
from sdr_reporting.outputs.operations.watch import AlertPacker, WatchWork
from sdr_reporting.outputs.servicer import ScheduleServicer
from sdr_reporting.outputs.servicer_alerts import AlertServicer
from sdr_reporting.outputs.settings import OutputSettings
from sdr_reporting.outputs.store.alerts import PostgresAlerts, PostgresObservations, PostgresPolicies
from sdr_reporting.outputs.store.leads import PostgresPeriodLeads
from sdr_reporting.outputs.store.postgres import PostgresSchedules, PostgresSendings
from sdr_reporting.ports import Accounts

SERVICE_NAMES = [
    service.full_name
    for file in (schedules_pb2.DESCRIPTOR, alerts_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
]
"""For reflection."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What goes out, ready to serve and to work."""

    schedules: ScheduleServicer
    alerts: AlertServicer
    works: tuple[Work, ...]

    def register(self, server: grpc.aio.Server) -> None:
        """Adds its services."""
        schedules_pb2_grpc.add_ScheduleServiceServicer_to_server(self.schedules, server)
        alerts_pb2_grpc.add_AlertServiceServicer_to_server(self.alerts, server)


def make_outputs(
    settings: OutputSettings, pool: Pool, idempotency: Idempotency, reporting: Reporting, accounts: Accounts
) -> Outputs:
    """Puts it together.

    Args:
        settings: The service's.
        pool: The service's pool.
        idempotency: Guards mutating calls.
        reporting: Figures.
        accounts: Clinics.
    """
    shared = _make_shared(settings, pool, idempotency, reporting, accounts)
    schedules = _schedules(shared)
    sender = SendingWork(pool, shared.sendings, _packers(shared, accounts), pace=settings.outputs_pace)
    watch = WatchWork(
        pool,
        policies=shared.policies,
        alerts=shared.alerts,
        observations=shared.observations,
        sendings=shared.sendings,
        figures=shared.figures,
        probe=WahaProbe(shared.guard),
        box=shared.box,
        interval_s=settings.watch_every_s,
    )
    email_ready = shared.ways.mailer.ready
    return Outputs(
        ScheduleServicer(schedules, Render(shared.figures, shared.printer), accounts.zone, email_ready=email_ready),
        AlertServicer(_alerts(shared), email_ready=email_ready),
        (
            again_and_again(pool, schedules.plan_due, settings.outputs_poll_s, "report_planning_paused"),
            again_and_again(pool, sender.send_due, settings.outputs_poll_s, "sending_paused"),
            again_and_again(pool, watch.watch_next, settings.outputs_poll_s, "watching_paused"),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What several of them need."""

    settings: OutputSettings
    pool: Pool
    idempotency: Idempotency
    box: SecretBox | None
    """None: no key is set, and no secret can be kept."""
    guard: AddressGuard
    ways: Ways
    figures: OwnFigures
    printer: TypstPrinter
    schedules: PostgresSchedules
    sendings: PostgresSendings
    policies: PostgresPolicies
    alerts: PostgresAlerts
    observations: PostgresObservations


def _make_shared(
    settings: OutputSettings, pool: Pool, idempotency: Idempotency, reporting: Reporting, accounts: Accounts
) -> _Shared:
    keys = settings.secret_key.get_secret_value()
    guard = AddressGuard(networks(settings.allowed_networks))
    return _Shared(
        settings=settings,
        pool=pool,
        idempotency=idempotency,
        box=SecretBox(keys) if keys.strip(", ") else None,
        guard=guard,
        ways=Ways(
            SmtpMailer(_mail_server(settings)),
            HttpPoster(guard, slack_url=settings.slack_url),
            GoogleSheets(token_url=settings.google_token_url, api_url=settings.google_sheets_url),
        ),
        figures=OwnFigures(pool, reporting, PostgresPeriodLeads(), accounts),
        printer=TypstPrinter(),
        schedules=PostgresSchedules(),
        sendings=PostgresSendings(),
        policies=PostgresPolicies(),
        alerts=PostgresAlerts(),
        observations=PostgresObservations(),
    )


def _schedules(shared: _Shared) -> ScheduleWork:
    return ScheduleWork(
        shared.pool,
        shared.idempotency,
        schedules=shared.schedules,
        sendings=shared.sendings,
        figures=shared.figures,
        box=shared.box,
        account_email=lambda text, field: service_account(text, field).email,
        guard=shared.guard,
        slack_url=shared.settings.slack_url,
        now=utc_now,
    )


def _alerts(shared: _Shared) -> AlertWork:
    return AlertWork(
        shared.pool,
        shared.idempotency,
        policies=shared.policies,
        alerts=shared.alerts,
        observations=shared.observations,
        box=shared.box,
        guard=shared.guard,
        slack_url=shared.settings.slack_url,
        mailer=shared.ways.mailer,
        poster=shared.ways.poster,
    )


def _packers(shared: _Shared, accounts: Accounts) -> dict[Kind, Packer]:
    panel_url = shared.settings.panel_url
    panel = f"{panel_url.rstrip('/')}/panel" if panel_url else ""
    return {
        Kind.REPORT: ReportPacker(
            shared.pool,
            schedules=shared.schedules,
            figures=shared.figures,
            printer=shared.printer,
            ways=shared.ways,
            box=shared.box,
            panel_url=panel,
        ),
        Kind.ALERT: AlertPacker(
            shared.pool,
            policies=shared.policies,
            alerts=shared.alerts,
            accounts=accounts,
            ways=shared.ways,
            box=shared.box,
            panel_url=panel,
        ),
    }


def _mail_server(settings: OutputSettings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.smtp_from,
    )
