"""Messages to JSON and back: names, 64-bit numbers, presence, and faults by their field's path."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st

from sdr.common.v1 import lead_pb2 as lead
from sdr.gateway.v1 import gateway_pb2 as gateway
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr_gateway.http.rest.decoding import FieldFault, read_body, read_texts
from sdr_gateway.http.rest.encoding import Encoders


def test_a_message_keeps_the_contracts_names_and_writes_long_numbers_as_text() -> None:
    answer = reporting.ListLeadsResponse(
        leads=[
            reporting.LeadSummary(
                contact_id=9_007_199_254_740_993,
                name="Mariana",
                status=lead.LEAD_STATUS_QUALIFIED,
                temperature=lead.TEMPERATURE_HOT,
                score=0,
                known_count=5,
            )
        ]
    )
    answer.leads[0].first_message_at.FromJsonString("2026-11-28T12:00:00Z")
    assert Encoders().encode(answer) == {
        "leads": [
            {
                "contact_id": "9007199254740993",
                "conversation_id": "0",
                "name": "Mariana",
                "status": "LEAD_STATUS_QUALIFIED",
                "temperature": "TEMPERATURE_HOT",
                "score": 0,
                "procedure": "",
                "known_count": 5,
                "first_message_at": "2026-11-28T12:00:00Z",
                "qualification_id": "",
                "channel": "CHANNEL_UNSPECIFIED",
                "team": "",
                "closer_email": "",
                "cost_micro_usd": "0",
                "inbox_id": "0",
                "outcome": "LEAD_OUTCOME_UNSPECIFIED",
                "phone": "",
            }
        ],
        "next_page_token": "",
    }


def test_what_has_presence_and_is_unset_is_left_out() -> None:
    found = Encoders().encode(reporting.GetOverviewResponse())
    assert "average_score" not in found
    assert "average_qualification_time" not in found
    assert found["new_lead_count"] == "0"


def test_a_map_and_a_duration_are_written_as_json_has_them() -> None:
    contact = lead.Contact(name="Ana", custom_attributes={"sdr_ia_nome": "Ana"})
    assert Encoders().encode(contact) == {"name": "Ana", "phone": "", "custom_attributes": {"sdr_ia_nome": "Ana"}}
    settings = gateway.GatewaySettings(coalesce_idle=Duration(seconds=1, nanos=500_000_000))
    assert Encoders().encode(settings)["coalesce_idle"] == "1.500s"


def test_a_body_is_read_in_snake_or_camel_case() -> None:
    event = reporting.Event()
    body = {
        "eventId": "e1",
        "occurred_at": "2026-11-28T12:00:00Z",
        "conversation": {"account_id": "7", "contactId": 9},
        "turn_finished": {"turn_id": "12", "outcome": "answered"},
    }
    read_body(event, body)
    assert (event.event_id, event.conversation.account_id, event.conversation.contact_id) == ("e1", 7, 9)
    assert event.turn_finished.turn_id == 12
    assert event.WhichOneof("payload") == "turn_finished"


def test_null_means_that_nothing_is_said() -> None:
    summary = reporting.LeadSummary(name="Ana", score=3)
    read_body(summary, {"name": None, "score": None})
    assert not summary.HasField("score")
    assert summary.name == ""


@pytest.mark.parametrize(
    ("body", "field", "problem"),
    [
        ([], "", "must be an object"),
        ({"nome": "Ana"}, "nome", "is not a field of this object"),
        ({"leads": {}}, "leads", "must be a list"),
        ({"leads": [{"name": 3}]}, "leads[0].name", "must be text"),
        ({"leads": [{}, {"score": "muito"}]}, "leads[1].score", "must be a whole number"),
        ({"leads": [{"score": 1.5}]}, "leads[0].score", "must be a whole number"),
        ({"leads": [{"score": True}]}, "leads[0].score", "must be a whole number"),
        ({"leads": [{"score": 2**31}]}, "leads[0].score", "must be between -2147483648 and 2147483647"),
        ({"leads": [{"contact_id": "9" * 5000}]}, "leads[0].contact_id", "must be between"),
        ({"leads": [{"temperature": "HOT"}]}, "leads[0].temperature", "must be one of TEMPERATURE_UNSPECIFIED"),
        ({"leads": [{"temperature": 1}]}, "leads[0].temperature", "must be one of"),
        ({"leads": [{"updated_at": "ontem"}]}, "leads[0].updated_at", "must be an instant such as"),
        ({"leads": [{"name": "\ud800"}]}, "leads[0].name", "must not hold half a character"),
    ],
)
def test_what_does_not_fit_is_told_by_its_path(body: Any, field: str, problem: str) -> None:
    with pytest.raises(FieldFault) as caught:
        read_body(reporting.ListLeadsResponse(), body)
    assert caught.value.field == field
    assert caught.value.problem.startswith(problem)


def test_a_query_reaches_nested_fields_and_refuses_what_an_address_cannot_hold() -> None:
    event = reporting.Event()
    read_texts(event, {"conversation.accountId": ["7"], "occurred_at": ["2026-11-28T12:00:00Z"]})
    assert event.conversation.account_id == 7
    for name in ("turn_finished", "conversation", "sobra", "conversation.sobra", "event_id.x"):
        with pytest.raises(FieldFault, match=r"cannot be given|is not a parameter"):
            read_texts(reporting.Event(), {name: ["1"]})
    with pytest.raises(FieldFault, match="must be given once"):
        read_texts(reporting.Event(), {"event_id": ["1", "2"]})


_NAMES = ["event_id", "conversation", "account_id", "occurred_at", "facts_learned", "facts", "kind", "value", "locked"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_any_json_is_read_or_refused_by_field(body: Any) -> None:
    event = reporting.Event()
    with suppress(FieldFault):
        read_body(event, body)
    assert msgspec.json.encode(Encoders().encode(event))


@given(st.integers(-(2**63), 2**63 - 1), st.text(), st.booleans(), st.floats(0, 1))
def test_a_fact_survives_the_way_out_and_in(message_id: int, value: str, locked: bool, confidence: float) -> None:
    fact = lead.Fact(
        kind=lead.FACT_KIND_NAME,
        value=value,
        source_message_id=message_id,
        confidence=confidence,
        source=lead.FACT_SOURCE_LEAD,
        locked=locked,
    )
    copy = lead.Fact()
    read_body(copy, msgspec.json.decode(msgspec.json.encode(Encoders().encode(fact))))
    assert copy == fact
