"""A conversation's shard never changes: the values stand here for good."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest


@pytest.mark.parametrize(
    ("account", "conversation", "shards", "expected"),
    [(1, 1, 1, 0), (7, 241, 1, 0), (1, 1, 16, 8), (7, 241, 16, 3), (7, 242, 16, 10), (2**62, 2**62, 1000, 840)],
)
def test_a_conversation_has_one_shard_for_ever(
    service_database: Callable[[str], str], account: int, conversation: int, shards: int, expected: int
) -> None:
    with psycopg.connect(service_database("gateway")) as conn:
        row = conn.execute("select gateway.shard_of(%s, %s, %s)", [account, conversation, shards]).fetchone()
    assert row == (expected,)
    # As anything else in front of several databases would compute it.
    digest = hashlib.md5(f"{account}/{conversation}".encode(), usedforsecurity=False).hexdigest()
    assert int(digest[:8], 16) % shards == expected


def test_shards_are_of_one_size(service_database: Callable[[str], str]) -> None:
    with psycopg.connect(service_database("gateway")) as conn:
        rows = conn.execute("select gateway.shard_of(1, n, 8) from generate_series(1, 8000) n").fetchall()
    counts = Counter(shard for (shard,) in rows)
    assert sorted(counts) == list(range(8))
    assert min(counts.values()) > 850
