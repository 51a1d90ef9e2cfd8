"""Takes one promise-keeper out of the product, to show that the checker notices: `SDR_CHAOS_SABOTAGE` names it.

Python imports this module at the start of every process that has this folder on its path, which only a run with
sabotage has. Nothing in the product knows of it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from typing import Any

WHAT = os.environ.get("SDR_CHAOS_SABOTAGE", "")


def _is(service: str) -> bool:
    return service in sys.orig_argv and bool({"all", "work", "serve"} & set(sys.orig_argv))


def drop_dedupe() -> None:
    """Every webhook and every finding of the sweep is a new entry, however often it came."""
    from sdr_gateway.operations.ingest import Ingest  # noqa: PLC0415  (only where it is sabotaged)

    take_as_it_is = Ingest._entry

    def entry(self: Any, *given: Any, **named: Any) -> Any:  # what the patched method takes and gives
        made = take_as_it_is(self, *given, **named)
        object.__setattr__(made, "version", uuid.uuid4().hex)
        return made

    setattr(Ingest, "_entry", entry)  # noqa: B010  (a patch)


def stretch(*, fenced: bool) -> None:
    """A worker dawdles before it stores that it begins a message; unfenced, it does not learn there that it lost."""
    from sdr_common.mailbox import LeaseLost  # noqa: PLC0415  (as above)
    from sdr_common.mailbox.worker import MailboxWorker  # noqa: PLC0415
    from sdr_routing.operations.delivery_run import DeliveryRun  # noqa: PLC0415

    begin = DeliveryRun._begin

    async def dawdling(self: Any, write: Any) -> None:  # as above
        await asyncio.sleep(0.4)
        try:
            await begin(self, write)
        except LeaseLost:
            if fenced:
                raise

    setattr(DeliveryRun, "_begin", dawdling)  # noqa: B010  (a patch)
    if not fenced:
        setattr(MailboxWorker, "_lose", lambda *_: None)  # noqa: B010  (a patch)


def drop_marker() -> None:
    """What is in Chatwoot already is not recognised by its key."""
    from sdr_routing.operations.delivery_run import DeliveryRun  # noqa: PLC0415  (as above)

    look = DeliveryRun._look

    async def blind(self: Any) -> None:  # as above
        await look(self)
        self._sent = {}

    setattr(DeliveryRun, "_look", blind)  # noqa: B010  (a patch)


def drop_live_check() -> None:
    """A human's word is not looked for before a message goes out."""
    from sdr_routing.operations import delivery_run  # noqa: PLC0415  (as above)

    setattr(delivery_run, "human_sign", lambda *_, **__: None)  # noqa: B010  (a patch)


def drop_sweep() -> None:
    """What no webhook brought is never looked for."""
    from sdr_gateway.operations.sweep import Sweep  # noqa: PLC0415  (as above)

    async def idle(self: Any, stop: asyncio.Event, interval_s: float) -> None:  # as above
        await stop.wait()

    setattr(Sweep, "run", idle)  # noqa: B010  (a patch)


def drop_staleness() -> None:
    """An answer is sealed whatever came while it was made."""
    from sdr_common.mailbox import Mailbox  # noqa: PLC0415  (as above)

    seal = Mailbox.seal

    async def at_once(self: Any, claim: Any, answer: bytes, *, patience_s: float | None = None) -> bool:  # as above
        return await seal(self, claim, answer, patience_s=0.0)

    setattr(Mailbox, "seal", at_once)  # noqa: B010  (a patch)


if WHAT and _is("sdr_gateway"):
    if WHAT == "staleness":
        drop_staleness()
    elif WHAT == "dedupe":
        drop_dedupe()
    elif WHAT == "sweep":
        drop_sweep()
if WHAT and _is("sdr_routing"):
    if WHAT in {"fencing", "stretched"}:
        stretch(fenced=WHAT == "stretched")
    elif WHAT == "marker":
        drop_marker()
    elif WHAT == "live_check":
        drop_live_check()
