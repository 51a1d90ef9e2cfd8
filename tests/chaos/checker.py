"""Whether the promises were kept, judged by nothing but what the emulated Chatwoot holds.

*Deserved*: a lead's message deserves an answer when the bot has the word at the moment it is stored: the conversation
is pending, no human has spoken, been assigned or opened it since the bot last got it back, and the lead has not asked
to be left alone. A return that came and went while the product was away, so that nothing shows that the status ever was
another, gives nothing back. A message no longer deserves one when such a silence begins within `PATIENCE_S` of it,
before the answer: then the human who has the word now has it for this message too, unless a newer message was answered
although this one was known before it. The wish to be left alone itself deserves one confirmation.

*Answer*: all public messages of the product's with one turn in their `sdr_key`. *Covered*: a message is covered by
the answers whose `sdr_answers` name it. An answer may cover a whole burst. The claim is not taken on trust: what it
names must be the lead's, of this conversation, and older than the answer, and every answer must be newer than some
lead message that no earlier answer stands for.

The promises, and how each is broken:

- *lost*: a deserved message is covered by no answer, a message after the last one included.
- *doubled*: a message is covered by two answers, an answer covers nothing, or one key (of a note too) was stored twice.
- *order*: parts of an answer out of their order or mixed with another's; or a message is answered later than a newer
  one although its webhook was acknowledged before that one's was due.
- *over a human*: the last look at the conversation, by the same process, before the request that made a public
  message came later than a human's message or assignment that still held.
- *closing*: more than one closing in a conversation; none for a lead that was qualified undisturbed.
- *attributes*: another status, temperature, score or name than the lead's words imply, unless the lead left a question
  unanswered; a lost attribute of another's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.chaos.evidence import UNSEEN_RETURN, Conversation, Message

PATIENCE_S = 60.0
STALE_S = 1.0
CLOSING_MARK = "Um abraço da Clínica Bella Pele"
"""Ends every closing template of a run's account, and nothing else."""
PROMISES = ("lost", "doubled", "order", "over a human", "closing", "attributes")
_HUMAN = {"human_message", "assigned"}


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise."""

    promise: str
    conversation: int
    messages: tuple[int, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.promise}: conversation {self.conversation}, messages {list(self.messages)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The public messages of one turn, in the order in which they were stored."""

    turn: str
    parts: tuple[Message, ...]

    @property
    def covers(self) -> tuple[int, ...]:
        """Ids of the lead's messages that it answers, as it says."""
        return tuple(sorted({number for part in self.parts for number in part.answers}))


@dataclass(frozen=True)
class Verdict:
    """What a run came to."""

    violations: tuple[Violation, ...]
    counted: Counter[str]
    """What was judged, by its name in the table."""

    @property
    def passed(self) -> bool:
        """No promise was broken."""
        return not self.violations

    def broken(self) -> Counter[str]:
        """Violations by promise."""
        return Counter(violation.promise for violation in self.violations)


def check(conversations: Iterable[Conversation]) -> Verdict:
    """Judges conversations."""
    violations: list[Violation] = []
    counted: Counter[str] = Counter()
    for conversation in conversations:
        answers = answers_of(conversation)
        counted["conversations"] += 1
        counted["answers"] += len(answers)
        counted["takeovers"] += any(silence.reason in _HUMAN for silence in conversation.silences)
        violations += _coverage(conversation, answers, counted)
        counted["stale answers"] += _stale(conversation, answers)
        violations += _order(conversation, answers)
        violations += _over_a_human(conversation)
        violations += _closing(conversation, answers, counted)
        violations += _attributes(conversation, counted)
    return Verdict(tuple(violations), counted)


def answers_of(conversation: Conversation) -> list[Answer]:
    """The product's answers in the order in which they began."""
    parts: defaultdict[str, list[Message]] = defaultdict(list)
    for message in conversation.messages:
        if message.is_bot:
            parts[message.turn].append(message)
    return sorted((Answer(turn, tuple(found)) for turn, found in parts.items()), key=lambda one: one.parts[0].id)


def _coverage(conversation: Conversation, answers: list[Answer], counted: Counter[str]) -> Iterator[Violation]:
    covering: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        for number in answer.covers:
            covering[number].append(answer)
        yield from _claims(conversation, answer)
    for message in conversation.messages:
        if not message.is_lead:
            continue
        counted["lead messages"] += 1
        found = covering[message.id]
        if len(found) > 1:
            stored = tuple(part.id for answer in found for part in answer.parts)
            yield Violation("doubled", conversation.id, (message.id, *stored), f"{len(found)} answers to one message")
        excuse = "" if found else excuse_of(conversation, message, answers)
        counted[excuse or "deserved"] += 1
        if not found and not excuse:
            yield Violation("lost", conversation.id, (message.id,), "the bot had the word and nothing answers it")
    yield from _too_many(conversation, answers)
    notes = Counter(message.key for message in conversation.messages if message.private and message.key)
    for key, times in notes.items():
        if times > 1:
            stored = tuple(message.id for message in conversation.messages if message.key == key)
            yield Violation("doubled", conversation.id, stored, f"the note {key!r} was stored {times} times")


def _claims(conversation: Conversation, answer: Answer) -> Iterator[Violation]:
    stored = tuple(part.id for part in answer.parts)
    if not answer.covers:
        yield Violation("doubled", conversation.id, stored, "an answer to nothing")
    for number in answer.covers:
        message = conversation.find(number)
        if message is None or not message.is_lead or number > stored[-1]:
            yield Violation(
                "doubled", conversation.id, (number, *stored), "it answers what the lead did not say before"
            )
    for key, times in Counter(part.key for part in answer.parts).items():
        if times > 1 or not key:
            yield Violation("doubled", conversation.id, stored, f"the key {key!r} was stored {times} times")


def _too_many(conversation: Conversation, answers: list[Answer]) -> Iterator[Violation]:
    """Without believing any claim: at no moment may there be more answers than messages to answer."""
    said = [message.id for message in conversation.messages if message.is_lead]
    for number, answer in enumerate(answers, 1):
        first = answer.parts[0].id
        if number > bisect_right(said, first):
            yield Violation("doubled", conversation.id, (first,), f"answer {number} to fewer messages of the lead")


def _stale(conversation: Conversation, answers: list[Answer]) -> int:
    """Answers that do not know a message that was taken in well before they went out.

    No violation, because the next answer covers it: after its seal, and after two redos, an answer goes out as it is.
    But it is the exception: many of them show that nobody looks for newer messages before an answer is sealed.
    """
    found, told = 0, set[int]()
    for answer in answers:
        told.update(answer.covers)
        first = answer.parts[0]
        requested_at, _ = conversation.created.get(first.id, (first.at, ""))
        missed = [
            message.id
            for message in conversation.messages
            if message.is_lead and message.id < first.id and message.id not in told
            if not any(silence.holds(message.at) for silence in conversation.silences)
            if any(ended < requested_at - STALE_S for _, ended in conversation.webhooks.get(message.id, ()))
        ]
        found += bool(missed)
    return found


def excuse_of(conversation: Conversation, message: Message, answers: Iterable[Answer]) -> str:
    """Why a message deserves no answer; empty: it does."""
    for silence in conversation.silences:
        if silence.until_id is not None:
            if message.id > silence.until_id:
                return f"excused: {silence.reason}"
        elif silence.holds(message.at):
            return f"excused: {silence.reason}"
        elif 0 <= silence.begins - message.at <= PATIENCE_S:
            before = [answer for answer in answers if answer.parts[0].at <= silence.begins]
            if not _passed_over(conversation, message, before):
                return f"excused: {silence.reason} soon after"
    return ""


def _passed_over(conversation: Conversation, message: Message, answers: Iterable[Answer]) -> bool:
    """Whether a newer message was answered although this one was surely known before it."""
    newer = [number for answer in answers for number in answer.covers if number > message.id]
    return any(_known_first(conversation, message.id, number) for number in newer)


def _order(conversation: Conversation, answers: list[Answer]) -> Iterator[Violation]:
    for answer in answers:
        numbers = [part.key.rpartition("/")[2] for part in answer.parts]
        if numbers != sorted(numbers, key=lambda text: (len(text), text)):
            stored = tuple(part.id for part in answer.parts)
            yield Violation("order", conversation.id, stored, f"parts came as {numbers}")
    for earlier, later in pairwise(answers):
        if earlier.parts[-1].id > later.parts[0].id:
            stored = (earlier.parts[-1].id, later.parts[0].id)
            yield Violation("order", conversation.id, stored, "an answer began before the one before it had ended")
        for old in later.covers:
            for new in earlier.covers:
                if old < new and _known_first(conversation, old, new):
                    yield Violation("order", conversation.id, (old, new), "the newer one was answered first")


def _known_first(conversation: Conversation, old: int, new: int) -> bool:
    """Whether the older message was surely taken in before the newer one could come."""
    acknowledged = [ended for _, ended in conversation.webhooks.get(old, ())]
    due = [at for at, _ in conversation.webhooks.get(new, ())]
    return bool(acknowledged and due) and min(acknowledged) < min(due)


def _over_a_human(conversation: Conversation) -> Iterator[Violation]:
    for message in conversation.messages:
        if not message.is_bot:
            continue
        requested_at, client = conversation.created.get(message.id, (message.at, ""))
        looks = conversation.looks.get(client, ())
        place = bisect_right(looks, requested_at)
        if not place:
            yield Violation("over a human", conversation.id, (message.id,), "nobody looked before it was sent")
            continue
        looked_at = looks[place - 1]
        for silence in conversation.silences:
            if silence.reason in _HUMAN and silence.holds(looked_at):
                reason = f"{silence.reason} {looked_at - silence.begins:.3f} s before the last look"
                yield Violation("over a human", conversation.id, (message.id,), reason)


def _closing(conversation: Conversation, answers: list[Answer], counted: Counter[str]) -> Iterator[Violation]:
    closings = [answer for answer in answers if any(CLOSING_MARK in part.text for part in answer.parts)]
    counted["closings"] += len(closings)
    stored = tuple(answer.parts[0].id for answer in closings)
    if len(closings) > 1:
        yield Violation("closing", conversation.id, stored, f"{len(closings)} closings")
    gold = conversation.gold
    if gold is None or not _undisturbed(conversation) or gold.kind not in {"lead", "refusal"}:
        return
    if not closings and conversation.attributes.get("sdr_ia_status") in {"qualificado", "completo"}:
        yield Violation("closing", conversation.id, (), "qualified, and no closing")


def _undisturbed(conversation: Conversation) -> bool:
    """No human has the word at the end, but for the one whom the product called itself."""
    kept = {*_HUMAN, UNSEEN_RETURN}
    return not any(silence.reason in kept and silence.ends == float("inf") for silence in conversation.silences)


def _left_by_the_lead(conversation: Conversation) -> bool:
    """The last word is a question of the bot's: nothing is to be judged yet."""
    last = next((message for message in reversed(conversation.messages) if message.is_lead or message.is_bot), None)
    return last is not None and last.is_bot and bool(last.asks)


def _attributes(conversation: Conversation, counted: Counter[str]) -> Iterator[Violation]:
    gold, found = conversation.gold, conversation.attributes
    if gold is None:
        yield Violation("attributes", conversation.id, (), "an attribute that is not the product's is gone")
        return
    if not _undisturbed(conversation):
        return
    if _left_by_the_lead(conversation):
        counted["left by the lead"] += 1
        return
    counted["judged"] += 1
    expected: dict[str, object] = {"sdr_ia_status": gold.status}
    if gold.temperature:
        expected["sdr_ia_temperatura"] = gold.temperature
    if gold.score is not None:
        expected["sdr_ia_score"] = gold.score
    if gold.name:
        expected["sdr_ia_nome"] = gold.name
    for key, value in expected.items():
        if found.get(key) != value:
            yield Violation("attributes", conversation.id, (), f"{key} is {found.get(key)!r}, not {value!r}")
