"""What a Chatwoot account needs before the product can work in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sdr_common.errors import InvalidField
from sdr_common.lead import Behaviour, FunnelStage, LeadStatus, NextStep, Temperature, UrgencyLevel
from sdr_routing.domain import attributes as keys
from sdr_routing.domain.labels import color_of

_SIGNED_SINCE = (4, 11, 2)
_TYPING_SINCE = (4, 2, 0)
_TYPING = frozenset({"conversation_typing_on", "conversation_typing_off"})
_SUBSCRIPTIONS = (
    "message_created",
    "message_updated",
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "conversation_typing_on",
    "conversation_typing_off",
    "contact_updated",
)
_ANSWERED_CHANNELS = frozenset({"Channel::Api", "Channel::Whatsapp"})
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """One contact attribute as agents see it."""

    key: str
    display_name: str
    display_type: str
    """text, number, date or list."""
    values: tuple[str, ...] = ()
    """The choices of a list."""


ATTRIBUTES = (
    AttributeDefinition(keys.STATUS, "SDR: status", "list", tuple(LeadStatus)),
    AttributeDefinition(keys.PROGRESS, "SDR: progresso", "text"),
    AttributeDefinition(keys.TEMPERATURE, "SDR: temperatura", "list", tuple(Temperature)),
    AttributeDefinition(keys.SCORE, "SDR: pontuação (0 a 130)", "number"),
    AttributeDefinition("sdr_ia_nome", "SDR: nome", "text"),
    AttributeDefinition("sdr_ia_interesse", "SDR: interesse", "text"),
    AttributeDefinition("sdr_ia_urgencia", "SDR: urgência", "text"),
    AttributeDefinition("sdr_ia_conhecimento", "SDR: conhecimento", "text"),
    AttributeDefinition("sdr_ia_motivacao", "SDR: motivação", "text"),
    AttributeDefinition("sdr_ia_localizacao", "SDR: localização", "text"),
    AttributeDefinition(keys.BEHAVIOUR, "SDR: comportamento", "list", tuple(Behaviour)),
    AttributeDefinition(keys.SUMMARY, "SDR: resumo", "text"),
    AttributeDefinition(keys.NEXT_STEP, "SDR: próximo passo", "list", tuple(NextStep)),
    AttributeDefinition(keys.ATTEMPTS, "SDR: tentativas por pergunta", "text"),
    AttributeDefinition(keys.STARTED_AT, "SDR: qualificação iniciada em", "date"),
    AttributeDefinition(keys.QUALIFIED_AT, "SDR: qualificado em", "date"),
    AttributeDefinition(keys.FUNNEL_STAGE, "Estágio do funil", "list", tuple(FunnelStage)),
)
"""Every attribute that the product writes."""

LABELS = tuple(
    (label, color_of(label))
    for label in (
        *(f"temperatura-{temperature.value}" for temperature in Temperature),
        *(f"urgencia-{level.value}" for level in UrgencyLevel),
        *(f"comportamento-{behaviour.value}" for behaviour in Behaviour),
    )
)
"""Labels with their colours; `procedimento-…` ones are defined when first needed."""


def subscriptions(version: str) -> tuple[str, ...]:
    """The events that a Chatwoot of this version can tell and that we use."""
    if parsed(version) >= _TYPING_SINCE:
        return _SUBSCRIPTIONS
    return tuple(name for name in _SUBSCRIPTIONS if name not in _TYPING)


def signs_webhooks(version: str) -> bool:
    """Whether a Chatwoot of this version signs its webhooks."""
    return parsed(version) >= _SIGNED_SINCE


def parsed(version: str) -> tuple[int, ...]:
    """The numbers of a version: "4.15.1-ce" is (4, 15, 1)."""
    return tuple(int(number) for number in _NUMBER.findall(version)[:3])


def answers_channel(channel_type: str) -> bool:
    """Whether an inbox of this type gets the bot without being named."""
    return channel_type in _ANSWERED_CHANNELS


def checked_url(url: str) -> str:
    """Chatwoot's address as scheme, host and port.

    An administrator gives it, so private hosts are allowed; anything but a plain http or https origin is not.

    Raises:
        InvalidField: another scheme, no host, credentials, a path, a query or a fragment in it.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise InvalidField("chatwoot_url", "not an address") from None
    if parts.scheme not in {"http", "https"}:
        raise InvalidField("chatwoot_url", "must begin with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise InvalidField("chatwoot_url", "must not hold credentials")
    if not parts.hostname:
        raise InvalidField("chatwoot_url", "must name a host")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidField("chatwoot_url", "must have no path, query or fragment")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
