"""What happened in a conversation, told to operators in one sentence each, and why the bot did (not) answer. Pure.

Sentences are Portuguese and hold ids, times and reasons, never what anybody said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdr_gateway.domain.conversation import ConversationState, PauseCause, Phase
from sdr_gateway.domain.event import IgnoredReason, SignalKind
from sdr_gateway.domain.turn import Outcome

OUTCOMES = {
    Outcome.ANSWERED: "o bot respondeu",
    Outcome.QUALIFIED: "a qualificação terminou e o lead foi encaminhado",
    Outcome.ESCALATED: "um humano foi chamado",
    Outcome.OPTED_OUT: "o bot ficou calado: o lead pediu silêncio",
    Outcome.PAUSED: "o bot ficou calado: um humano assumiu a conversa",
    Outcome.HANDED_OFF: "o bot ficou calado: o lead já foi entregue à equipe",
    Outcome.NOT_PENDING: "o bot ficou calado: a conversa não está pendente no Chatwoot",
    Outcome.NOTHING_NEW: "o bot ficou calado: nada novo para responder (já respondido por alguém, ou antigo demais)",
    Outcome.OBSERVED: "nada a responder: não havia mensagem nova do lead",
    Outcome.NUDGED: "o bot lembrou o lead da pergunta em aberto",
    Outcome.ABANDONED: "o lead não voltou: foi avaliado com o que se sabia",
    Outcome.RETURNED: "a conversa voltou para o bot",
    Outcome.POISON: "o turno falhou vezes demais e um humano foi chamado",
}
"""How a turn ended, after "Turno N: "."""
_OUTCOMES = {
    **{outcome.value: how for outcome, how in OUTCOMES.items()},
    "empty": "as mensagens do turno foram apagadas a pedido do lead",
}
RECEIVED = {
    SignalKind.LEAD_MESSAGE: "mensagem do lead",
    SignalKind.HUMAN_MESSAGE: "mensagem de um atendente",
    SignalKind.BOT_LINE: "a nossa própria mensagem, vista no Chatwoot,",
    SignalKind.EDITED: "edição de uma mensagem",
    SignalKind.DELETED: "exclusão de uma mensagem",
    SignalKind.REFUSED: "recusa do canal para uma mensagem nossa",
    SignalKind.SNAPSHOT: "mudança de status ou de responsável",
    SignalKind.RESUME: "devolução da conversa ao bot",
}
"""What came in, before "chegou…"."""
_RECEIVED = {kind.value: what for kind, what in RECEIVED.items()}
IGNORED = {
    IgnoredReason.GROUP: "é de um grupo",
    IgnoredReason.BROADCAST: "é de uma lista de transmissão ou canal",
    IgnoredReason.WHATSAPP_INTEGRATION: "é da conversa de serviço do WAHA",
    IgnoredReason.BLOCKED_CONTACT: "o contato está bloqueado",
    IgnoredReason.OTHER_BOT: "é de outro bot",
    IgnoredReason.AUTOMATION: "é de uma automação do Chatwoot",
    IgnoredReason.PRIVATE_NOTE: "é uma nota privada",
    IgnoredReason.TEMPLATE: "é um modelo enviado pelo Chatwoot",
    IgnoredReason.DELETED: "a mensagem já estava apagada",
    IgnoredReason.REACTION: "é uma reação",
    IgnoredReason.EMPTY: "a mensagem está vazia",
    IgnoredReason.IMPORTED_HISTORY: "é de antes da conexão ou foi importada",
    IgnoredReason.SEND_FAILED: "o canal recusou uma mensagem que não é nossa",
    IgnoredReason.FORGOTTEN: "é de antes de o lead pedir para ser esquecido",
}
"""Why what named a conversation was not kept. Reasons that are not here are of no use to this question, or too
frequent to be kept: they are only counted."""
REPEATED = "repeated"
"""The reason of an event that came again."""
_REASONS = {**{reason.value: why for reason, why in IGNORED.items()}, REPEATED: "já tinha chegado antes"}
_WRITES = {
    "attributes": "atributos do contato",
    "labels": "etiquetas",
    "team": "time",
    "closer": "closer",
    "note": "nota",
    "message": "mensagem ao lead",
    "status": "status da conversa",
}
_STATES = {"pending": "esperando", "done": "feito", "dropped": "deixado de lado", "dead": "falhou"}
_PAUSES = {PauseCause.HUMAN_MESSAGE: "um atendente escreveu", PauseCause.ASSIGNMENT: "um atendente foi designado"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened."""

    at: float
    """Seconds since 1970."""
    what: str
    """A word of `TimelineItem.what`."""
    text: str
    turn: int = 0
    reason: str = ""
    message_ids: tuple[int, ...] = ()
    delivery_id: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry of the mailbox, without what was said."""

    kind: str
    """A word of `SignalKind`."""
    ext: int
    arrived_at: float
    swept: bool
    trace_id: str
    stirring: bool = True
    """It starts a turn; what does not is taken along."""


@dataclass(frozen=True, slots=True)
class Setback:
    """Something that happened to a turn before its end."""

    what: str
    """superseded or put_back."""
    at: float
    turn: int
    """Its number then."""
    reason: str = ""
    counted: bool = False


@dataclass(frozen=True, slots=True)
class SeenTurn:
    """A turn of the mailbox."""

    turn: int
    entries: tuple[SeenEntry, ...]
    setbacks: tuple[Setback, ...]
    attempt: int
    woken_for: str
    outcome: str = ""
    """Empty: it is open."""
    closed_at: float = 0.0
    held: bool = False
    """Open, and somebody works on it now."""
    retry_at: float = 0.0
    """Open: when it is taken up at the latest."""


def trace_of(turn: SeenTurn) -> str:
    """The trace that a turn went on with: of the first message that started it; empty: it began one of its own."""
    ordered = sorted(turn.entries, key=lambda entry: not entry.stirring)
    return next((entry.trace_id for entry in ordered if entry.trace_id), "")


def turn_items(turn: SeenTurn) -> list[Item]:
    """What is known of a turn from its own mailbox."""
    items = [_received(entry, turn.turn) for entry in turn.entries]
    items += [_setback(setback, turn.turn) for setback in turn.setbacks]
    if turn.outcome:
        why = _outcome(turn.outcome)
        tries = f" na tentativa {turn.attempt}" if turn.attempt > 1 else ""
        woken = f" (acordado: {turn.woken_for})" if turn.woken_for else ""
        text = f"Turno {turn.turn}{woken}: {why}{tries}."
        items.append(Item(turn.closed_at, "ended", text, turn.turn, turn.outcome, trace_id=trace_of(turn)))
    return items


def waiting_item(entry: SeenEntry) -> Item:
    """Something that no turn has taken yet."""
    item = _received(entry, 0)
    return Item(item.at, "waiting", item.text, 0, "", item.message_ids, trace_id=item.trace_id)


def ignored_item(reason: str, count: int, last_at: float, message_id: int) -> Item:
    """What was told and not kept."""
    why = _REASONS.get(reason, reason)
    times = f" ({count} vezes)" if count > 1 else ""
    named = (message_id,) if message_id else ()
    return Item(last_at, "ignored", f"Evento não aproveitado{times}: {why}.", 0, reason, named)


def write_text(kind: str, state: str, detail: str) -> str:
    """A write of a delivery."""
    why = f" ({detail})" if detail else ""
    return f"{_WRITES.get(kind, kind)}: {_STATES.get(state, state)}{why}."


def verdict(newest: SeenTurn | None, open_turn: SeenTurn | None, due_at: float | None, state: ConversationState) -> str:
    """Why the bot did or did not answer what came last.

    Args:
        newest: The turn that ended last; None: none ever did.
        open_turn: The one that is open; None: none.
        due_at: When what waits is taken, seconds since 1970; None: nothing waits.
        state: What is remembered of the conversation.
    """
    if open_turn is not None:
        return _open_verdict(open_turn)
    if due_at is not None:
        return "Há mensagens esperando o fim da rajada; o turno começa assim que o lead parar de escrever."
    if newest is None:
        return "Nada desta conversa virou turno: nem webhook nem varredura a trouxe, ou tudo foi ignorado (veja acima)."
    return f"Última decisão: {_outcome(newest.outcome)}.{_standing(state)}"


def failed_text(turn: int, attempt: int, reason: str) -> str:
    """A turn that failed too often."""
    why = f"; a última falha foi {reason}" if reason else ""
    return f"O turno {turn} falhou {max(attempt - 1, 1)} vezes e um humano foi chamado{why}."


def last_fault(setbacks: Sequence[Setback]) -> str:
    """The word of the latest fault; empty: none."""
    return next((setback.reason for setback in reversed(setbacks) if setback.what == "put_back"), "")


def _outcome(word: str) -> str:
    return _OUTCOMES.get(word, word)


def _standing(state: ConversationState) -> str:
    match state.phase:
        case Phase.PAUSED:
            return f" A conversa está pausada porque {_PAUSES.get(state.paused_by, 'um humano assumiu')}."
        case Phase.HANDED_OFF:
            return " A conversa está com a equipe."
        case Phase.OPTED_OUT:
            return " O lead pediu silêncio: o bot não fala mais com ele."
        case Phase.ACTIVE:
            if state.chatwoot_status and state.chatwoot_status != "pending":
                return f" No Chatwoot a conversa está {state.chatwoot_status}, e o bot só fala em conversas pendentes."
            return ""


def _open_verdict(turn: SeenTurn) -> str:
    if turn.held:
        return f"O turno {turn.turn} está em andamento agora (tentativa {turn.attempt})."
    reason = last_fault(turn.setbacks)
    return f"O turno {turn.turn} espera a próxima tentativa" + (f": {reason}." if reason else ".")


def _received(entry: SeenEntry, turn: int) -> Item:
    what = _RECEIVED.get(entry.kind, entry.kind)
    way = "foi achada pela varredura" if entry.swept else "chegou pelo webhook"
    # These are about the conversation, whose id they bear.
    named = () if entry.kind in {SignalKind.SNAPSHOT.value, SignalKind.RESUME.value} else (entry.ext,)
    if entry.kind == SignalKind.RESUME.value:
        way = "foi pedida por alguém da equipe"
    text = f"{what[:1].upper()}{what[1:]} {way}."
    return Item(entry.arrived_at, "received", text, turn, "", named, trace_id=entry.trace_id)


def _setback(setback: Setback, turn: int) -> Item:
    if setback.what == "superseded":
        text = f"Chegou coisa nova: o turno {setback.turn} recomeçou com tudo, antes de dizer algo."
        return Item(setback.at, "superseded", text, turn, "superseded")
    fault = "falhou" if setback.counted else "foi adiado, porque algo de que depende não respondeu"
    return Item(setback.at, "put_back", f"O turno {setback.turn} {fault}: {setback.reason}.", turn, setback.reason)
