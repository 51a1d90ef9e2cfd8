"""Keeps what models cost, and tells of a budget's limits. The caller owns the transaction."""

from __future__ import annotations

from datetime import datetime

import structlog

from sdr_common.clock import utc_now
from sdr_common.errors import InvalidField
from sdr_common.metrics import METER
from sdr_common.postgres import Connection, Pool, connection
from sdr_dialogue.domain.conversation import Usage
from sdr_dialogue.domain.costs import Budget, Costs, Spending, budget_of
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.ports import AccountSettingsSource, CostBook, Events

_LOG = structlog.get_logger()
_MONTH = METER.create_gauge(
    "sdr.dialogue.month_cost",
    ("account",),
    unit="USD",
    description="What an account's models cost in the month of its last call, by our id of the account.",
)
_REACHED = METER.create_counter(
    "sdr.dialogue.budgets_reached",
    ("stops_models",),
    description="Limits of accounts' budgets that were reached, told once a month.",
)

for _stops in (False, True):
    _REACHED.add(0, {"stops_models": _stops})  # else an alert misses the first one: nothing grows from nothing


class Ledger:
    """The accounts' spending.

    Args:
        pool: The service's pool.
        settings: The accounts' settings.
        costs: Where it is kept.
        events: For reporting.
        brl_per_usd: Reais for a dollar.
    """

    def __init__(
        self, pool: Pool, *, settings: AccountSettingsSource, costs: CostBook, events: Events, brl_per_usd: float
    ) -> None:
        self._pool = pool
        self._settings = settings
        self._costs = costs
        self._events = events
        self.brl_per_usd = brl_per_usd

    def budget(self, settings: AccountSettings) -> Budget:
        """An account's limits."""
        return budget_of(settings, self.brl_per_usd)

    async def pay(self, conn: Connection, paid: Spending, budget: Budget) -> None:
        """Keeps what models cost, and tells of a limit that is reached; nothing where none was asked."""
        if paid.usage == Usage():
            return
        told = await self._costs.record(conn, paid, budget)
        await self._events.model_used(conn, paid)
        _MONTH.set(told.cost_micro_usd / 1_000_000, {"account": paid.conversation.account_id})
        if told.alert or told.stop:
            _REACHED.add(1, {"stops_models": told.stop})
            await self._events.budget_reached(conn, paid, told)
            _LOG.warning(
                "budget_reached",
                account_id=paid.conversation.account_id,
                cost_micro_usd=told.cost_micro_usd,
                stops_models=told.stop,
            )

    async def costs(self, account_id: int, since: datetime | None, until: datetime | None) -> tuple[Costs, bool]:
        """What an account's models cost in a period, and whether its month's budget is used up.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidField: the period ends before it begins.
        """
        settings = await self._settings.active(account_id)
        now = utc_now()
        since = since or now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        until = until or now
        if until < since:
            raise InvalidField("until", f"{until.isoformat()} is before since ({since.isoformat()})")
        async with connection(self._pool) as conn:
            found = await self._costs.of(conn, account_id, since, until)
        return found, not self.budget(settings).allows_models(found.month_micro_usd)
