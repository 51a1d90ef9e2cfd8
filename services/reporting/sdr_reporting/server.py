"""Reporting's composition root: the only place where its parts meet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

import grpc

from sdr.reporting.v1 import report_pb2, report_pb2_grpc, reporting_pb2, reporting_pb2_grpc
from sdr_common.clock import utc_now
from sdr_common.grpc_server import start_server
from sdr_common.idempotency import Idempotency
from sdr_common.lead_data import NAMES, register_lead_data
from sdr_common.live_events import LiveEvents
from sdr_common.lossy_redis import LossyRedis
from sdr_common.ops_server import serve_operators
from sdr_common.postgres import Pool, Queries, make_pool
from sdr_common.service import ServiceProcess, Work, run_until_stopped, standard_work
from sdr_reporting.background import again_and_again
from sdr_reporting.clients.sheet import XlsxSheet
from sdr_reporting.operations import Reporting
from sdr_reporting.operations_days import DayWork
from sdr_reporting.operations_export import ExportWork
from sdr_reporting.outputs.wiring import SERVICE_NAMES, make_outputs
from sdr_reporting.servicer import ReportingServicer
from sdr_reporting.servicer_report import ReportServicer
from sdr_reporting.settings import Settings
from sdr_reporting.store.days import PostgresDays
from sdr_reporting.store.exports import PostgresFiles
from sdr_reporting.store.lead_data import lead_parts
from sdr_reporting.store.lists import PostgresLists
from sdr_reporting.store.postgres import PostgresAccounts, PostgresEvents, PostgresLeads
from sdr_reporting.store.reports import PostgresReports

SCHEMA = "reporting"
"""The Postgres schema that is this service's alone."""
_NAMES = [
    service.full_name
    for file in (reporting_pb2.DESCRIPTOR, report_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
]
OLD = Queries.load("sdr_reporting.store", "retention.sql")
"""What goes by age."""


async def build(
    settings: Settings, stack: AsyncExitStack, on_crash: Callable[[], None] = lambda: None
) -> ServiceProcess:
    """Starts the service; closing `stack` ends it.

    Args:
        settings: The service's.
        stack: Owns the pool and the server.
        on_crash: Told when background work ends by an error.

    Raises:
        SystemExit: the port is taken.
    """
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-reporting", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    idempotency = Idempotency(pool)
    accounts = PostgresAccounts(pool)
    reporting = _make_reporting(pool, idempotency, accounts)
    exports = ExportWork(pool, PostgresFiles(), accounts, make_sheet=XlsxSheet, now=utc_now)
    outputs = make_outputs(settings, pool, idempotency, reporting, accounts)

    redis = LossyRedis(settings.redis_url)
    stack.push_async_callback(redis.aclose)

    def register(server: grpc.aio.Server) -> None:
        outputs.register(server)
        report_pb2_grpc.add_ReportServiceServicer_to_server(ReportServicer(reporting, exports), server)
        reporting_pb2_grpc.add_ReportingServiceServicer_to_server(
            ReportingServicer(reporting, LiveEvents(redis)), server
        )
        register_lead_data(server, pool, idempotency, lead_parts(), tells_events=False, old=OLD)

    server = await start_server(
        SCHEMA,
        register,
        [*_NAMES, *SERVICE_NAMES, *NAMES],
        host=settings.grpc_host,
        port=settings.grpc_port,
        transport=settings.transport,
    )
    await serve_operators(settings, stack, pool)
    process = ServiceProcess(server, settings.drain_s, on_crash)
    process.in_background(
        *standard_work(process, pool, "sdr_reporting", idempotency, settings.redis_url),
        _counting_days(settings, pool, accounts),
        *outputs.works,
    )
    stack.push_async_callback(process.stop)
    return process


def _make_reporting(pool: Pool, idempotency: Idempotency, accounts: PostgresAccounts) -> Reporting:
    return Reporting(
        pool,
        idempotency,
        events=PostgresEvents(),
        leads=PostgresLeads(),
        days=PostgresDays(),
        reports=PostgresReports(),
        lists=PostgresLists(),
        accounts=accounts,
        now=utc_now,
    )


def _counting_days(settings: Settings, pool: Pool, accounts: PostgresAccounts) -> Work:
    count = DayWork(pool, PostgresDays(), PostgresReports(), accounts, utc_now).count_next
    every_s = settings.count_days_every_s
    return again_and_again(pool, count, every_s, "counting_days_paused", first_after_s=min(every_s, 60.0))


async def run(settings: Settings, _command: str) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    await run_until_stopped(lambda stack, on_crash: build(settings, stack, on_crash))
