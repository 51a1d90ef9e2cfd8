"""The races, on the real statements."""

from __future__ import annotations

from inspect import getmembers, iscoroutinefunction

import pytest

from tests.integration.mailbox import lock_order, races
from tests.integration.mailbox.box import Box
from tests.integration.mailbox.races import Race

RACES: dict[str, Race] = {
    name: race
    for module in (races, lock_order)
    for name, race in getmembers(module, iscoroutinefunction)
    if race.__module__ == module.__name__ and not name.startswith("_")
}


@pytest.mark.parametrize("name", sorted(RACES))
async def test_race(box: Box, name: str) -> None:
    await RACES[name](box)
