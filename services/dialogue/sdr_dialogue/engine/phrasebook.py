"""The shape of what the assistant can say; one instance per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sdr_common.lead import EscalationReason, FactKind, UrgencyLevel
from sdr_dialogue.engine.topics import Topic

Variants = tuple[str, ...]


class Comfort(StrEnum):
    """Why the lead's mood is answered before anything else."""

    REPEATED = "repeated"
    """It was asked for something it had told."""
    WAITED = "waited"
    AFRAID = "afraid"
    COSTLY = "costly"
    DISAPPOINTED = "disappointed"
    """By something that was done elsewhere or before."""
    SAD = "sad"
    """Unhappy with itself."""
    ANGRY = "angry"
    """For the first time, and not grossly: the second time calls a human."""
    GLAD = "glad"


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Wordings; `{placeholders}` are filled by the composer, and every tuple holds equal alternatives."""

    greeting: Variants
    """{hello}, {name} (", Ana" or empty), {me}, {clinic}."""
    greeting_again: Variants
    """To a lead whose name an earlier conversation taught; as `greeting`."""
    hello: Mapping[str, str]
    """Greeting words by the lead's own: "bom dia" -> "Bom dia"; "" is the default."""
    me: str
    """How the assistant names itself; {assistant}."""
    questions: Mapping[FactKind, tuple[Variants, ...]]
    """Per fact and attempt, counted from the first."""
    questions_without_interest: Mapping[FactKind, Variants]
    """First questions that read well before the lead has said what it wants."""
    call_you: Variants
    """Asks whether {name}, the push name, is right."""
    call_you_instead: Variants
    """Asks for the name after a no to `call_you`."""
    got_name: Variants
    got_interest: Variants
    """{interest}."""
    got_urgency: Variants
    """{urgency}."""
    haste: Variants
    no_hurry: Variants
    urgency_by_level: Mapping[UrgencyLevel, Variants]
    """For dates that do not read well when repeated."""
    got_knowledge: Variants
    experienced: Variants
    """To a lead who had it done or knows the prices."""
    new_to_it: Variants
    near: Variants
    got_place: Variants
    """{place}."""
    occasion: Variants
    corrected: Variants
    no_pressure: Variants
    """After an evasion."""
    comfort: Mapping[Comfort, Variants]
    """Said first, by the lead's mood."""
    neutral: Variants
    """Leads over to the next question when nothing was learned."""
    answers: Mapping[Topic, Variants]
    """Honest words where the clinic's knowledge says nothing; {interest} may be empty."""
    price_again: Variants
    """To a lead who asks for the price once more."""
    no_answer: Variants
    booking: Variants
    robot: Variants
    """{assistant}, {clinic}."""
    why: Mapping[FactKind, str]
    why_anything: str
    instructions: Variants
    address: Variants
    """{address}."""
    offered: Variants
    """{procedure}."""
    not_listed: Variants
    """{procedure}."""
    treated_with: Variants
    """{complaint}, {procedure}: the clinic's procedure for what bothers the lead."""
    advice: Variants
    """To "o que vocês indicam?" where the clinic's list says nothing."""
    offers: Variants
    """{procedures}."""
    image: Variants
    audio: Variants
    place_pin: Variants
    attachment: Variants
    human_offer: Variants
    """Goes with the last attempt."""
    thanks: Variants
    no_more_questions: Variants
    """Instead of `thanks`, after an evasion."""
    qualified: Variants
    """To a lead whose qualification is over; {name} as in the greeting."""
    welcome: Variants
    """Answers thanks after the qualification; {name} as in the greeting."""
    nudge: Variants
    """Opens a reminder; {name} as in the greeting, the question follows."""
    small_talk: Variants
    """Answers "tudo bem?"."""
    opted_out: str
    deletion: str
    escalation: Mapping[EscalationReason, str]
    despair: str
    """To somebody who speaks of suicide."""
