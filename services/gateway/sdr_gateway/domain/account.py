"""An account that is connected to its Chatwoot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdr_gateway.domain.hours import BusinessHours
from sdr_gateway.domain.wakes import DEFAULT_RULES, ConversationRules


@dataclass(frozen=True, slots=True)
class Account:
    """What the webhook door and the sweep need of an account; secrets never show in a repr."""

    account_id: int
    """Our tenant id."""
    chatwoot_url: str
    chatwoot_account_id: int
    """Chatwoot's own account id."""
    connected_at: float
    """Seconds since 1970; messages older than this are context and never answered."""
    webhook_secret: str | None = field(repr=False)
    """None: this Chatwoot does not sign, the path secret stands in."""
    path_secret: str = field(repr=False)
    admin_token: str = field(repr=False)
    idle_s: float = 2.0
    """Silence that ends a burst."""
    cap_s: float = 8.0
    """Longest wait after a burst's first message."""
    answers_within: BusinessHours | None = None
    """The bot answers only then; None: always."""
    forgotten: Mapping[int, float] = field(default_factory=dict)
    """Contacts that asked to be forgotten, with the instant (seconds since 1970) up to which nothing comes back."""
    rules: ConversationRules = DEFAULT_RULES
    """What happens in conversations that nobody writes in."""


def signs_webhooks(version: str) -> bool:
    """Whether a Chatwoot of this version signs its account webhooks: 4.11.2 and newer do.

    A version that cannot be read counts as new: the connection then fails visibly for want of a secret.
    """
    numbers = version.split("-", maxsplit=1)[0].removeprefix("v").split(".")
    try:
        return tuple(int(number) for number in numbers[:3]) >= (4, 11, 2)
    except ValueError:
        return True
