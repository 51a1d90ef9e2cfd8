"""What the guards found in one turn, for people: which check, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """What is guarded. The first three look at what comes in, the rest at what goes out."""

    INJECTION = "injection"
    """A message gives instructions to the assistant."""
    INJECTED_NAME = "injected_name"
    """The contact's name does."""
    INJECTED_KNOWLEDGE = "injected_knowledge"
    """A passage of a document does."""
    FACT_UNPROVEN = "fact_unproven"
    """A fact is quoted from words that the lead never wrote."""
    FACT_UNSUPPORTED = "fact_unsupported"
    """A fact is quoted from words that say nothing about it."""
    QUESTION = "question"
    """The model's question is not the one that is open."""
    PRICE = "price"
    """A price, discount or gift that the account never told."""
    LINK = "link"
    """An address, number or key that the account never told."""
    PROMISE = "promise"
    """A booking, or a result that the account never told."""
    MEDICAL = "medical"
    """A diagnosis or a prescription."""
    LEAK = "leak"
    """Instructions or the score are told."""
    FORBIDDEN_TOPIC = "forbidden_topic"
    """The account's own list."""
    LENGTH = "length"
    """The reply is too long."""
    EMOJIS = "emojis"
    """More of them than the account wants."""
    LANGUAGE = "language"
    """The reply is not in the lead's language."""


class Action(StrEnum):
    """What was done."""

    IGNORED = "ignored"
    """What came in was kept from the engine."""
    REMOVED = "removed"
    """Sentences or facts were taken out."""
    REPLACED = "replaced"
    """The product's own words stand there now."""
    SHORTENED = "shortened"
    """The beginning was kept."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding, without any content."""

    check: Check
    action: Action
    count: int = 1
    """How many sentences, facts or messages."""
