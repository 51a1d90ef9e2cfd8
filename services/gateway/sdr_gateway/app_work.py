"""The worker's part of the composition root: turns, sweeps, and what is done by the clock."""

from __future__ import annotations

from sdr_common.event_outbox import EventForwarder
from sdr_common.mailbox import (
    MailboxWorker,
    WorkerOptions,
)
from sdr_common.service import ServiceProcess
from sdr_gateway.app_parts import Parts
from sdr_gateway.operations.ending import TurnEnd
from sdr_gateway.operations.ingest import Ingest
from sdr_gateway.operations.observe import Observer
from sdr_gateway.operations.pulse import PulseWork
from sdr_gateway.operations.retention import RetentionWork
from sdr_gateway.operations.sweep import Sweep, SweepLimits
from sdr_gateway.operations.turns import TurnWork
from sdr_gateway.operations.wakes import WakeWork
from sdr_gateway.store.sweeps import PostgresPulseClaims, PostgresRetentionClaims, PostgresSweeps
from sdr_gateway.worker.handler import MeasuredTurns, TurnHandler, measure

_RETENTION_EVERY_S = 300.0
"""Pause between two looks for an account whose old records are due."""
_SETTLE_EVERY_S = 10.0
"""Pause between two looks for forgotten leads whose late traces are due."""


def make_worker(parts: Parts) -> MailboxWorker:
    """What works on turns."""
    settings, channels, mailbox = parts.settings, parts.channels, parts.mailbox
    observer = Observer(channels.dialogue)
    ending = TurnEnd(
        mailbox,
        parts.conversations,
        dialogue=channels.dialogue,
        routing=channels.routing,
        observer=observer,
        poison_attempts=settings.poison_attempts,
    )
    wakes = WakeWork(
        mailbox,
        parts.conversations,
        parts.directory,
        chatwoot=parts.listing,
        dialogue=channels.dialogue,
        scoring=channels.scoring,
        observer=observer,
        ending=ending,
    )
    work = TurnWork(
        MeasuredTurns(mailbox),
        parts.conversations,
        parts.directory,
        dialogue=channels.dialogue,
        scoring=channels.scoring,
        observer=observer,
        ending=ending,
        wakes=wakes,
        stale_after_s=settings.patience_s * 0.75,
    )
    options = WorkerOptions(in_flight=settings.in_flight, drain_s=settings.drain_s)
    return MailboxWorker(mailbox, TurnHandler(work), options, metrics=measure)


def start_work(process: ServiceProcess, parts: Parts, worker: MailboxWorker, ingest: Ingest) -> None:
    """Begins turns, sweeps, erasures, and what reporting is told.

    Args:
        process: Owns the work.
        parts: The gateway's.
        worker: Works on turns.
        ingest: Takes in what a sweep finds.
    """
    settings, pool, channels = parts.settings, parts.pool, parts.channels
    limits = SweepLimits(
        settings.sweep_lookback_s,
        settings.sweep_conversations,
        settings.sweep_grace_s,
        settings.sweep_answer_within_s,
    )
    sweep = Sweep(PostgresSweeps(pool), parts.directory, parts.listing, ingest, limits)
    retention = RetentionWork(pool, PostgresRetentionClaims(pool), parts.own, parts.old, channels.keepers)
    interval_s = settings.retention_interval_s
    process.in_background(
        worker.run,
        lambda stop: sweep.run(stop, settings.sweep_interval_s),
        lambda stop: parts.privacy.run(stop, _SETTLE_EVERY_S, settings.forget_settle_s),
        lambda stop: retention.run(stop, interval_s, min(interval_s, _RETENTION_EVERY_S)),
    )
    if channels.reporting is not None:
        pulse = PulseWork(
            PostgresPulseClaims(pool), parts.directory, routing=channels.routing, reporting=channels.reporting
        )
        process.in_background(
            EventForwarder(pool, channels.reporting).run, lambda stop: pulse.run(stop, settings.pulse_interval_s)
        )
