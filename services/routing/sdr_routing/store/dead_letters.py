"""How many deliveries wait for an operator."""

from __future__ import annotations

from sdr_common.metrics import METER
from sdr_common.postgres import Pool, connection
from sdr_common.sampling import Sampler
from sdr_routing.store.postgres import QUERIES

_DEAD = METER.create_gauge(
    "sdr.routing.dead_letters", description="Deliveries that were given up and wait for an operator, to 1,000."
)


def dead_letters(pool: Pool) -> Sampler:
    """Looks how many there are, by their own index."""

    async def sample() -> None:
        async with connection(pool) as conn:
            row = await (await conn.execute(QUERIES["count_dead"])).fetchone()
        _DEAD.set(0 if row is None else row["dead"])

    return sample
