from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting.conftest import (
    Reporting,
    a_turn,
    an_event,
    at,
    became,
    delivered,
    escalated,
    judged,
    learned,
    paid,
    timestamp,
)


def temperatures(overview: pb.GetOverviewResponse) -> list[int]:
    return [each.lead_count for each in overview.by_temperature]


async def test_an_unknown_account_has_zeros_and_no_means(reporting: Reporting) -> None:
    overview = await reporting.overview("month")
    assert (overview.new_lead_count, overview.qualified_lead_count, temperatures(overview)) == (0, 0, [0, 0, 0, 0])
    assert not overview.HasField("average_score")
    assert not overview.HasField("average_qualification_time")
    assert not overview.HasField("average_first_answer_time")
    assert not overview.top_procedures


async def test_a_lead_from_first_message_to_judgement(reporting: Reporting) -> None:
    await reporting.record(
        a_turn(0), delivered(0.5), learned(0.4, procedure="botox"), a_turn(3), delivered(3.1), judged(6, score=85)
    )
    overview = await reporting.overview(start=at(-1), until=at(60))
    assert (overview.new_lead_count, overview.qualified_lead_count) == (1, 1)
    assert temperatures(overview) == [0, 1, 0, 0]
    assert overview.average_score == 85.0
    assert overview.average_qualification_time.ToTimedelta() == timedelta(minutes=6)
    assert overview.average_first_answer_time.ToTimedelta() == timedelta(seconds=30)
    assert [(each.procedure, each.lead_count) for each in overview.top_procedures] == [("botox", 1)]
    assert overview.in_progress_lead_count == 0


async def test_a_lead_that_was_never_answered_does_not_shorten_the_mean_answer_time(reporting: Reporting) -> None:
    await reporting.record(a_turn(0), delivered(1), a_turn(0, contact_id=502))
    assert (await reporting.overview(until=at(60))).average_first_answer_time.ToTimedelta() == timedelta(minutes=1)


async def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(reporting: Reporting) -> None:
    await reporting.record(a_turn(0), judged(0), escalated(0))
    inside = await reporting.overview(start=at(0), until=at(1))
    after = await reporting.overview(start=at(-1), until=at(0))
    assert (inside.new_lead_count, inside.qualified_lead_count, inside.escalated_lead_count) == (1, 1, 1)
    assert (after.new_lead_count, after.qualified_lead_count, after.escalated_lead_count) == (0, 0, 0)


async def test_a_lead_judged_twice_counts_once_by_its_latest_judgement_in_the_period(reporting: Reporting) -> None:
    again = judged(60, version=2, score=95, temperature=lead.TEMPERATURE_HOT)
    await reporting.record(again, judged(6, score=40, temperature=lead.TEMPERATURE_COLD))
    whole = await reporting.overview(until=at(120))
    first_only = await reporting.overview(until=at(60))
    assert (whole.qualified_lead_count, temperatures(whole), whole.average_score) == (1, [1, 0, 0, 0], 95.0)
    assert (first_only.qualified_lead_count, temperatures(first_only)) == (1, [0, 0, 1, 0])


async def test_a_second_qualification_takes_time_from_the_first_message_after_the_first_one(
    reporting: Reporting,
) -> None:
    await reporting.record(judged(10, version=2), a_turn(0), judged(6), a_turn(8), a_turn(9))
    first = await reporting.overview(until=at(10))
    second = await reporting.overview(until=at(11))
    assert first.average_qualification_time.ToTimedelta() == timedelta(minutes=6)
    assert second.average_qualification_time.ToTimedelta() == timedelta(minutes=2)


async def test_a_judgement_without_a_new_message_has_no_time(reporting: Reporting) -> None:
    await reporting.record(a_turn(0), judged(6), judged(10, version=2))
    assert not (await reporting.overview(until=at(11))).HasField("average_qualification_time")


async def test_an_earlier_message_that_is_told_late_corrects_the_time(reporting: Reporting) -> None:
    await reporting.record(judged(6))
    await reporting.record(a_turn(4))
    assert (await reporting.overview(until=at(9))).average_qualification_time.ToTimedelta() == timedelta(minutes=2)
    await reporting.record(a_turn(1))
    assert (await reporting.overview(until=at(9))).average_qualification_time.ToTimedelta() == timedelta(minutes=5)


async def test_procedures_are_counted_by_leads_most_wanted_first(reporting: Reporting) -> None:
    wanted = {501: "botox", 502: "laser", 503: "botox", 504: "acne", 505: ""}
    for contact, procedure in wanted.items():
        await reporting.record(judged(6, contact_id=contact), learned(5, contact_id=contact, procedure=procedure))
    overview = await reporting.overview(until=at(60))
    assert [(each.procedure, each.lead_count) for each in overview.top_procedures] == [
        ("botox", 2),
        ("acne", 1),
        ("laser", 1),
    ]


async def test_a_lead_that_changes_its_mind_counts_for_what_it_wants_now(reporting: Reporting) -> None:
    await reporting.record(learned(1, procedure="botox"), judged(6))
    await reporting.record(learned(20, procedure="laser"))
    assert [each.procedure for each in (await reporting.overview(until=at(9))).top_procedures] == ["laser"]


async def test_at_most_ten_procedures_are_named(reporting: Reporting) -> None:
    for number in range(12):
        events = learned(5, contact_id=number + 1, procedure=f"p{number:02}"), judged(6, contact_id=number + 1)
        await reporting.record(*events)
    overview = await reporting.overview(until=at(60))
    assert [each.procedure for each in overview.top_procedures] == [f"p{number:02}" for number in range(10)]


async def test_leads_in_progress_are_counted_now_whatever_the_period(reporting: Reporting) -> None:
    await reporting.record(
        learned(0, contact_id=501),
        learned(0, contact_id=502),
        became(5, lead.LEAD_STATUS_PAUSED, contact_id=502),
        a_turn(0, contact_id=503),
        judged(9, contact_id=504),
    )
    assert (await reporting.overview(start=at(100), until=at(101))).in_progress_lead_count == 2


async def test_a_lead_escalated_twice_counts_once(reporting: Reporting) -> None:
    await reporting.record(escalated(0), escalated(5), escalated(6, contact_id=502))
    assert (await reporting.overview(until=at(60))).escalated_lead_count == 2


async def test_a_qualified_lead_costs_all_that_was_paid_over_those_that_were_qualified(reporting: Reporting) -> None:
    """Two of three new leads are qualified; a cost before the period is another period's."""
    await reporting.record(
        *(a_turn(0, contact_id=contact) for contact in (501, 502, 503)),
        paid(-30, 7_000, contact_id=501),
        paid(0, 1_000, contact_id=501),
        paid(2, 20_000, contact_id=501),
        paid(1, 1_001, contact_id=502),
        paid(3, 500, contact_id=503),
        judged(6, contact_id=501),
        judged(6, contact_id=502),
    )
    overview = await reporting.overview(start=at(0), until=at(60))
    assert overview.cost_micro_usd == 22_501
    assert overview.cost_per_new_lead_micro_usd == 7_500  # 7,500.33
    assert overview.cost_per_qualified_lead_micro_usd == 11_250  # 11,250.5: half to even
    leads = (await reporting.list_leads()).leads
    assert {each.contact_id: each.cost_micro_usd for each in leads} == {501: 28_000, 502: 1_001, 503: 500}


async def test_money_without_leads_has_no_cost_of_a_lead(reporting: Reporting) -> None:
    await reporting.record(paid(0, 900))
    overview = await reporting.overview(until=at(60))
    assert overview.cost_micro_usd == 900
    assert not overview.HasField("cost_per_new_lead_micro_usd")
    assert not overview.HasField("cost_per_qualified_lead_micro_usd")
    assert not (await reporting.list_leads()).leads


async def test_leads_that_no_model_was_paid_for_cost_nothing(reporting: Reporting) -> None:
    await reporting.record(a_turn(0), judged(6))
    overview = await reporting.overview(until=at(60))
    assert (overview.HasField("cost_per_new_lead_micro_usd"), overview.cost_per_new_lead_micro_usd) == (True, 0)
    assert overview.HasField("cost_per_qualified_lead_micro_usd")


async def test_money_that_other_events_repeat_is_not_counted_again(reporting: Reporting) -> None:
    payment, facts = paid(1, 1_200), learned(1)
    facts.facts_learned.cost_micro_usd = 1_200
    told = pb.BudgetReached(stops_models=True, cost_micro_usd=1_200)
    await reporting.record(payment, facts, payment, an_event(1, budget_reached=told))
    await reporting.record(payment)
    assert (await reporting.overview(until=at(60))).cost_micro_usd == 1_200


async def test_a_human_only_conversation_is_no_new_lead(reporting: Reporting) -> None:
    signals = pb.TurnFinished(turn_id=1, message_count=0, first_message_at=timestamp(at(0)), outcome="paused")
    await reporting.record(an_event(1, turn_finished=signals))
    assert (await reporting.overview(until=at(60))).new_lead_count == 0


async def test_today_is_the_accounts_today(reporting: Reporting) -> None:
    """Kiritimati is at UTC+14 and Pago Pago at UTC-11: at any instant their days differ."""
    now = datetime.now(UTC)
    await reporting.put_settings("Pacific/Kiritimati")
    await reporting.put_settings("Pacific/Pago_Pago", account_id=8)
    east, west = await reporting.overview("today"), await reporting.overview("today", account_id=8)
    assert (getattr(east, "from").ToDatetime().hour, getattr(west, "from").ToDatetime().hour) == (10, 11)
    for overview in (east, west):
        start, until = getattr(overview, "from").ToDatetime(UTC), overview.until.ToDatetime(UTC)
        assert start <= now < until
        assert until - start == timedelta(days=1)


async def test_an_account_that_was_never_set_up_counts_in_sao_paulo(reporting: Reporting) -> None:
    assert getattr(await reporting.overview("today"), "from").ToDatetime().hour == 3


async def test_from_the_beginning_until_now_is_the_default(reporting: Reporting) -> None:
    await reporting.record(an_event(datetime.now(UTC) - timedelta(minutes=1), lead_escalated=pb.LeadEscalated()))
    before = datetime.now(UTC)
    overview = await reporting.overview()
    assert not overview.HasField("from")
    assert before <= overview.until.ToDatetime(UTC) <= datetime.now(UTC)
    assert overview.escalated_lead_count == 1


async def test_a_period_that_ends_before_it_begins_is_refused(reporting: Reporting) -> None:
    with pytest.raises(RemoteError) as caught:
        await reporting.overview(start=at(1), until=at(0))
    assert (caught.value.reason, caught.value.details["field"]) == ("INVALID_FIELD", "until")


async def test_a_named_period_with_ends_is_refused(reporting: Reporting) -> None:
    with pytest.raises(RemoteError) as caught:
        await reporting.overview("today", until=at(0))
    assert (caught.value.reason, caught.value.details["field"]) == ("INVALID_FIELD", "period")


async def test_an_unknown_period_is_refused(reporting: Reporting) -> None:
    with pytest.raises(RemoteError) as caught:
        await reporting.overview("year")
    assert [violation.field for violation in caught.value.violations] == ["period"]
