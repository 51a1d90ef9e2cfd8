"""What operators read about a conversation, and why the bot did (not) answer."""

from __future__ import annotations

import pytest

from sdr_gateway.domain.conversation import ConversationState, PauseCause, Phase
from sdr_gateway.domain.event import SignalKind
from sdr_gateway.domain.timeline import (
    OUTCOMES,
    RECEIVED,
    Item,
    SeenEntry,
    SeenTurn,
    Setback,
    failed_text,
    ignored_item,
    turn_items,
    verdict,
    write_text,
)
from sdr_gateway.domain.turn import Outcome
from sdr_gateway.timeline_wire import timeline_item


def a_turn(outcome: str = "", **fields: object) -> SeenTurn:
    values: dict[str, object] = {
        "turn": 7,
        "entries": (SeenEntry("lead_message", 101, 10.0, swept=False, trace_id="abc"),),
        "setbacks": (),
        "attempt": 1,
        "woken_for": "",
        "outcome": outcome,
        "closed_at": 20.0,
    }
    return SeenTurn(**{**values, **fields})  # type: ignore[arg-type]  # a builder's values


def test_a_turn_ends_in_the_trace_of_the_message_that_started_it() -> None:
    entries = (
        SeenEntry("snapshot", 241, 9.0, swept=False, trace_id="aaa", stirring=False),
        SeenEntry("lead_message", 101, 10.0, swept=False, trace_id="bbb"),
        SeenEntry("lead_message", 102, 11.0, swept=False, trace_id="ccc"),
    )
    ended = turn_items(a_turn("answered", entries=entries))[-1]
    assert (ended.what, ended.trace_id) == ("ended", "bbb")
    assert turn_items(a_turn("nudged", entries=()))[-1].trace_id == ""


@pytest.mark.parametrize(
    ("template", "trace_id", "url"),
    [
        ("https://jaeger.example/trace/{trace_id}", "abc", "https://jaeger.example/trace/abc"),
        ("https://jaeger.example/trace/{trace_id}", "", ""),
        ("", "abc", ""),
    ],
)
def test_an_item_leads_to_its_trace_where_there_is_a_place_to_see_it(template: str, trace_id: str, url: str) -> None:
    item = Item(10.0, "ended", "Turno 7.", 7, trace_id=trace_id)
    assert timeline_item(item, template).trace_url == url


def test_every_outcome_and_every_kind_of_entry_has_a_sentence() -> None:
    assert set(OUTCOMES) == set(Outcome)
    assert set(RECEIVED) == set(SignalKind)


def test_a_turn_tells_what_came_what_happened_and_how_it_ended() -> None:
    turn = a_turn(
        "answered",
        entries=(
            SeenEntry("lead_message", 101, 10.0, swept=False, trace_id="abc"),
            SeenEntry("human_message", 102, 11.0, swept=True, trace_id=""),
            SeenEntry("snapshot", 241, 12.0, swept=False, trace_id=""),
        ),
        setbacks=(
            Setback("superseded", 13.0, 6),
            Setback("put_back", 14.0, 7, "ENGINE_UNAVAILABLE"),
            Setback("put_back", 15.0, 7, "KeyError", counted=True),
        ),
        attempt=3,
        woken_for="nudge",
    )
    assert [(item.what, item.text) for item in turn_items(turn)] == [
        ("received", "Mensagem do lead chegou pelo webhook."),
        ("received", "Mensagem de um atendente foi achada pela varredura."),
        ("received", "Mudança de status ou de responsável chegou pelo webhook."),
        ("superseded", "Chegou coisa nova: o turno 6 recomeçou com tudo, antes de dizer algo."),
        (
            "put_back",
            "O turno 7 foi adiado, porque algo de que depende não respondeu: ENGINE_UNAVAILABLE.",
        ),
        ("put_back", "O turno 7 falhou: KeyError."),
        ("ended", "Turno 7 (acordado: nudge): o bot respondeu na tentativa 3."),
    ]
    assert [item.message_ids for item in turn_items(turn)][:3] == [(101,), (102,), ()]


@pytest.mark.parametrize(
    ("newest", "open_turn", "due_at", "state", "said"),
    [
        (None, None, None, ConversationState(), "Nada desta conversa virou turno"),
        (None, None, 5.0, ConversationState(), "Há mensagens esperando o fim da rajada"),
        (a_turn("answered"), None, None, ConversationState(), "Última decisão: o bot respondeu."),
        (
            a_turn("paused"),
            None,
            None,
            ConversationState(phase=Phase.PAUSED, paused_by=PauseCause.ASSIGNMENT),
            "A conversa está pausada porque um atendente foi designado.",
        ),
        (
            a_turn("not_pending"),
            None,
            None,
            ConversationState(chatwoot_status="open"),
            "No Chatwoot a conversa está open, e o bot só fala em conversas pendentes.",
        ),
        (a_turn("opted_out"), None, None, ConversationState(phase=Phase.OPTED_OUT), "o lead pediu silêncio"),
        (a_turn("handed_off"), None, None, ConversationState(phase=Phase.HANDED_OFF), "está com a equipe"),
        (None, a_turn(held=True, attempt=2), None, ConversationState(), "em andamento agora (tentativa 2)"),
        (
            a_turn("answered"),
            a_turn(setbacks=(Setback("put_back", 1.0, 7, "SERVICE_UNAVAILABLE"),)),
            None,
            ConversationState(),
            "espera a próxima tentativa: SERVICE_UNAVAILABLE.",
        ),
        (a_turn("empty"), None, None, ConversationState(), "apagadas a pedido do lead"),
    ],
)
def test_the_verdict_says_why_the_bot_did_or_did_not_answer(
    newest: SeenTurn | None, open_turn: SeenTurn | None, due_at: float | None, state: ConversationState, said: str
) -> None:
    assert said in verdict(newest, open_turn, due_at, state)


def test_what_was_not_kept_says_why_and_how_often() -> None:
    assert ignored_item("reaction", 3, 9.0, 55).text == "Evento não aproveitado (3 vezes): é uma reação."
    assert ignored_item("repeated", 1, 9.0, 55).text == "Evento não aproveitado: já tinha chegado antes."


def test_writes_and_failed_turns_are_told_in_one_sentence() -> None:
    assert write_text("team", "dead", "o time “Vendas” não existe") == "time: falhou (o time “Vendas” não existe)."
    assert write_text("message", "done", "") == "mensagem ao lead: feito."
    assert failed_text(7, 6, "KeyError") == (
        "O turno 7 falhou 5 vezes e um humano foi chamado; a última falha foi KeyError."
    )
