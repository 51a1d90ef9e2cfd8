from __future__ import annotations

import asyncio

import pytest

from sdr.scoring.v1 import scoring_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.scoring.conftest import CLINIC, Scoring, a_qualify_request, a_settings_request, running

WARMER = pb.ScoringSettings(thresholds=pb.Thresholds(hot=80, warm=40, cold=10))


async def test_an_account_without_settings_is_not_found(database: str) -> None:
    async with running(database) as service:
        with pytest.raises(RemoteError) as caught:
            await service.get_settings()
    assert caught.value.reason == "ACCOUNT_NOT_FOUND"


async def test_empty_settings_are_read_back_as_the_whole_table_of_the_product(scoring: Scoring) -> None:
    read = await scoring.get_settings()
    assert (read.version, read.clinic) == (1, CLINIC)
    assert [fact.fact for fact in read.settings.facts] == [
        "interesse",
        "urgencia",
        "conhecimento",
        "localizacao",
        "motivacao",
    ]
    assert [(level.level, level.points) for level in read.settings.facts[3].levels] == [
        ("perto", 10),
        ("longe", 5),
        ("outra_cidade", 0),
    ]
    assert read.settings.thresholds == pb.Thresholds(hot=90, warm=50, cold=20)


async def test_what_was_read_can_be_stored_again_without_a_new_version(scoring: Scoring) -> None:
    read = await scoring.get_settings()
    assert await scoring.put_settings(a_settings_request(read.settings)) == pb.PutSettingsResponse(version=1)


async def test_a_new_rubric_is_the_next_version_and_judges_from_then_on(scoring: Scoring) -> None:
    before = await scoring.qualify(a_qualify_request())
    stored = await scoring.put_settings(a_settings_request(WARMER))
    after = await scoring.qualify(a_qualify_request())
    assert stored == pb.PutSettingsResponse(version=2, changed=True)
    assert (before.rubric_version, before.next_step) == (1, "agendar_followup")
    assert (after.rubric_version, after.next_step) == (2, "transferir_closer")
    assert (await scoring.get_settings(version=1)).settings.thresholds.hot == 90
    assert (await scoring.get_settings()).settings.thresholds.hot == 80


async def test_a_version_that_does_not_exist_is_refused_with_the_newest(scoring: Scoring) -> None:
    with pytest.raises(RemoteError) as caught:
        await scoring.get_settings(version=9)
    assert (caught.value.reason, caught.value.details["limit"]) == ("INVALID_FIELD", "1")


async def test_a_repeated_put_gets_its_answer_and_adds_no_version(scoring: Scoring) -> None:
    request = a_settings_request(WARMER)
    answers = await asyncio.gather(*(scoring.put_settings(request) for _ in range(4)))
    assert answers == [pb.PutSettingsResponse(version=2, changed=True)] * 4
    assert (await scoring.get_settings()).version == 2


async def test_a_reused_id_is_refused(scoring: Scoring) -> None:
    request = a_settings_request(WARMER)
    await scoring.put_settings(request)
    request.settings.thresholds.hot = 81
    with pytest.raises(RemoteError) as caught:
        await scoring.put_settings(request)
    assert caught.value.reason == "REQUEST_ID_REUSED"


async def test_a_dry_run_validates_and_stores_nothing(scoring: Scoring) -> None:
    dry = await scoring.put_settings(a_settings_request(WARMER, dry_run=True))
    same = await scoring.put_settings(a_settings_request(dry_run=True))
    new = await scoring.put_settings(a_settings_request(account_id=8, dry_run=True))
    assert dry == pb.PutSettingsResponse(version=1, changed=True)
    assert same == pb.PutSettingsResponse(version=1, changed=False)
    assert new == pb.PutSettingsResponse(version=0, changed=True)
    assert (await scoring.get_settings()).version == 1


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_rubric_with_another_maximum_is_refused_with_the_sum(scoring: Scoring, dry_run: bool) -> None:
    settings = (await scoring.get_settings()).settings
    settings.facts[0].levels[0].points = 60
    with pytest.raises(RemoteError) as caught:
        await scoring.put_settings(a_settings_request(settings, dry_run=dry_run))
    assert caught.value.reason == "INVALID_RUBRIC"
    assert (caught.value.details["value"], caught.value.details["limit"]) == ("140", "130")
    assert (await scoring.get_settings()).version == 1


async def test_thresholds_that_do_not_rise_are_refused(scoring: Scoring) -> None:
    settings = pb.ScoringSettings(thresholds=pb.Thresholds(hot=50, warm=50, cold=20))
    with pytest.raises(RemoteError) as caught:
        await scoring.put_settings(a_settings_request(settings))
    assert (caught.value.reason, caught.value.details["field"]) == ("INVALID_RUBRIC", "thresholds.hot")


async def test_a_clinic_whose_text_cannot_be_stored_is_refused(scoring: Scoring) -> None:
    request = a_settings_request(WARMER)
    request.clinic.name = "Clínica\x00Bela"
    with pytest.raises(RemoteError) as caught:
        await scoring.put_settings(request)
    assert caught.value.reason == "INVALID_FIELD"
    assert (await scoring.get_settings()).version == 1
