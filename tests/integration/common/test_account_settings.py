"""Versions of a service's part of an account's settings, and the cache in front of them."""

from __future__ import annotations

import asyncio

import pytest

from sdr.common.v1.lead_pb2 import Clinic
from sdr.scoring.v1.scoring_pb2 import ScoringSettings, Thresholds
from sdr_common.account_settings import AccountSettingsStore, CachedSettings
from sdr_common.errors import AccountNotFound
from sdr_common.postgres import Pool, connection, transaction

STORE = AccountSettingsStore(ScoringSettings)
CLINIC = Clinic(name="Clínica Aurora", assistant_name="Lia", time_zone="America/Sao_Paulo")


def _settings(hot: int) -> ScoringSettings:
    return ScoringSettings(thresholds=Thresholds(hot=hot, warm=50, cold=20))


async def _put(pool: Pool, hot: int, *, account_id: int = 1, clinic: Clinic = CLINIC) -> tuple[int, bool]:
    async with transaction(pool) as conn:
        return await STORE.put(conn, account_id, clinic, _settings(hot))


async def test_versions_grow_and_an_equal_part_keeps_its_version(pool: Pool) -> None:
    assert await _put(pool, 90) == (1, True)
    assert await _put(pool, 90) == (1, False)
    assert await _put(pool, 95) == (2, True)
    assert await _put(pool, 90) == (3, True)


async def test_a_change_of_the_clinic_alone_is_a_new_version(pool: Pool) -> None:
    await _put(pool, 90)
    moved = Clinic(name="Clínica Aurora", assistant_name="Lia", time_zone="America/Manaus")
    assert await _put(pool, 90, clinic=moved) == (2, True)


async def test_each_version_can_be_read_and_the_newest_is_the_active_one(pool: Pool) -> None:
    await _put(pool, 90)
    await _put(pool, 95)
    async with connection(pool) as conn:
        first, newest = await STORE.find(conn, 1, 1), await STORE.find(conn, 1)
        assert await STORE.find(conn, 1, 3) is None
        assert await STORE.find(conn, 2) is None
    assert first is not None
    assert newest is not None
    assert (first.version, first.settings, first.clinic) == (1, _settings(90), CLINIC)
    assert (newest.version, newest.settings) == (2, _settings(95))


async def test_a_rolled_back_version_was_never_there(pool: Pool) -> None:
    async def fail() -> None:
        async with transaction(pool) as conn:
            await STORE.put(conn, 1, CLINIC, _settings(90))
            raise ValueError("later in the same operation")

    with pytest.raises(ValueError, match="later"):
        await fail()
    async with connection(pool) as conn:
        assert await STORE.find(conn, 1) is None


async def test_writers_of_one_account_get_consecutive_versions(pool: Pool) -> None:
    results = await asyncio.gather(*(_put(pool, hot) for hot in range(60, 70)))
    assert sorted(results) == [(version, True) for version in range(1, 11)]


async def test_accounts_do_not_share_versions(pool: Pool) -> None:
    await _put(pool, 90, account_id=1)
    assert await _put(pool, 95, account_id=2) == (1, True)


async def test_fields_of_a_newer_contract_are_passed_over(pool: Pool) -> None:
    await _put(pool, 90)
    async with connection(pool) as conn:
        await conn.execute("""update account_settings set settings = settings || '{"laterField": {"a": 1}}'""")
        found = await STORE.find(conn, 1)
    assert found is not None
    assert found.settings == _settings(90)


async def test_the_cache_shows_a_change_after_its_time_and_at_once_when_told(pool: Pool) -> None:
    patient, quick = CachedSettings(pool, STORE, ttl_s=600), CachedSettings(pool, STORE, ttl_s=0)
    await _put(pool, 90)
    assert (await patient.active(1)).version == (await quick.active(1)).version == 1
    await _put(pool, 95)
    assert (await quick.active(1)).version == 2
    assert (await patient.active(1)).version == 1
    patient.forget(1)
    assert (await patient.active(1)).version == 2


async def test_a_cached_account_costs_no_query(pool: Pool) -> None:
    cache = CachedSettings(pool, STORE, ttl_s=600)
    await _put(pool, 90)
    await cache.active(1)
    await pool.close()
    assert (await cache.active(1)).settings == _settings(90)


async def test_an_account_that_was_never_set_up_is_an_error_until_it_is(pool: Pool) -> None:
    cache = CachedSettings(pool, STORE, ttl_s=600)
    with pytest.raises(AccountNotFound) as unknown:
        await cache.active(1)
    assert unknown.value.details == {"account_id": "1"}
    await _put(pool, 90)
    assert (await cache.active(1)).version == 1
