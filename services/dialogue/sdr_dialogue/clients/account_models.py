"""Accounts with keys of their own: their models are asked first, the installation's behind them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from sdr_dialogue.clients.chain import Deadlines, Link, ModelChain
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft
from sdr_dialogue.domain.model_keys import KeyChoice
from sdr_dialogue.ports import LanguageModel

_ACCOUNTS = 200
"""Accounts whose models a process keeps connected."""
_LOG = structlog.get_logger()


class ClosableModel(LanguageModel, Protocol):
    """A model with connections."""

    async def close(self) -> None:
        """Closes them."""
        ...


Choices = tuple[KeyChoice, ...]
"""An account's keys; equal ones make the same model."""
Keys = Callable[[int], Awaitable[Choices]]
"""An account's keys, in the order in which they are asked; empty: it has none."""
Make = Callable[[Sequence[KeyChoice]], ClosableModel]
"""The model of some keys, with the installation's behind it."""


class AccountChain(ModelChain):
    """An account's links before the installation's, whose connections stay open when these close.

    Args:
        own: The account's, the preferred one first; at least one.
        behind: The installation's.
        last: Needs nobody.
        deadlines: What all links together get.
    """

    def __init__(self, own: Sequence[Link], behind: Sequence[Link], last: LanguageModel, deadlines: Deadlines) -> None:
        super().__init__((*own, *behind), last, deadlines)
        self._mine = tuple(own)

    async def close(self) -> None:
        """Closes the account's connections."""
        for link in self._mine:
            await link.model.close()


@dataclass(slots=True)
class _Own:
    """One account's model."""

    choices: Choices
    model: ClosableModel
    users: int = 0
    """Calls that are under way."""
    retired: bool = False
    """Other keys came, or other accounts: closed when nobody uses it."""


@dataclass(slots=True)
class _Remembered:
    """What was read of an account."""

    choices: Choices = ()
    until: float = 0.0
    """Monotonic seconds."""
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class AccountModels:
    """A `LanguageModel` that looks first whether the account has keys.

    Args:
        default: Answers for accounts without keys.
        keys: Reads an account's.
        make: Makes a model of them.
        ttl_s: Seconds after which a change is seen.
        clock: Monotonic seconds.
    """

    def __init__(
        self, default: LanguageModel, keys: Keys, make: Make, ttl_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._default = default
        self._keys = keys
        self._make = make
        self._ttl_s = ttl_s
        self._clock = clock
        self._own: OrderedDict[int, _Own] = OrderedDict()
        self._leaving: list[_Own] = []
        """Replaced by models with other keys."""
        self._remembered: dict[int, _Remembered] = {}

    @property
    def name(self) -> str:
        """The installation's; a draft says who really made it."""
        return self._default.name

    async def respond(self, context: TurnContext) -> TurnDraft:
        """See the port."""
        async with self._model_of(context.account_id, context.models_allowed) as model:
            return await model.respond(context)

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """See the port."""
        async with self._model_of(context.account_id, context.models_allowed) as model:
            return await model.analyze(context)

    def forget(self, account_id: int) -> None:
        """Makes the next call see keys that were just stored."""
        self._remembered.pop(account_id, None)

    async def close(self) -> None:
        """Closes the accounts' models; the installation's is its maker's."""
        for own in (*self._own.values(), *self._leaving):
            await own.model.close()
        self._own.clear()
        self._leaving.clear()

    @asynccontextmanager
    async def _model_of(self, account_id: int, allowed: bool) -> AsyncIterator[LanguageModel]:
        choices = await self._choices(account_id) if account_id and allowed else ()
        if not choices:
            await self._retire(account_id)
            yield self._default
            return
        own = self._taken(account_id, choices)
        try:
            while self._leaving:
                await _swept(self._leaving.pop())
            await self._retire(*list(self._own)[:-_ACCOUNTS])
            yield own.model
        finally:
            own.users -= 1
            await _swept(own)

    async def _choices(self, account_id: int) -> Choices:
        known = self._remembered.setdefault(account_id, _Remembered())
        if known.until > self._clock():
            return known.choices
        async with known.reading:
            if known.until <= self._clock():
                try:
                    known.choices = await self._keys(account_id)
                except Exception as error:
                    # A lead is answered all the same: by what was known, else by the installation's models.
                    _LOG.warning("model_keys_unread", account_id=account_id, problem=type(error).__name__)
                known.until = self._clock() + self._ttl_s
        return known.choices

    def _taken(self, account_id: int, choices: Choices) -> _Own:
        """The account's model, with one more user; nothing else runs meanwhile."""
        own = self._own.get(account_id)
        if own is None or own.choices != choices:
            if own is not None:
                own.retired = True
                self._leaving.append(own)
            own = self._own[account_id] = _Own(choices, self._make(choices))
        self._own.move_to_end(account_id)
        own.users += 1
        return own

    async def _retire(self, *account_ids: int) -> None:
        for account_id in account_ids:
            own = self._own.pop(account_id, None)
            if own is not None:
                own.retired = True
                await _swept(own)


async def _swept(own: _Own) -> None:
    """Closes a model that came out of use."""
    if own.retired and own.users == 0:
        await own.model.close()
