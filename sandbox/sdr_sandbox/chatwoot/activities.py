"""The sentences that Chatwoot writes into a conversation when its status, owner or labels change (pt-BR)."""

_STATUS = {
    "open": "A conversa foi reaberta por {name}",
    "resolved": "A conversa foi marcada como resolvida por {name}",
    "pending": "A conversa foi marcada como pendente por {name}",
    "snoozed": "A conversa foi adiada por {name}",
}
_STATUS_BY_SYSTEM = {
    "open": "O sistema reabriu a conversa devido a uma nova mensagem recebida.",
    "resolved": "A conversa foi marcada como resolvida pelo sistema",
    "pending": "A conversa foi marcada como pendente pelo sistema",
    "snoozed": "A conversa foi adiada pelo sistema",
}
_PRIORITIES = {"low": "baixa", "medium": "média", "high": "alta", "urgent": "urgente"}
BOT_FAILED = "A conversa foi marcada como aberta pelo sistema devido a um erro com o bot"


def status_changed(status: str, actor: str | None) -> str:
    """Who moved the conversation to `status`."""
    return _STATUS[status].format(name=actor) if actor else _STATUS_BY_SYSTEM[status]


def assigned(assignee: str | None, actor: str | None) -> str:
    """Who gave the conversation to whom; `assignee` None means that it was taken away."""
    if assignee is None:
        return f"Conversa desatribuída por {actor or 'sistema'}"
    if assignee == actor:
        return f"{actor} atribuiu a conversa a si mesmo"
    return f"Atribuído a {assignee} por {actor or 'sistema'}"


def team_assigned(team: str | None, previous: str | None, actor: str | None) -> str:
    """Which team got or lost the conversation."""
    if team is None:
        return f"Desatribuído de {previous or 'equipe'} por {actor or 'sistema'}"
    return f"Atribuído a {team} por {actor or 'sistema'}"


def labels_changed(added: list[str], removed: list[str], actor: str) -> list[str]:
    """One sentence for the labels added, one for those removed."""
    sentences = []
    if added:
        sentences.append(f"{actor} adicionou {', '.join(added)}")
    if removed:
        sentences.append(f"{actor} removeu {', '.join(removed)}")
    return sentences


def priority_changed(previous: str | None, current: str | None, actor: str | None) -> str:
    """How the priority changed."""
    who = actor or "O sistema"
    if current is None:
        return f"{who} removeu a prioridade"
    if previous is None:
        return f"{who} definiu a prioridade como {_PRIORITIES[current]}"
    return f"{who} alterou a prioridade de {_PRIORITIES[previous]} para {_PRIORITIES[current]}"
