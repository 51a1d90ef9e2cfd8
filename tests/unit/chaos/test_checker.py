"""The checker notices every way in which a promise can be broken, and nothing else: doctored exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.chaos.checker import CLOSING_MARK, Verdict, check
from tests.chaos.evidence import read_export
from tests.chaos.leads import GOLD, Gold

OURS = "sdr-routing (pid 7)"
GOOD = Gold("lead", "qualificado", "quente", "Ana", 105)
ATTRIBUTES = {
    "sdr_ia_status": "qualificado",
    "sdr_ia_temperatura": "quente",
    "sdr_ia_score": 105,
    "sdr_ia_nome": "Ana",
}


class Export:
    """An export in the making: one conversation, a second between any two things that happen."""

    def __init__(self, gold: Gold = GOOD) -> None:
        self.now = 1000.0
        self.messages: list[dict[str, Any]] = []
        self.rows: dict[str, list[dict[str, Any]]] = {"events": [], "looks": [], "creations": [], "deliveries": []}
        self.attributes: dict[str, Any] = {GOLD: gold.as_text(), **ATTRIBUTES}

    def _message(self, kind: int, text: str, sender: str, *, private: bool = False, **attributes: Any) -> int:
        self.now += 1.0
        number = len(self.messages) + 1
        self.messages.append(
            {
                "id": number,
                "message_type": kind,
                "content": text,
                "private": private,
                "sender_type": sender,
                "created_at": self.now,
                "content_attributes": attributes,
            }
        )
        return number

    def lead(self, text: str = "oi", webhook: tuple[float, float] | None = None) -> int:
        number = self._message(0, text, "Contact")
        if webhook is not None:
            due, ended = self.now + webhook[0], self.now + webhook[1]
            row = {"conversation_id": 1, "message_id": number, "event": "message_created", "outcome": "sent"}
            self.rows["deliveries"].append({**row, "at": due, "ended_at": ended})
        return number

    def human(self, text: str = "Oi, é a Camila", *, private: bool = False) -> int:
        return self._message(1, text, "User", private=private)

    def look(self, client: str = OURS) -> None:
        self.now += 1.0
        self.rows["looks"].append({"conversation_id": 1, "at": self.now, "client": client})

    def bot(
        self, answers: Sequence[int], turn: str = "", part: int = 1, text: str = "Oi!", *, looks: bool = True
    ) -> int:
        if looks:
            self.look()
        requested_at = self.now + 0.5
        key = f"{turn or f'turn-{len(self.messages)}'}/{part}"
        number = self._message(1, text, "AgentBot", sdr_key=key, sdr_asks="", sdr_answers=list(answers))
        row = {"conversation_id": 1, "message_id": number, "client": OURS, "requested_at": requested_at}
        self.rows["creations"].append(row)
        return number

    def closing(self, answers: Sequence[int]) -> int:
        return self.bot(answers, text=f"Obrigada! {CLOSING_MARK}")

    def changed(self, key: str, before: Any, after: Any) -> None:
        self.now += 1.0
        change = {key: {"previous_value": before, "current_value": after}}
        event = {"name": "conversation_updated", "conversation_id": 1, "changed_attributes": [change]}
        self.rows["events"].append({"at": self.now, "event": event})

    def verdict(self) -> Verdict:
        row = {"id": 1, "contact_id": 9, "status": "pending", "created_at": 1000.0, "messages": self.messages}
        contacts = {"9": {"custom_attributes": self.attributes}}
        return check(read_export({"conversations": [row], "contacts": contacts, **self.rows}))

    def broken(self) -> dict[str, int]:
        return dict(self.verdict().broken())


def ended(export: Export) -> Export:
    """With a last question and the closing that hands the lead over."""
    export.closing([export.lead("Moema")])
    export.changed("status", "pending", "open")
    return export


def test_a_good_conversation_breaks_nothing() -> None:
    export = Export()
    first, second = export.lead("oi"), export.lead("tudo bem?")
    export.bot([first, second])
    verdict = ended(export).verdict()
    assert verdict.violations == ()
    assert (verdict.counted["deserved"], verdict.counted["answers"], verdict.counted["closings"]) == (3, 2, 1)


def test_a_message_that_nothing_answers_is_lost() -> None:
    export = Export()
    export.bot([export.lead()])
    forgotten = export.lead("Tem estacionamento?", webhook=(0.0, 0.1))
    export.bot([export.lead("e aí?", webhook=(0.0, 0.1))])
    (violation,) = ended(export).verdict().violations
    assert (violation.promise, violation.messages) == ("lost", (forgotten,))


def test_a_message_after_the_last_answer_is_lost() -> None:
    export = Export(Gold("lead", "em_andamento"))
    export.attributes["sdr_ia_status"] = "em_andamento"
    export.bot([export.lead()])
    export.lead()
    assert export.broken() == {"lost": 1}


def test_what_comes_after_the_hand_over_deserves_no_answer() -> None:
    export = ended(Export())
    export.lead("obrigada")
    assert export.broken() == {}


def test_what_a_human_took_over_soon_after_deserves_no_answer_and_later_it_does() -> None:
    soon, late = Export(), Export()
    soon.lead()
    soon.human()
    assert soon.broken() == {}
    late.lead()
    late.now += 120
    late.human()
    assert late.broken() == {"lost": 1}


@pytest.mark.parametrize("seen", [True, False])
def test_what_comes_after_a_return_that_can_be_known_deserves_an_answer(seen: bool) -> None:
    export = Export()
    export.lead()
    export.human()
    export.lead("ah, que bom")
    export.changed("status", "pending", "open")
    if seen:
        export.look("sdr-gateway (pid 3)")
    export.changed("status", "open", "pending")
    export.lead("oi, voltei")
    assert ("lost" in export.broken()) is seen


def test_what_a_human_took_over_stays_theirs_when_the_bot_answers_again() -> None:
    export = Export()
    export.lead(webhook=(0.0, 0.1))
    export.human()
    export.changed("status", "pending", "open")
    export.changed("status", "open", "pending")
    export.bot([export.lead("oi, voltei", webhook=(0.0, 0.1))])
    assert ended(export).broken() == {}


def test_two_answers_to_one_message_are_doubled() -> None:
    export = Export()
    first, second = export.lead(), export.lead()
    export.bot([first, second], "a")
    export.bot([second], "b")
    assert ended(export).broken() == {"doubled": 1}


def test_one_key_stored_twice_is_doubled() -> None:
    export = Export()
    first = export.lead()
    export.bot([first], "a")
    export.bot([first], "a")
    assert ended(export).broken() == {"doubled": 1}


def test_a_note_that_was_written_twice_is_doubled() -> None:
    export = ended(Export())
    for _ in range(2):
        export._message(1, "Lead quente", "AgentBot", private=True, sdr_key="turn-1/note")
    assert export.broken() == {"doubled": 1}


@pytest.mark.parametrize("claimed", [[], [99], [3]])
def test_an_answer_must_name_what_the_lead_said_before(claimed: list[int]) -> None:
    export = Export()
    export.bot([export.lead()])
    export.bot(claimed)
    assert ended(export).broken()["doubled"] >= 1


def test_more_answers_than_messages_are_doubled_whatever_they_say() -> None:
    export = Export(Gold("lead", "em_andamento"))
    export.attributes["sdr_ia_status"] = "em_andamento"
    export.bot([export.lead()])
    export.bot([3])
    export.lead()
    assert export.broken()["doubled"] >= 1


def test_parts_out_of_order_and_mixed_answers_break_the_order() -> None:
    swapped, mixed = Export(), Export()
    first = swapped.lead()
    swapped.bot([first], "a", 2)
    swapped.bot([first], "a", 1)
    assert ended(swapped).broken() == {"order": 1}
    first, second = mixed.lead(), mixed.lead()
    mixed.bot([first], "a", 1)
    mixed.bot([second], "b", 1)
    mixed.bot([first], "a", 2)
    assert ended(mixed).broken() == {"order": 1}


@pytest.mark.parametrize(("late_s", "broken"), [(0.1, {"order": 1}), (30.0, {})])
def test_an_older_message_may_be_answered_later_only_if_its_webhook_was_late(
    late_s: float, broken: dict[str, int]
) -> None:
    export = Export()
    first = export.lead(webhook=(late_s, late_s + 0.1))
    second = export.lead(webhook=(0.0, 0.1))
    export.bot([second])
    export.bot([first])
    assert ended(export).broken() == broken


@pytest.mark.parametrize("phone", [False, True])
def test_a_look_after_a_human_s_word_must_stop_the_answer(phone: bool) -> None:
    export = Export()
    first = export.lead()
    export.human("*📱 Enviado do WhatsApp*\n\nOi" if phone else "Oi", private=phone)
    export.bot([first])
    assert export.broken() == {"over a human": 1}


def test_a_human_who_spoke_after_the_look_was_not_talked_over() -> None:
    export = Export()
    first = export.lead()
    export.look()
    export.human()
    export.bot([first], looks=False)
    assert export.broken() == {}


def test_only_the_look_of_the_process_that_wrote_counts() -> None:
    export = Export()
    first = export.lead()
    export.look()
    export.human()
    export.look("sdr-gateway (pid 3)")
    export.bot([first], looks=False)
    assert export.broken() == {}


def test_a_note_is_no_takeover_and_an_assignment_is_one() -> None:
    noted, assigned = Export(), Export()
    first = noted.lead()
    noted.human("ligar amanhã", private=True)
    noted.bot([first])
    assert ended(noted).broken() == {}
    first = assigned.lead()
    assigned.changed("assignee_id", None, 3)
    assigned.bot([first])
    assert assigned.broken() == {"over a human": 1}


def test_a_public_line_without_any_look_is_over_a_human() -> None:
    export = Export()
    export.bot([export.lead()], looks=False)
    assert ended(export).broken() == {"over a human": 1}


def test_a_second_closing_and_a_missing_one_are_noticed() -> None:
    twice, never = Export(), Export()
    twice.closing([twice.lead()])
    assert ended(twice).broken() == {"closing": 1}
    never.bot([never.lead()])
    assert never.broken() == {"closing": 1}


@pytest.mark.parametrize(
    ("key", "value"),
    [("sdr_ia_status", "pausado"), ("sdr_ia_temperatura", "morno"), ("sdr_ia_score", 100), ("sdr_ia_nome", "Bia")],
)
def test_an_attribute_that_the_words_do_not_imply_is_noticed(key: str, value: object) -> None:
    export = Export()
    export.attributes[key] = value
    assert ended(export).broken() == {"attributes": 1}


def test_a_lead_that_left_a_question_unanswered_is_not_judged() -> None:
    export = Export()
    export.attributes["sdr_ia_status"] = "em_andamento"
    number = export.bot([export.lead()])
    export.messages[number - 1]["content_attributes"]["sdr_asks"] = "urgencia"
    assert (export.broken(), export.verdict().counted["left by the lead"]) == ({}, 1)


def test_a_lost_attribute_of_another_s_is_noticed() -> None:
    export = ended(Export())
    del export.attributes[GOLD]
    assert export.broken() == {"attributes": 1}


def test_one_who_wants_to_be_left_alone_gets_one_confirmation() -> None:
    export = Export(Gold("opt_out", "opt_out"))
    export.attributes = {GOLD: Gold("opt_out", "opt_out").as_text(), "sdr_ia_status": "opt_out"}
    export.bot([export.lead("oi")])
    export.bot([export.lead("parar")])
    export.lead("oi?")
    assert export.broken() == {}
