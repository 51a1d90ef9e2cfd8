"""Schedules and their history, as people keep them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common import audit
from sdr_common.address_guard import AddressGuard
from sdr_common.errors import InvalidField
from sdr_common.idempotency import Idempotency, Once
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_reporting.outputs.domain.errors import (
    ScheduleNotFound,
    SecretsUnavailable,
    SendingNotFailed,
    SendingNotFound,
)
from sdr_reporting.outputs.domain.schedule import (
    MOST_SCHEDULES,
    Plan,
    Schedule,
    Sheets,
    Webhook,
    check_secret,
    latest_slot,
    next_slot,
    period_of,
)
from sdr_reporting.outputs.domain.sending import RETRIABLE, Kind, Sending, State
from sdr_reporting.outputs.ports import Box, Figures, Schedules, SendingPosition, Sendings, is_secretive

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class PlanCommand:
    """A plan for a schedule."""

    account_id: int
    schedule_id: str
    """Empty: a new one."""
    plan: Plan
    secret: str
    """Empty: none was given."""
    secret_field: str
    """Its name in the contract."""


class ScheduleWork:
    """The use cases.

    Args:
        pool: The service's pool.
        idempotency: Guards mutating calls.
        schedules: Schedules.
        sendings: What they sent.
        figures: Knows the clinic's zone.
        box: Seals secrets; None: none can be kept.
        account_email: Reads a service account's key: its text and its field; gives the account's address.
        guard: Says whom we may connect to.
        slack_url: What addresses of Slack's incoming webhooks begin with.
        now: The clock, aware.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        schedules: Schedules,
        sendings: Sendings,
        figures: Figures,
        box: Box | None,
        account_email: Callable[[str, str], str],
        guard: AddressGuard,
        slack_url: str,
        now: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._schedules = schedules
        self._sendings = sendings
        self._figures = figures
        self._box = box
        self._account_email = account_email
        self._guard = guard
        self._slack_url = slack_url
        self._now = now

    async def create(self, command: PlanCommand, once: Once[Schedule, A]) -> A:
        """Adds a schedule.

        Raises:
            InvalidField: the secret or the address is none, or there are too many schedules.
            SecretsUnavailable: a secret cannot be kept.
            RequestIdReused: the id came before with another input.
        """
        command = await self._checked(command)
        if command.secret_field:
            check_secret(command.plan.target, command.secret, command.secret_field, self._slack_url)
        sealed = self._sealed(command)
        next_at = await self._next_at(command)

        async def work(conn: Connection) -> A:
            count = await self._schedules.count(conn, command.account_id)
            if count >= MOST_SCHEDULES:
                raise InvalidField("plan", f"an account has at most {MOST_SCHEDULES} schedules", limit=MOST_SCHEDULES)
            schedule = Schedule(str(uuid.uuid4()), command.account_id, command.plan, next_at, sealed is not None)
            await self._schedules.put(conn, schedule, sealed)
            await self._note(conn, "create_schedule", schedule, once.request)
            return once.answer(schedule)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def update(self, command: PlanCommand, once: Once[Schedule, A]) -> A:
        """Replaces a schedule; a secret that is not given stays, as long as the kind of target does.

        Raises:
            ScheduleNotFound: there is none.
            InvalidField: the secret or the address is none.
            SecretsUnavailable: a secret cannot be kept.
            RequestIdReused: the id came before with another input.
        """
        command = await self._checked(command)
        sealed = self._sealed(command)
        next_at = await self._next_at(command)

        async def work(conn: Connection) -> A:
            found = await self._schedules.find(conn, command.account_id, command.schedule_id)
            if found is None:
                raise ScheduleNotFound(command.schedule_id)
            before, kept = found
            plan, secret = command.plan, sealed
            if secret is None and is_secretive(plan) and before.plan.target.channel == plan.target.channel:
                secret = kept
                plan = _keep_account(before.plan, plan)
            if command.secret_field and (command.secret or secret is None):
                check_secret(plan.target, command.secret, command.secret_field, self._slack_url)
            schedule = Schedule(command.schedule_id, command.account_id, plan, next_at, secret is not None)
            await self._schedules.put(conn, schedule, secret)
            await self._note(conn, "update_schedule", schedule, once.request)
            return once.answer(schedule)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def delete(self, account_id: int, schedule_id: str, once: Once[int, A]) -> A:
        """Removes a schedule and what of it waits.

        Raises:
            ScheduleNotFound: there is none.
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            found = await self._schedules.find(conn, account_id, schedule_id)
            if found is None:
                raise ScheduleNotFound(schedule_id)
            await self._schedules.delete(conn, account_id, schedule_id)
            cancelled = await self._sendings.cancel(conn, schedule_id)
            await self._note(conn, "delete_schedule", found[0], once.request)
            return once.answer(cancelled)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def list(self, account_id: int) -> Sequence[tuple[Schedule, Sending | None]]:
        """An account's schedules by name, each with its latest sending."""
        async with connection(self._pool) as conn:
            schedules = await self._schedules.list(conn, account_id)
            latest = {each.owner_id: each for each in await self._sendings.latest(conn, account_id)}
        return [(schedule, latest.get(schedule.schedule_id)) for schedule in schedules]

    async def send_now(self, account_id: int, schedule_id: str, once: Once[Sending, A]) -> A:
        """Sends a schedule's report once, of the last whole day, week or month.

        Raises:
            ScheduleNotFound: there is none.
            RequestIdReused: the id came before with another input.
        """
        zone = await self._figures.zone(account_id)

        async def work(conn: Connection) -> A:
            found = await self._schedules.find(conn, account_id, schedule_id)
            if found is None:
                raise ScheduleNotFound(schedule_id)
            schedule = found[0]
            now = self._now()
            sending = sending_of(schedule, now, by_hand=True)
            sending = replace(sending, period=period_of(schedule.plan.cadence, zone, now), due_at=now)
            await self._sendings.add(conn, [sending])
            await self._note(conn, "send_report", schedule, once.request)
            return once.answer(sending)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def history(
        self, account_id: int, schedule_id: str, after: SendingPosition | None, page_size: int
    ) -> tuple[Sequence[Sending], SendingPosition | None]:
        """A page of what was sent, newest first, and where the next one begins."""
        async with connection(self._pool) as conn:
            found = await self._sendings.page(conn, account_id, schedule_id, after, page_size + 1)
        shown = found[:page_size]
        return [sending for _, sending in shown], shown[-1][0] if len(found) > page_size else None

    async def retry(self, account_id: int, sending_id: str, once: Once[Sending, A]) -> A:
        """Takes up again what failed, or may have.

        Raises:
            SendingNotFound: there is none.
            SendingNotFailed: it is on its way, or arrived.
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            sending = await self._sendings.find(conn, account_id, sending_id)
            if sending is None:
                raise SendingNotFound(sending_id)
            if sending.state not in RETRIABLE:
                raise SendingNotFailed(sending_id, sending.state.value)
            await self._sendings.take_up(conn, sending_id)
            await audit.note(
                conn,
                "retry_sending",
                account_id,
                subject=f"sending {sending_id}",
                request_id=_request_id(once.request),
            )
            return once.answer(replace(sending, state=State.WAITING, attempt_count=0, due_at=self._now()))

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def plan_due(self, limit: int = 20) -> int:
        """Makes the sendings whose moments have come, each once; gives how many schedules had one."""
        async with transaction(self._pool) as conn:
            due = await self._schedules.due(conn, limit)
            for each in due:
                await self._plan(conn, each.schedule, each.now)
        return len(due)

    async def _plan(self, conn: Connection, schedule: Schedule, now: datetime) -> None:
        if schedule.next_at is None:
            return
        zone = await self._figures.zone(schedule.account_id)
        slot = latest_slot(schedule.plan, zone, schedule.next_at, now)
        sending = sending_of(schedule, slot, by_hand=False)
        await self._sendings.add(conn, [replace(sending, period=period_of(schedule.plan.cadence, zone, slot))])
        await self._schedules.move(conn, schedule.schedule_id, next_slot(schedule.plan, zone, now))

    async def _checked(self, command: PlanCommand) -> PlanCommand:
        """Looks at what only the world knows, before any transaction; a key says whose it is."""
        target = command.plan.target
        if isinstance(target, Webhook):
            await self._guard.check("plan.target.webhook.url", target.url)
        if isinstance(target, Sheets):
            email = self._account_email(command.secret, command.secret_field) if command.secret else ""
            return replace(command, plan=replace(command.plan, target=replace(target, account_email=email)))
        return command

    def _sealed(self, command: PlanCommand) -> bytes | None:
        if not command.secret:
            return None
        if self._box is None:
            raise SecretsUnavailable(command.secret_field)
        return self._box.seal(command.secret)

    async def _next_at(self, command: PlanCommand) -> datetime | None:
        if command.plan.paused:
            return None
        return next_slot(command.plan, await self._figures.zone(command.account_id), self._now())

    async def _note(self, conn: Connection, action: str, schedule: Schedule, request: Message) -> None:
        await audit.note(
            conn,
            action,
            schedule.account_id,
            subject=f"schedule {schedule.schedule_id}",
            request_id=_request_id(request),
            detail={"channel": schedule.plan.target.channel, "cadence": schedule.plan.cadence.value},
        )


def sending_of(schedule: Schedule, slot_at: datetime, *, by_hand: bool) -> Sending:
    """A schedule's sending of a moment; its id follows from both, so that a redo makes no second one."""
    name = f"{schedule.schedule_id}/{slot_at.isoformat()}/{'hand' if by_hand else 'plan'}"
    return Sending(
        sending_id=str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
        account_id=schedule.account_id,
        kind=Kind.REPORT,
        owner_id=schedule.schedule_id,
        name=schedule.plan.name,
        channel=schedule.plan.target.channel,
        slot_at=slot_at,
        period=None,
        resolved=False,
        by_hand=by_hand,
    )


def _keep_account(before: Plan, plan: Plan) -> Plan:
    """Whom a spreadsheet is shared with belongs to the key that is kept."""
    if isinstance(before.target, Sheets) and isinstance(plan.target, Sheets):
        return replace(plan, target=replace(plan.target, account_email=before.target.account_email))
    return plan


def _request_id(request: Message) -> str:
    found: str = request.request_id  # type: ignore[attr-defined]  # mutating requests have one
    return found
