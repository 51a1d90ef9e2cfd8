"""What an account's Chatwoot has to choose from: teams, agents, inboxes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sdr_common.chatwoot import ChatwootAccess, ChatwootSetup
from sdr_common.chatwoot.model import Agent, Inbox, Team
from sdr_common.postgres import Pool, connection
from sdr_routing.domain.errors import NotConnected
from sdr_routing.helpdesk_ports import Connections

_KEEP_S = 30.0
"""A page with several pickers asks once."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Each by name."""

    teams: Sequence[Team]
    agents: Sequence[Agent]
    inboxes: Sequence[Inbox]


class ChooseFrom:
    """Lists what there is, perhaps as it was half a minute ago.

    Args:
        pool: The service's pool.
        connections: Where connections are kept.
        setup_of: The set-up calls of an account.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        pool: Pool,
        connections: Connections,
        setup_of: Callable[[ChatwootAccess], ChatwootSetup],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._connections = connections
        self._setup_of = setup_of
        self._clock = clock
        self._kept: dict[tuple[str, int, str], tuple[float, Choices]] = {}

    async def choices(self, account_id: int) -> Choices:
        """What the account's Chatwoot has.

        Raises:
            NotConnected: there is no connection.
            ChatwootDenied: the token is refused.
            ChatwootUnavailable: Chatwoot does not answer.
        """
        async with connection(self._pool) as conn:
            known = await self._connections.find(conn, account_id)
        if known is None:
            raise NotConnected(account_id)
        key = (known.chatwoot_url, known.chatwoot_account_id, known.admin_token)
        kept = self._kept.get(key)
        if kept is not None and self._clock() - kept[0] < _KEEP_S:
            return kept[1]
        setup = self._setup_of(ChatwootAccess(*key))
        teams, agents, inboxes = await asyncio.gather(setup.teams(), setup.agents(), setup.inboxes())
        found = Choices(
            teams=sorted(teams, key=lambda team: team.name),
            agents=sorted((agent for agent in agents if agent.email), key=lambda agent: (agent.name or "").casefold()),
            inboxes=sorted(inboxes, key=lambda inbox: (inbox.name or "").casefold()),
        )
        self._kept = {other: value for other, value in self._kept.items() if self._clock() - value[0] < _KEEP_S} | {
            key: (self._clock(), found)
        }
        return found
