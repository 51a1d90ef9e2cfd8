"""Matching our lines with the turns that said them, and taking observations in whatever order they come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.lead import FactKind
from sdr_dialogue.domain.conversation import Speaker
from sdr_dialogue.domain.observing import take_in, turn_that_said
from sdr_dialogue.domain.turn import Observation, ObservationKind, PastTurn, StoredLine

T0 = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def a_turn(turn_id: int, reply: str, *, confirmed: bool = False, superseded: bool = False) -> PastTurn:
    return PastTurn(turn_id, (turn_id * 10,), T0, reply, FactKind.NAME, confirmed=confirmed, superseded=superseded)


def a_line(message_id: int, text: str) -> StoredLine:
    return StoredLine(message_id, Speaker.BOT, text, T0, T0)


@pytest.mark.parametrize(
    "text",
    [
        "Oi, Ana! Qual o seu bairro?",
        "**Oi**, Ana! qual o seu bairro?",
        "Oi, Ana!",
        "Qual o seu bairro?",
        "Oi, Ana! Qual o seu bairro? Obrigada pelo contato.",
    ],
)
def test_a_line_shows_a_reply_in_whole_or_in_part_or_as_the_begin_of_a_closing(text: str) -> None:
    turn = a_turn(1, "Oi, Ana!\nQual o seu bairro?")
    assert turn_that_said(a_line(11, text), [turn]) is turn


@pytest.mark.parametrize(
    ("message_id", "text"), [(11, "Você ainda está aí?"), (11, "🌸"), (9, "Oi, Ana!"), (10, "Oi, Ana!")]
)
def test_other_words_or_an_older_line_show_none(message_id: int, text: str) -> None:
    assert turn_that_said(a_line(message_id, text), [a_turn(1, "Oi, Ana!")]) is None


def test_of_equal_replies_the_oldest_that_waits_is_meant() -> None:
    turns = [a_turn(1, "Qual o nome?", confirmed=True), a_turn(2, "Qual o nome?"), a_turn(3, "Qual o nome?")]
    assert turn_that_said(a_line(99, "Qual o nome?"), turns) is turns[1]


def test_a_superseded_reply_is_meant_only_if_no_other_fits() -> None:
    superseded, other = a_turn(1, "Oi, Ana!", superseded=True), a_turn(2, "Oi, Ana! Tudo bem?")
    assert turn_that_said(a_line(99, "Oi, Ana!"), [superseded, other]) is other
    assert turn_that_said(a_line(99, "Oi, Ana!"), [superseded]) is superseded


def test_two_parts_of_a_reply_confirm_it_once() -> None:
    seen = [
        Observation(11, ObservationKind.BOT_LINE, "Oi, Ana!", T0),
        Observation(12, ObservationKind.BOT_LINE, "Qual o bairro?", T0),
    ]
    taken = take_in(seen, (), [a_turn(1, "Oi, Ana! Qual o bairro?")], T0)
    assert taken.confirmed == (1,)
    assert [line.asks for line in taken.lines] == [FactKind.NAME, FactKind.NAME]


OBSERVATIONS = st.lists(
    st.builds(
        Observation,
        message_id=st.integers(1, 4),
        kind=st.sampled_from([ObservationKind.HUMAN_LINE, ObservationKind.EDITED, ObservationKind.DELETED]),
        text=st.sampled_from(["a", "b", "c"]),
        happened_at=st.integers(0, 50).map(lambda minute: T0 + timedelta(minutes=minute)),
    ),
    max_size=8,
    unique_by=lambda seen: (seen.message_id, seen.kind, seen.happened_at),
)


@given(OBSERVATIONS)
def test_taking_in_twice_is_taking_in_once(observations: list[Observation]) -> None:
    once = take_in(observations, (), (), T0)
    again = take_in(observations, once.lines, (), T0)
    assert again.lines == once.lines
    assert again.new_lines == ()


@given(OBSERVATIONS)
def test_a_deleted_line_is_deleted_in_whatever_order_it_was_seen(observations: list[Observation]) -> None:
    gone = {seen.message_id for seen in observations if seen.kind is ObservationKind.DELETED}
    taken = take_in(list(reversed(observations)), (), (), T0)
    assert all(line.deleted and not line.text for line in taken.lines if line.message_id in gone)
