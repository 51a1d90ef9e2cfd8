"""Rubric versions: tried on past leads, published, taken back, and remembered by each judgement."""

from __future__ import annotations

import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.scoring.v1 import rubrics_pb2 as pb
from sdr.scoring.v1.rubrics_pb2_grpc import RubricServiceStub
from sdr.scoring.v1.scoring_pb2 import ScoringSettings
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.scoring.conftest import ACCOUNT, Scoring, a_qualify_request, a_settings_request


async def draft_of(scoring: Scoring, hot: int) -> ScoringSettings:
    """The rubric in force with another threshold of quente."""
    settings = (await scoring.get_settings()).settings
    settings.thresholds.hot = hot
    return settings


async def create(scoring: Scoring, rubric: ScoringSettings, note: str = "") -> pb.RubricVersion:
    request = pb.CreateRubricRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, rubric=rubric, note=note)
    return (await call(RubricServiceStub(scoring.channel).CreateRubric, request, timeout_s=20)).version


async def activate(scoring: Scoring, number: int, expected: int = 0) -> pb.ActivateRubricResponse:
    request = pb.ActivateRubricRequest(
        request_id=str(uuid.uuid4()), account_id=ACCOUNT, number=number, expected_active=expected
    )
    return await call(RubricServiceStub(scoring.channel).ActivateRubric, request, timeout_s=20)


async def rollback(scoring: Scoring) -> int:
    request = pb.RollbackRubricRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT)
    return (await call(RubricServiceStub(scoring.channel).RollbackRubric, request, timeout_s=20)).version.number


async def test_a_draft_changes_no_judgement_until_it_is_published_and_each_judgement_names_its_version(
    scoring: Scoring,
) -> None:
    made = await create(scoring, await draft_of(scoring, hot=80), "Quente mais cedo")
    assert (made.number, made.origin, made.active, made.note) == (2, "draft", False, "Quente mais cedo")
    before = await scoring.qualify(a_qualify_request(contact_id=1))
    published = await activate(scoring, 2, expected=1)
    after = await scoring.qualify(a_qualify_request(contact_id=2))
    assert (before.score, before.temperature) == (85, lead.TEMPERATURE_WARM)
    assert (after.score, after.temperature) == (85, lead.TEMPERATURE_HOT)
    assert after.rubric_version == published.settings_version
    assert [(await scoring.explain(ACCOUNT, judged.qualification_id)).rubric_number for judged in (before, after)] == [
        1,
        2,
    ]


async def test_what_is_published_is_what_the_account_document_exports(scoring: Scoring) -> None:
    rubric = await draft_of(scoring, hot=80)
    await create(scoring, rubric)
    await activate(scoring, 2)
    assert (await scoring.get_settings()).settings == rubric


async def test_a_document_with_another_rubric_becomes_a_version_and_an_equal_one_does_not(scoring: Scoring) -> None:
    stub = RubricServiceStub(scoring.channel)
    for hot in (95, 95):
        await scoring.put_settings(a_settings_request(await draft_of(scoring, hot=hot)))
    listed = await call(stub.ListRubrics, pb.ListRubricsRequest(account_id=ACCOUNT), timeout_s=20)
    assert [(each.number, each.origin, each.active) for each in listed.versions] == [
        (2, "settings", True),
        (1, "settings", False),
    ]


async def test_taking_back_goes_on_backwards_and_ends_at_the_first(scoring: Scoring) -> None:
    for hot in (80, 85):
        await activate(scoring, (await create(scoring, await draft_of(scoring, hot=hot))).number)
    assert [await rollback(scoring), await rollback(scoring)] == [2, 1]
    with pytest.raises(RemoteError) as refused:
        await rollback(scoring)
    assert refused.value.reason == "NO_EARLIER_VERSION"


async def test_publishing_over_a_version_that_was_not_seen_is_a_conflict(scoring: Scoring) -> None:
    for hot in (80, 85):
        await create(scoring, await draft_of(scoring, hot=hot))
    await activate(scoring, 2, expected=1)
    with pytest.raises(RemoteError) as refused:
        await activate(scoring, 3, expected=1)
    assert (refused.value.reason, refused.value.details["active"]) == ("VERSION_CONFLICT", "2")
    with pytest.raises(RemoteError) as unknown:
        await activate(scoring, 9)
    assert unknown.value.reason == "VERSION_NOT_FOUND"


async def test_a_rubric_that_cannot_score_is_no_draft(scoring: Scoring) -> None:
    rubric = await draft_of(scoring, hot=40)
    with pytest.raises(RemoteError) as refused:
        await create(scoring, rubric)
    assert (refused.value.reason, refused.value.details["field"]) == ("INVALID_RUBRIC", "thresholds.hot")


async def test_a_preview_tells_which_past_leads_would_have_been_judged_otherwise(scoring: Scoring) -> None:
    await scoring.qualify(a_qualify_request(contact_id=1))
    await scoring.qualify(a_qualify_request(contact_id=2, urgency="pesquisando"))
    refusal = lead.Disqualification(
        kind=lead.DISQUALIFICATION_KIND_REFUSAL, quote="não tenho interesse", source_message_id=20
    )
    await scoring.qualify(a_qualify_request(contact_id=3, disqualification=refusal))
    request = pb.PreviewRubricRequest(account_id=ACCOUNT, rubric=await draft_of(scoring, hot=80))
    shown = await call(RubricServiceStub(scoring.channel).PreviewRubric, request, timeout_s=20)
    assert (shown.lead_count, shown.changed_count) == (3, 1)
    assert {(move.before, move.after, move.count) for move in shown.moves} == {
        (lead.TEMPERATURE_WARM, lead.TEMPERATURE_HOT, 1),
        (lead.TEMPERATURE_WARM, lead.TEMPERATURE_WARM, 1),
        (lead.TEMPERATURE_VERY_COLD, lead.TEMPERATURE_VERY_COLD, 1),
    }
    assert [(each.contact_id, each.score_before, each.score_after) for each in shown.examples] == [(1, 85, 85)]
    assert (await scoring.get_settings()).settings.thresholds.hot == 90


async def test_facts_can_be_tried_by_a_draft_without_a_trace(scoring: Scoring) -> None:
    await create(scoring, await draft_of(scoring, hot=80))
    request = pb.TryScoreRequest(account_id=ACCOUNT, facts=a_qualify_request().facts, rubric_number=2)
    tried = await call(RubricServiceStub(scoring.channel).TryScore, request, timeout_s=20)
    assert (tried.qualification.score, tried.qualification.temperature) == (85, lead.TEMPERATURE_HOT)
    assert await scoring.fetch("select 1 from qualification") == []
