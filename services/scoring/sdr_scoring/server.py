"""Scoring's composition root: the only place where its parts meet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

import grpc

from sdr.common.v1.lead_pb2 import Qualification
from sdr.scoring.v1 import (
    feedback_pb2,
    feedback_pb2_grpc,
    rubrics_pb2,
    rubrics_pb2_grpc,
    scoring_pb2,
    scoring_pb2_grpc,
)
from sdr_common.event_outbox import forwarding, outbox_of
from sdr_common.grpc_server import start_server
from sdr_common.idempotency import Idempotency
from sdr_common.lead_data import NAMES, parts_of, register_lead_data
from sdr_common.ops_server import serve_operators
from sdr_common.postgres import Queries, make_pool
from sdr_common.service import ServiceProcess, run_until_stopped, standard_work
from sdr_scoring.convert import rubric_from_wire
from sdr_scoring.operations import Scoring
from sdr_scoring.operations_feedback import FeedbackWork
from sdr_scoring.operations_rubrics import RubricWork
from sdr_scoring.servicer import ScoringServicer
from sdr_scoring.servicer_feedback import FeedbackServicer
from sdr_scoring.servicer_rubrics import RubricServicer
from sdr_scoring.settings import Settings
from sdr_scoring.store.feedback import PostgresFeedback
from sdr_scoring.store.postgres import PostgresQualifications, PostgresRubrics, rubric_part

SCHEMA = "scoring"
"""The Postgres schema that is this service's alone."""
_OWN_NAMES = [
    service.full_name
    for file in (scoring_pb2, rubrics_pb2, feedback_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
]
LEAD_DATA = Queries.load("sdr_scoring.store", "lead_data.sql")
"""What is kept of one lead."""


async def build(
    settings: Settings, stack: AsyncExitStack, on_crash: Callable[[], None] = lambda: None
) -> ServiceProcess:
    """Starts the service; closing `stack` ends it.

    Args:
        settings: The service's.
        stack: Owns the pool, the channel and the server.
        on_crash: Told when background work ends by an error.

    Raises:
        SystemExit: the port is taken.
    """
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-scoring", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    idempotency = Idempotency(pool)
    part, qualifications = rubric_part(pool), PostgresQualifications()
    rubrics = PostgresRubrics(pool, part)
    scoring = Scoring(pool, idempotency, rubrics, qualifications)
    work = RubricWork(
        pool, idempotency, part=part, rubrics=rubrics, qualifications=qualifications, read=rubric_from_wire
    )

    def register(server: grpc.aio.Server) -> None:
        scoring_pb2_grpc.add_ScoringServiceServicer_to_server(ScoringServicer(scoring, work), server)
        rubrics_pb2_grpc.add_RubricServiceServicer_to_server(RubricServicer(work), server)
        feedback = FeedbackServicer(FeedbackWork(idempotency, PostgresFeedback()))
        feedback_pb2_grpc.add_FeedbackServiceServicer_to_server(feedback, server)
        register_lead_data(server, pool, idempotency, parts_of(LEAD_DATA, {"motivos": Qualification}))

    server = await start_server(
        SCHEMA,
        register,
        [*_OWN_NAMES, *NAMES],
        host=settings.grpc_host,
        port=settings.grpc_port,
        transport=settings.transport,
    )
    await serve_operators(settings, stack, pool, [outbox_of(pool, SCHEMA)])
    process = ServiceProcess(server, settings.drain_s, on_crash)
    process.in_background(
        *standard_work(process, pool, "sdr_scoring", idempotency, settings.redis_url),
        # Outcomes and feedback; judgements are told by the gateway, once they are on their way.
        *await forwarding(pool, settings.reporting_target, stack, settings.transport),
    )
    stack.push_async_callback(process.stop)
    return process


async def run(settings: Settings, _command: str) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    await run_until_stopped(lambda stack, on_crash: build(settings, stack, on_crash))
