"""Faults on request: what to get wrong, how often, and dice that fall the same way for the same seed."""

import random
import re
import secrets
from collections import Counter
from typing import Annotated, Literal, Self

from annotated_types import Ge, Le
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

Ratio = Annotated[float, Ge(0), Le(1)]
Milliseconds = Annotated[float, Ge(0)]
Fault = Literal["error_after_save", "timeout", "late_save", "reject_429", "error_before_save"]


class MessageCreateFaults(BaseModel):
    """What may go wrong when a client creates a message; the ratios exclude each other and add up to at most 1."""

    model_config = ConfigDict(extra="forbid")

    error_after_save_ratio: Ratio = 0.0
    """Saved, then answered 500."""
    timeout_ratio: Ratio = 0.0
    """Saved, then never answered."""
    late_save_ratio: Ratio = 0.0
    """Not answered; saved only after the client has given up."""
    late_save_delay_s: Annotated[float, Ge(0)] = 3.0
    """Seconds between the client giving up and the late save."""
    reject_429_ratio: Ratio = 0.0
    """Not saved, answered 429."""
    error_before_save_ratio: Ratio = 0.0
    """Not saved, answered 500."""
    hang_limit_s: Annotated[float, Ge(0)] = 120.0
    """After how many seconds without an answer the server itself lets go."""

    @model_validator(mode="after")
    def _ratios_fit(self) -> Self:
        total = sum(ratio for _, ratio in self.thresholds())
        if total > 1.000001:
            raise ValueError(f"the ratios of message_create add up to {total:g}, more than 1")
        return self

    def thresholds(self) -> list[tuple[Fault, float]]:
        """The faults with their ratios, in the order in which the dice are read."""
        return [
            ("error_after_save", self.error_after_save_ratio),
            ("timeout", self.timeout_ratio),
            ("late_save", self.late_save_ratio),
            ("reject_429", self.reject_429_ratio),
            ("error_before_save", self.error_before_save_ratio),
        ]


class ChannelFaults(BaseModel):
    """What a channel does with messages that Chatwoot took: it may refuse them afterwards."""

    model_config = ConfigDict(extra="forbid")

    refuse_ratio: Ratio = 0.0
    """Share of public outgoing messages that never reach the lead."""
    problem: Annotated[str, Field(max_length=1000)] = "Net::ReadTimeout with #<TCPSocket:(closed)>"
    """The channel's own words: `external_error`, or the last lines of WAHA's note."""
    shape: Literal["status", "waha_note"] = "status"
    """status: the message becomes `failed`. waha_note: it stays `sent`, and a private note that answers to it tells."""
    after_ms: Milliseconds = 20.0
    """How long the channel takes to refuse."""


class Misbehaviour(BaseModel):
    """Everything that can be made to go wrong; the default is nothing."""

    model_config = ConfigDict(extra="forbid")

    seed: int = Field(default_factory=lambda: secrets.randbelow(2**31))
    """Equal seeds and equal traffic give equal faults. Random if not given."""
    path_filter: str | None = None
    """Regular expression: only requests whose path it finds are affected (webhooks always are)."""
    webhook_drop_ratio: Ratio = 0.0
    webhook_duplicate_ratio: Ratio = 0.0
    webhook_delay_ms: tuple[Milliseconds, Milliseconds] = (0.0, 0.0)
    """Least and greatest extra delay."""
    webhook_delay_ratio: Ratio = Field(default=0.0, validation_alias=AliasChoices("webhook_delay_ratio", "delay_ratio"))
    """Share of deliveries that are delayed."""
    webhook_reorder: bool = False
    """Holds every delivery for a random part of `webhook_reorder_window_ms`."""
    webhook_reorder_window_ms: Milliseconds = 300.0
    message_create: MessageCreateFaults = MessageCreateFaults()
    channel: ChannelFaults = ChannelFaults()
    all_requests_latency_ms: tuple[Milliseconds, Milliseconds] = (0.0, 0.0)
    """Least and greatest wait before an API request is handled; one number means both."""
    down: Literal["no", "503", "reset"] = "no"
    """503: every API request is refused; reset: its connection is cut. `true` means 503."""

    @field_validator("all_requests_latency_ms", "webhook_delay_ms", mode="before")
    @classmethod
    def _one_number_is_both(cls, value: object) -> object:
        return (value, value) if isinstance(value, int | float) else value

    @field_validator("down", mode="before")
    @classmethod
    def _yes_is_503(cls, value: object) -> object:
        if isinstance(value, bool):
            return "503" if value else "no"
        return str(value)

    @field_validator("path_filter")
    @classmethod
    def _filter_compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"path_filter is no regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        for name in ("webhook_delay_ms", "all_requests_latency_ms"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: the least value {low:g} is above the greatest {high:g}")
        return self

    def concerns(self, path: str) -> bool:
        """Whether a request to `path` is affected."""
        return self.path_filter is None or re.search(self.path_filter, path) is not None


class Dice:
    """Reproducible chance: what falls depends on seed, stream, key and how often that key was asked before.

    Concurrency therefore does not change who is hit, as long as keys name what happens and not when.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._asked: Counter[tuple[str, str]] = Counter()

    def roll(self, stream: str, key: str) -> random.Random:
        """A generator for one decision."""
        number = self._asked[stream, key]
        self._asked[stream, key] += 1
        return random.Random(f"{self._seed}|{stream}|{key}|{number}")  # noqa: S311 - faults, not secrets


class Faults:
    """The misbehaviour in force and its dice."""

    def __init__(self) -> None:
        self.set(Misbehaviour())

    def set(self, misbehaviour: Misbehaviour) -> None:
        """Put a misbehaviour in force, with fresh dice."""
        self.misbehaviour = misbehaviour
        self._dice = Dice(misbehaviour.seed)

    def for_message_create(self, path: str, key: str) -> Fault | None:
        """What goes wrong with the creation of the message that `key` names, if anything."""
        if not self.misbehaviour.concerns(path):
            return None
        thresholds = self.misbehaviour.message_create.thresholds()
        if not any(ratio for _, ratio in thresholds):
            return None
        drawn = self._dice.roll("message_create", key).random()
        for fault, ratio in thresholds:
            if drawn < ratio:
                return fault
            drawn -= ratio
        return None

    def latency_s(self, path: str) -> float:
        """How long an API request waits before it is handled."""
        low, high = self.misbehaviour.all_requests_latency_ms
        if high <= 0 or not self.misbehaviour.concerns(path):
            return 0.0
        return self._dice.roll("latency", path).uniform(low, high) / 1000

    def for_channel(self, path: str, key: str) -> ChannelFaults | None:
        """How the channel refuses the message that `key` names, sent by `path`; None: it takes it."""
        wanted = self.misbehaviour.channel
        if (
            not wanted.refuse_ratio
            or not self.misbehaviour.concerns(path)
            or self._dice.roll("channel", key).random() >= wanted.refuse_ratio
        ):
            return None
        return wanted

    def for_webhook(self, key: str) -> "WebhookFault":
        """What goes wrong with the delivery that `key` names."""
        wanted = self.misbehaviour
        dice = self._dice.roll("webhook", key)
        dropped, duplicated, delayed = dice.random(), dice.random(), dice.random()
        delay_ms = dice.uniform(*wanted.webhook_delay_ms) if delayed < wanted.webhook_delay_ratio else 0.0
        if wanted.webhook_reorder:
            delay_ms += dice.uniform(0, wanted.webhook_reorder_window_ms)
        return WebhookFault(
            dropped=dropped < wanted.webhook_drop_ratio,
            duplicated=duplicated < wanted.webhook_duplicate_ratio,
            delay_s=delay_ms / 1000,
        )


class WebhookFault(BaseModel):
    """What goes wrong with one delivery."""

    model_config = ConfigDict(frozen=True)

    dropped: bool
    duplicated: bool
    delay_s: float
