from __future__ import annotations

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting.conftest import (
    ACCOUNT,
    Reporting,
    a_turn,
    at,
    became,
    delivered,
    escalated,
    judged,
    learned,
    paid,
    survey,
    timestamp,
    told_outcome,
)


def wanted(
    *,
    size: int = 0,
    token: str = "",
    temperature: lead.Temperature.ValueType = lead.TEMPERATURE_UNSPECIFIED,
    status: lead.LeadStatus.ValueType = lead.LEAD_STATUS_UNSPECIFIED,
    search: str = "",
) -> pb.ListLeadsRequest:
    return pb.ListLeadsRequest(
        account_id=ACCOUNT,
        page_size=size,
        page_token=token,
        temperature=temperature,
        status=status,
        search=search,
    )


async def contacts(reporting: Reporting, request: pb.ListLeadsRequest) -> list[int]:
    return [each.contact_id for each in (await reporting.list_leads(request)).leads]


async def test_a_lead_is_shown_with_all_that_is_known(reporting: Reporting) -> None:
    judgement = judged(6, score=95, temperature=lead.TEMPERATURE_HOT)
    await reporting.record(
        a_turn(0, name="~zé"),
        learned(1, name="José Ávila", procedure="botox", known=4),
        judgement,
        delivered(7, team="vendas", closer="ana@clinica.example"),
    )
    (item,) = (await reporting.list_leads()).leads
    assert item == pb.LeadSummary(
        contact_id=501,
        conversation_id=1501,
        name="José Ávila",
        status=lead.LEAD_STATUS_QUALIFIED,
        temperature=lead.TEMPERATURE_HOT,
        score=95,
        procedure="botox",
        known_count=4,
        first_message_at=timestamp(at(0)),
        updated_at=timestamp(at(7)),
        qualified_at=timestamp(at(6)),
        qualification_id=judgement.lead_qualified.qualification.qualification_id,
        channel=lead.CHANNEL_WHATSAPP,
        team="vendas",
        closer_email="ana@clinica.example",
        outcome=lead.LEAD_OUTCOME_OPEN,
    )


async def test_a_lead_before_its_judgement_has_no_score(reporting: Reporting) -> None:
    await reporting.record(a_turn(0, name="Bia"))
    (item,) = (await reporting.list_leads()).leads
    assert not item.HasField("score")
    assert not item.HasField("qualified_at")
    assert (item.temperature, item.qualification_id) == (lead.TEMPERATURE_UNSPECIFIED, "")
    assert item.status == lead.LEAD_STATUS_IN_PROGRESS


async def test_the_latest_news_come_first(reporting: Reporting) -> None:
    await reporting.record(a_turn(5, contact_id=1), a_turn(9, contact_id=2), a_turn(7, contact_id=3))
    assert await contacts(reporting, wanted()) == [2, 3, 1]


async def test_leads_with_equal_news_have_a_fixed_order_across_pages(reporting: Reporting) -> None:
    await reporting.record(*(escalated(5, contact_id=contact) for contact in (3, 1, 2)))
    first = await reporting.list_leads(wanted(size=2))
    second = await reporting.list_leads(wanted(size=2, token=first.next_page_token))
    assert [each.contact_id for each in [*first.leads, *second.leads]] == [3, 2, 1]
    assert second.next_page_token == ""


async def test_a_last_page_that_is_full_has_no_next_one(reporting: Reporting) -> None:
    await reporting.record(a_turn(1, contact_id=1), a_turn(2, contact_id=2))
    assert (await reporting.list_leads(wanted(size=2))).next_page_token == ""


async def test_every_lead_is_listed_exactly_once_though_some_get_news_between_pages(reporting: Reporting) -> None:
    await reporting.record(*(a_turn(contact, contact_id=contact) for contact in range(1, 10)))
    first = await reporting.list_leads(wanted(size=3))
    # One that was listed, one that was not, and one that is new.
    await reporting.record(a_turn(60, contact_id=9), a_turn(61, contact_id=5), a_turn(62, contact_id=77))
    second = await reporting.list_leads(wanted(size=3, token=first.next_page_token))
    await reporting.record(a_turn(70, contact_id=1), a_turn(-10, contact_id=6))
    third = await reporting.list_leads(wanted(size=3, token=second.next_page_token))
    listed = [each.contact_id for page in (first, second, third) for each in page.leads]
    assert listed == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert third.next_page_token == ""
    assert (await contacts(reporting, wanted()))[:4] == [1, 77, 5, 9]


async def test_a_lead_that_moved_shows_what_is_true_now(reporting: Reporting) -> None:
    await reporting.record(*(a_turn(contact, contact_id=contact) for contact in range(1, 5)))
    first = await reporting.list_leads(wanted(size=2))
    await reporting.record(judged(60, contact_id=1, score=120))
    second = await reporting.list_leads(wanted(size=2, token=first.next_page_token))
    assert [(each.contact_id, each.score) for each in second.leads] == [(2, 0), (1, 120)]
    assert second.leads[1].updated_at == timestamp(at(60))


async def test_leads_are_filtered_by_temperature_and_status(reporting: Reporting) -> None:
    await reporting.record(
        judged(1, contact_id=1, temperature=lead.TEMPERATURE_HOT),
        judged(2, contact_id=2, temperature=lead.TEMPERATURE_WARM),
        judged(3, contact_id=3, temperature=lead.TEMPERATURE_HOT),
        became(9, lead.LEAD_STATUS_PAUSED, contact_id=3),
        a_turn(4, contact_id=4),
    )
    assert await contacts(reporting, wanted(temperature=lead.TEMPERATURE_HOT)) == [3, 1]
    assert await contacts(reporting, wanted(status=lead.LEAD_STATUS_QUALIFIED)) == [2, 1]
    assert await contacts(reporting, wanted(status=lead.LEAD_STATUS_IN_PROGRESS)) == [4]
    both = wanted(temperature=lead.TEMPERATURE_HOT, status=lead.LEAD_STATUS_PAUSED)
    assert await contacts(reporting, both) == [3]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("jose", [1]),
        ("JOSÉ", [1]),
        ("ávila", [1]),
        ("conceicao", [2]),
        ("da Conceição", [2]),
        ("  da   concei ", [2]),
        ("a", [3, 2, 1]),
        ("na", [3]),
        ("100%", [3]),
        ("0%_", [3]),
        ("%", [3]),
        ("_", [3]),
        ("\\", []),
        ("ninguém", []),
        ("", [3, 2, 1]),
    ],
)
async def test_a_part_of_a_name_is_found_without_case_and_accents(
    reporting: Reporting, search: str, found: list[int]
) -> None:
    await reporting.record(
        a_turn(1, contact_id=1, name="José Ávila"),
        a_turn(2, contact_id=2, name="MARIA da CONCEIÇÃO"),
        a_turn(3, contact_id=3, name="Ana 100%_natural"),
    )
    assert await contacts(reporting, wanted(search=search)) == found


async def test_a_search_finds_the_name_that_is_shown_and_no_former_one(reporting: Reporting) -> None:
    await reporting.record(a_turn(1, contact_id=1, name="~zezinho"), learned(2, contact_id=1, name="José"))
    assert await contacts(reporting, wanted(search="josé")) == [1]
    assert await contacts(reporting, wanted(search="zezinho")) == []


async def test_what_models_cost_neither_lists_nor_moves_a_lead(reporting: Reporting) -> None:
    await reporting.record(*(a_turn(number, contact_id=number) for number in range(1, 4)))
    await reporting.record(paid(30, 10, contact_id=1), paid(31, 10, contact_id=9))
    await reporting.record(a_turn(4, contact_id=4))
    first = await reporting.list_leads(wanted(size=2))
    await reporting.record(a_turn(60, contact_id=1), paid(61, 5, contact_id=2))
    second = await reporting.list_leads(wanted(size=9, token=first.next_page_token))
    assert [(each.contact_id, each.cost_micro_usd) for each in first.leads] == [(4, 0), (3, 0)]
    assert [(each.contact_id, each.cost_micro_usd) for each in second.leads] == [(2, 5), (1, 10)]


async def test_a_search_goes_on_over_pages(reporting: Reporting) -> None:
    await reporting.record(*(a_turn(number, contact_id=number, name=f"Ana {number}") for number in range(1, 6)))
    first = await reporting.list_leads(wanted(size=2, search="ana"))
    await reporting.record(a_turn(60, contact_id=2))
    second = await reporting.list_leads(wanted(size=9, search="ana", token=first.next_page_token))
    assert [each.contact_id for each in second.leads] == [3, 2, 1]


@pytest.mark.parametrize("token", ["x", "bm90IGEgdG9rZW4", "WzEsMiwzLCJ4Il0"])
async def test_a_token_of_somebody_elses_making_is_refused(reporting: Reporting, token: str) -> None:
    with pytest.raises(RemoteError) as caught:
        await reporting.list_leads(wanted(token=token))
    assert caught.value.reason == "INVALID_PAGE_TOKEN"


async def test_a_token_of_a_list_with_another_filter_is_refused(reporting: Reporting) -> None:
    await reporting.record(a_turn(1, contact_id=1), a_turn(2, contact_id=2))
    token = (await reporting.list_leads(wanted(size=1))).next_page_token
    with pytest.raises(RemoteError) as caught:
        await reporting.list_leads(wanted(size=1, token=token, search="ana"))
    assert caught.value.reason == "INVALID_PAGE_TOKEN"


async def test_a_page_has_50_leads_unless_said_otherwise_and_200_at_most(reporting: Reporting) -> None:
    await reporting.record(*(a_turn(number, contact_id=number) for number in range(1, 61)))
    assert len((await reporting.list_leads()).leads) == 50
    with pytest.raises(RemoteError) as caught:
        await reporting.list_leads(wanted(size=201))
    assert [violation.field for violation in caught.value.violations] == ["page_size"]


async def test_leads_are_filtered_by_all_that_a_list_shows_of_them(reporting: Reporting) -> None:
    elsewhere = a_turn(3, contact_id=3, name="Caio")
    elsewhere.conversation.inbox_id, elsewhere.conversation.channel = 9, lead.CHANNEL_INSTAGRAM
    await reporting.record(
        *(a_turn(1, contact_id=1), learned(2, contact_id=1, procedure="botox")),
        *(delivered(3, contact_id=1, closer="ana@c.example"), told_outcome(5, lead.LEAD_OUTCOME_WON, contact_id=1)),
        *(a_turn(2, contact_id=2), told_outcome(6, lead.LEAD_OUTCOME_WON, contact_id=2)),
        *(told_outcome(7, lead.LEAD_OUTCOME_OPEN, contact_id=2), elsewhere),
    )
    every = pb.ListLeadsRequest(account_id=ACCOUNT)
    for fields, found in [
        ({"procedure": "botox"}, [1]),
        ({"closer_email": "ana@c.example"}, [1]),
        ({"closer_email": "-"}, [3, 2]),
        ({"channel": lead.CHANNEL_INSTAGRAM}, [3]),
        ({"inbox_id": 9}, [3]),
        ({"from": timestamp(at(2))}, [3, 2]),
        ({"until": timestamp(at(2))}, [1]),
        ({"outcome": lead.LEAD_OUTCOME_WON}, [1]),
        ({"outcome": lead.LEAD_OUTCOME_OPEN}, [3, 2]),
    ]:
        request = pb.ListLeadsRequest(**fields)  # type: ignore[arg-type]  # each a field of the message
        request.MergeFrom(every)
        assert await contacts(reporting, request) == found, fields


async def test_leads_are_found_by_phone_and_procedure(reporting: Reporting) -> None:
    turn = a_turn(1, contact_id=1, name="Ana")
    turn.turn_finished.contact_phone = "+5511987654321"
    await reporting.record(turn, a_turn(2, contact_id=2), learned(3, contact_id=2, procedure="remocao_tatuagem"))
    assert await contacts(reporting, wanted(search="(11) 98765-4321")) == [1]
    assert await contacts(reporting, wanted(search="7654")) == [1]
    assert await contacts(reporting, wanted(search="remocao")) == [2]
    (item,) = (await reporting.list_leads(wanted(search="ana"))).leads
    assert item.phone == "+5511987654321"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (pb.LEAD_SORT_SCORE, [3, 1, 4, 2]),
        (pb.LEAD_SORT_NEWEST, [4, 3, 2, 1]),
        (pb.LEAD_SORT_OLDEST, [1, 2, 3, 4]),
    ],
)
@pytest.mark.parametrize("search", ["", "ana"])
async def test_a_sorted_list_goes_on_over_pages(
    reporting: Reporting, sort: pb.LeadSort.ValueType, order: list[int], search: str
) -> None:
    await reporting.record(
        *(a_turn(number, contact_id=number, name=f"Ana {number}") for number in range(1, 5)),
        *(judged(9, contact_id=1, score=50), judged(8, contact_id=3, score=90)),
    )
    found: list[int] = []
    token = ""
    while len(found) < 4:
        request = wanted(size=1, search=search, token=token)
        request.sort = sort
        page = await reporting.list_leads(request)
        found += [each.contact_id for each in page.leads]
        token = page.next_page_token
    assert (found, token) == (order, "")


async def test_what_became_of_somebody_who_never_was_a_lead_lists_nobody(reporting: Reporting) -> None:
    await reporting.record(told_outcome(1, lead.LEAD_OUTCOME_WON, contact_id=8), survey(2, 5, contact_id=8))
    assert await contacts(reporting, wanted()) == []
    await reporting.record(a_turn(0, contact_id=8))
    (item,) = (await reporting.list_leads()).leads
    assert (item.outcome, item.outcome_at) == (lead.LEAD_OUTCOME_WON, timestamp(at(1)))
