"""Messages that Chatwoot took and the channel refused: why, and what helps.

The words come from providers' error texts, which Chatwoot keeps in `external_error` and WAHA in a note; what none of
the patterns finds is unknown, and is tried again.
Source: WhatsApp Cloud API error codes; Chatwoot `lib/webhooks/trigger.rb` (net/http's messages); Telegram Bot API.
"""

from __future__ import annotations

import re
from enum import StrEnum

SHORTER = 900
"""Longest part, in UTF-16 units, of a message that was too long for its channel: below the least limit there is."""
_QUOTED = 300


class Refusal(StrEnum):
    """Why a channel refused; the value is what operators and closers read."""

    WINDOW = "a janela de resposta do canal fechou; fale com a pessoa por um modelo aprovado"
    TOO_LONG = "a mensagem era longa demais para o canal"
    RATE = "o limite de envios do canal foi atingido"
    NO_ACCOUNT = "o número não recebe mensagens neste canal; procure a pessoa por outro contato"
    BRIDGE = "a ponte do canal não respondeu"
    UNCERTAIN = "o canal não confirmou o envio: a mensagem pode ter chegado; confira antes de enviar de novo"
    UNKNOWN = "o canal recusou a mensagem sem dizer um motivo conhecido"
    OVERTAKEN = "o canal a recusou e a conversa já seguiu; reenviar agora a poria fora de ordem"


class Remedy(StrEnum):
    """What is done about it."""

    RESEND = "resend"
    """A new message under a new key."""
    SHORTEN = "shorten"
    """New, shorter messages."""
    NUDGE = "nudge"
    """The status is set back, at which the bridge sends the very message anew unless it did already."""
    GIVE_UP = "give_up"
    """Dead letter and note."""


_PATTERNS: tuple[tuple[Refusal, re.Pattern[str]], ...] = (
    (
        Refusal.WINDOW,
        re.compile(
            r"131047|re-?engagement|24[ -]?hours?|outside (of )?(the )?allowed window|2018278|template not found"
        ),
    ),
    (
        Refusal.TOO_LONG,
        re.compile(r"too long|length of param|exceeds? .{0,40}(length|characters)|at most \d+ characters"),
    ),
    (Refusal.RATE, re.compile(r"131056|130429|131048|80007|\b429\b|rate.?limit|too many|flood")),
    (
        Refusal.NO_ACCOUNT,
        re.compile(
            r"131026|undeliverable|not (on|registered (on|with)|a valid) whatsapp|no account|numberexists"
            r"|chat not found|bot was blocked|no lid for user"
        ),
    ),
    (
        Refusal.BRIDGE,
        re.compile(r"failed to open tcp|econnrefused|connection refused|opentimeout|has no public ip|^[45]\d\d\b"),
    ),
    (Refusal.UNCERTAIN, re.compile(r"time.?out|timed out|etimedout|econnreset|connection reset|end of file")),
)
"""First that fits wins: a refused connection is no lost answer, although its words may hold "timeout"."""


def refusal_of(problem: str) -> Refusal:
    """Why, by the channel's own words."""
    text = problem.strip().lower()
    return next((refusal for refusal, pattern in _PATTERNS if pattern.search(text)), Refusal.UNKNOWN)


def remedy_for(refusal: Refusal, *, refusals: int, most: int, bridged: bool, nudged: bool, fresh: bool) -> Remedy:
    """What helps; never what could let the lead read it twice.

    Args:
        refusal: Why.
        refusals: How often it was refused, this one included.
        most: So often it is tried again.
        bridged: A bridge sends anew, without doubling, when the status is set back.
        nudged: It was handed to the bridge before: whether the bridge has it only the bridge knows.
        fresh: It is young enough to make sense to the lead.
    """
    if not fresh or refusals > most or refusal in {Refusal.WINDOW, Refusal.NO_ACCOUNT, Refusal.OVERTAKEN}:
        return Remedy.GIVE_UP
    if refusal in {Refusal.UNCERTAIN, Refusal.BRIDGE} or nudged:
        if bridged:
            return Remedy.NUDGE
        return Remedy.RESEND if refusal is Refusal.BRIDGE and not nudged else Remedy.GIVE_UP
    if refusal is Refusal.TOO_LONG:
        return Remedy.SHORTEN if refusals == 1 else Remedy.GIVE_UP
    return Remedy.RESEND


def pause_s(refusal: Refusal, refusals: int) -> float:
    """Seconds until the next attempt."""
    first_s = 60.0 if refusal is Refusal.RATE else 15.0
    return first_s * (1, 4, 16, 64)[min(refusals - 1, 3)]


def key_after(sdr_key: str, refusals: int) -> str:
    """The key under which a refused message goes out anew: `<delivery>/1~2` after two refusals."""
    return f"{sdr_key.split('~', maxsplit=1)[0]}~{refusals}"


def operator_detail(refusal: Refusal, refusals: int) -> str:
    """What an operator reads about it."""
    often = "" if refusals < 2 else f" ({refusals} vezes)"
    return f"não chegou ao lead{often}: {refusal.value}"


def closer_note(refusal: Refusal, text: str) -> str:
    """The private note that tells the closer."""
    words = " ".join(text.replace("\u2060", "").split())
    quoted = words if len(words) <= _QUOTED else words[: _QUOTED - 1] + "…"
    return f"📵 **Uma mensagem da assistente não chegou ao lead**\nMotivo: {refusal.value}.\n\nO texto era:\n> {quoted}"
