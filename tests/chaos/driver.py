"""Plays the plan's conversations against a stack: leads that wait for answers, humans that take over and give back."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from tests.chaos.leads import GOLD
from tests.chaos.plan import Conversation, Human, Size, conversations
from tests.support.chatwoot import Chatwoot, JsonObject, Phone

BURSTS_AT_MOST = 12
SEEN_BY_SWEEP_S = 7.0
"""A human keeps the word at least so long: longer than the pause between two sweeps."""
SWEPT_WITHIN_S = 60.0
"""How long a human waits at most until two sweeps have looked: a gateway that keeps dying sweeps less often."""
PHONE_NOTE = "*📱 Enviado do WhatsApp*\n\nOi! Aqui é da clínica, já te respondo por aqui."


@dataclass
class Tally:
    """What was played."""

    sent: int = 0
    """Messages of leads."""
    conversations: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    """Conversations by how they ended for the lead."""


class Driver:
    """Plays conversations until the size is reached.

    Args:
        chatwoot: Listening.
        size: How many.
        until: Further conversations are begun until it says True, even when there are enough; None: it does.
    """

    def __init__(self, chatwoot: Chatwoot, size: Size, until: Callable[[], bool] | None = None) -> None:
        self._until = until or (lambda: True)
        self._chatwoot = chatwoot
        self._size = size
        self.tally = Tally()
        self._closers: list[int] = []

    async def run(self) -> Tally:
        """Plays all of them, so many at a time."""
        self._closers = await self._agents()
        gate, ends_at = asyncio.Semaphore(self._size.at_once), time.monotonic() + self._size.limit_s
        async with asyncio.TaskGroup() as group:
            for planned in conversations(self._size):
                await gate.acquire()
                if self._has_enough() or time.monotonic() > ends_at:
                    break
                self.tally.conversations += 1
                task = group.create_task(self._play(planned))
                task.add_done_callback(lambda _: gate.release())
                # The first ones do not begin in one moment.
                if self.tally.conversations <= self._size.at_once:
                    await asyncio.sleep(planned.dice.uniform(0.0, 0.15))
        return self.tally

    def _has_enough(self) -> bool:
        enough = self.tally.conversations >= self._size.conversations and self.tally.sent >= self._size.messages
        return enough and self._until()

    async def _agents(self) -> list[int]:
        export = await self._chatwoot.sandbox("GET", "/export?only=users")
        return [row["id"] for row in export["users"].values() if row["role"] == "agent"]

    async def _play(self, planned: Conversation) -> None:
        lead, dice = planned.lead, planned.dice
        phone = await self._chatwoot.new_phone(lead.name)
        attributes = {"custom_attributes": {GOLD: lead.gold.as_text()}}
        await self._insist("PUT", f"/contacts/{phone.contact_id}", attributes)
        burst = lead.opening
        for number in range(BURSTS_AT_MOST):
            await self._type(phone, burst, dice)
            if planned.human is not None and planned.human.at_burst == number:
                if not await self._take_over(phone, planned.human, dice):
                    self._ended("taken_over")
                    return
                await self._type(phone, (dice.choice(("oi, voltei", "e aí?", "oi")),), dice)
            asked = await self._next_question(phone)
            if asked is None:
                self._ended("unanswered")
                return
            burst = lead.answer(asked) if asked else ()
            if not burst:
                break
        if lead.gold.kind == "opt_out":
            await self._type(phone, ("oi?",), dice)
        self._ended(lead.gold.kind)

    def _ended(self, how: str) -> None:
        self.tally.ended[how] += 1

    async def _type(self, phone: Phone, burst: tuple[str, ...], dice: random.Random) -> None:
        for place, text in enumerate(burst):
            # Mostly within the silence that ends a burst, sometimes just past it.
            await asyncio.sleep(dice.choice((0.05, 0.1, 0.2, 0.6, 0.9)) if place else dice.uniform(0.1, 0.8))
            await phone.send(text)
            self.tally.sent += 1

    async def _next_question(self, phone: Phone) -> str | None:
        """The fact that the newest message asks for; empty: the last word was said; None: nobody answers."""
        try:
            message = await phone.next_message(self._size.answer_within_s)
        except AssertionError:
            return None
        with suppress(asyncio.QueueEmpty):
            while True:
                message = phone.incoming.get_nowait()
        return str(message["content_attributes"].get("sdr_asks", ""))

    async def _take_over(self, phone: Phone, human: Human, dice: random.Random) -> bool:
        """A human takes the word; True: and gives it back in the end."""
        await asyncio.sleep(human.after_s)
        conversation = f"/conversations/{phone.conversation_id}"
        if human.kind == "assignment":
            await self._insist("POST", f"{conversation}/assignments", {"assignee_id": dice.choice(self._closers)})
        else:
            said: JsonObject = {"content": "Oi! Aqui é a Camila, da clínica. Já te ajudo."}
            if human.kind == "phone":
                said = {"content": PHONE_NOTE, "private": True}
            await self._insist("POST", f"{conversation}/messages", said)
        await asyncio.sleep(dice.uniform(0.5, 2.0))
        await self._type(phone, ("ah, que bom!",), dice)
        if not human.returns:
            return False
        if human.kind != "assignment":
            await self._insist("POST", f"{conversation}/toggle_status", {"status": "open"})
        await self._swept(phone, dice)
        await self._insist("POST", f"{conversation}/assignments", {"assignee_id": None})
        if human.kind != "assignment":
            await self._insist("POST", f"{conversation}/toggle_status", {"status": "pending"})
        await asyncio.sleep(dice.uniform(0.5, 1.5))
        while not phone.incoming.empty():
            phone.incoming.get_nowait()
        return True

    async def _swept(self, phone: Phone, dice: random.Random) -> None:
        """Waits until two sweeps looked at the conversation: what was told by webhook may have met a dead gateway."""
        began = time.time()
        await asyncio.sleep(SEEN_BY_SWEEP_S + dice.uniform(0.0, 3.0))
        while time.time() < began + SWEPT_WITHIN_S:
            looks = (await self._chatwoot.sandbox("GET", "/export?only=looks"))["looks"]
            seen = [
                look
                for look in looks
                if look["conversation_id"] == phone.conversation_id
                and look["at"] > began
                and look["client"].startswith("sdr-gateway")
            ]
            if len(seen) >= 2:
                return
            await asyncio.sleep(1.0)

    async def _insist(self, method: str, path: str, body: JsonObject) -> None:
        """A closer's call, repeated while Chatwoot refuses it; one that may have worked is not repeated."""
        for _ in range(40):
            try:
                await asyncio.wait_for(self._chatwoot.account(method, path, body), 5.0)
            except httpx.HTTPStatusError as error:
                if error.response.status_code != 500:
                    await asyncio.sleep(0.5)
                    continue
            except TimeoutError:
                pass
            return
