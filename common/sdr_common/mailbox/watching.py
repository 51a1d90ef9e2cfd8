"""What a mailbox shows to whoever watches: how much waits, for how long, and how busy its workers are."""

from __future__ import annotations

from collections.abc import Callable

from sdr_common.mailbox.mailbox import Mailbox
from sdr_common.mailbox.worker import MailboxWorker
from sdr_common.metrics import METER
from sdr_common.sampling import Sampler

_WAITING = METER.create_gauge(
    "sdr.mailbox.waiting", ("mailbox",), description="Conversations or contacts that are due and untaken, to 10,000."
)
_OLDEST = METER.create_gauge(
    "sdr.mailbox.oldest_wait", ("mailbox",), unit="s", description="For how long the first of them is due."
)
_UNANSWERED = METER.create_gauge(
    "sdr.mailbox.oldest_unanswered",
    ("mailbox",),
    unit="s",
    description="Since when the oldest arrival has had no end, taken or not.",
)
_IN_FLIGHT = METER.create_observable_gauge(
    "sdr.mailbox.in_flight", ("mailbox",), description="Turns or deliveries that this process works on."
)


def depth_of(mailbox: Mailbox, name: str) -> Sampler:
    """Looks how much waits.

    Args:
        mailbox: Which.
        name: What waits in it: "turns" or "deliveries".
    """

    async def sample() -> None:
        depth = await mailbox.depth()
        _WAITING.set(depth.waiting, {"mailbox": name})
        _OLDEST.set(depth.oldest_s, {"mailbox": name})
        _UNANSWERED.set(depth.unanswered_s, {"mailbox": name})

    return sample


def watch_worker(worker: MailboxWorker, name: str) -> Callable[[], None]:
    """Shows how busy a worker is, at each scrape.

    Returns:
        Ends that.
    """
    return _IN_FLIGHT.observe(lambda: [(worker.in_flight, {"mailbox": name})])
