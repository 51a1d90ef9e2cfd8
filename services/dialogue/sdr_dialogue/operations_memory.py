"""What is stored of a lead, of all of its contacts: the start of every turn."""

from __future__ import annotations

from sdr_common.errors import WriteConflict
from sdr_common.postgres import Pool, connection, transaction
from sdr_dialogue.domain.turn import Burst, Loaded
from sdr_dialogue.ports import Conversations, Memory

TRIES = 5
"""Writes of one lead that may come in between before a call gives up."""


class Remembering:
    """Loads what a burst needs, and makes contacts one lead that turn out to be.

    Args:
        pool: The service's pool.
        conversations: Where it is kept.
        memory: Which contacts are one lead.
    """

    def __init__(self, pool: Pool, conversations: Conversations, memory: Memory) -> None:
        self._pool = pool
        self._conversations = conversations
        self._memory = memory

    async def load(self, burst: Burst) -> Loaded:
        """What is stored, of every contact that is this lead.

        Chatwoot moves a merged contact's conversations to the other one: a conversation whose contact changed tells
        that the two are one. So does a phone that another lead had first.
        """
        ref = burst.conversation
        async with connection(self._pool) as conn:
            loaded = await self._conversations.load(conn, burst)
        merged = 0 < loaded.contact_id != ref.contact_id > 0
        phone = burst.phone if not loaded.phone_known and ref.contact_id > 0 else ""
        if not merged and not phone:
            return loaded
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                return await self._united(burst, loaded.contact_id if merged else 0, phone)
            except WriteConflict:
                # Conversations of one lead that begin at once meet here; the other one was quicker.
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _united(self, burst: Burst, gone: int, phone: str) -> Loaded:
        ref = burst.conversation
        async with transaction(self._pool) as conn:
            if gone:
                await self._memory.unite(conn, ref.account_id, ref.contact_id, gone)
                await self._memory.move(conn, ref)
            if phone:
                owner = await self._memory.owner_of(conn, ref, phone)
                await self._memory.unite(conn, ref.account_id, owner, ref.contact_id)
            return await self._conversations.load(conn, burst)
