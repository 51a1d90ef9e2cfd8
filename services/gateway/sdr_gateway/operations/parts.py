"""The parts of an account's settings that other services keep: read, put, and refused in one way."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.gateway.v1 import gateway_pb2 as gateway
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.routing.v1 import routing_pb2 as routing
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr_common.account_settings import StoredSettings
from sdr_common.errors import AccountNotFound
from sdr_common.grpc_errors import RemoteError
from sdr_gateway.domain.errors import CallFailed, ServiceAway
from sdr_gateway.operations.requests import derived_id
from sdr_gateway.ports import Dialogue, Reporting, Routing, Scoring

A = TypeVar("A")

PARTS: Final = ("dialogue", "scoring", "routing")
"""Whose settings stand in an account's document; reporting keeps its clinic alone."""


class Put(Protocol):
    """What every part's answer to PutSettings says."""

    version: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Services:
    """The services that keep a part of an account; reporting may be absent."""

    dialogue: Dialogue
    scoring: Scoring
    routing: Routing
    reporting: Reporting | None

    @property
    def with_parts(self) -> tuple[str, ...]:
        """Who keeps a part, in the order in which they are asked."""
        return PARTS if self.reporting is None else (*PARTS, "reporting")


@dataclass(frozen=True, slots=True)
class WholeDocument:
    """An account's document with the version of each part."""

    document: gateway.AccountDocument
    versions: dict[str, int]


async def read_parts(
    services: Services, account_id: int, own: StoredSettings[gateway.GatewaySettings]
) -> WholeDocument:
    """All parts in force.

    Args:
        services: Who keeps them.
        account_id: Whose.
        own: The gateway's part.

    Raises:
        AccountNotFound: a service does not know the account.
        ServiceAway: a service does not answer.
        CallFailed: a service failed.
    """
    talk = await answered(
        "dialogue", services.dialogue.get_settings(dialogue.GetSettingsRequest(account_id=account_id))
    )
    score = await answered("scoring", services.scoring.get_settings(scoring.GetSettingsRequest(account_id=account_id)))
    route = await answered("routing", services.routing.get_settings(routing.GetSettingsRequest(account_id=account_id)))
    document = gateway.AccountDocument(
        clinic=own.clinic,
        dialogue=talk.settings,
        scoring=score.settings,
        routing=route.settings,
        gateway=own.settings,
    )
    versions = {"gateway": own.version, "dialogue": talk.version, "scoring": score.version, "routing": route.version}
    return WholeDocument(document, versions)


async def put_part(
    services: Services,
    part: str,
    document: gateway.AccountDocument,
    *,
    account_id: int,
    request_id: str,
    dry_run: bool,
) -> Put:
    """Gives a service its part.

    Args:
        services: Who keeps them.
        part: One of `services.with_parts`.
        document: The whole.
        account_id: Whose.
        request_id: Of the call that changes the document; the service's own follows from it.
        dry_run: Only asks whether the service would take it.

    Raises:
        RemoteError: the service refused, failed or did not answer.
    """
    own_id, clinic = derived_id(request_id, f"{part}/check" if dry_run else part), document.clinic
    if part == "dialogue":
        return await services.dialogue.put_settings(
            dialogue.PutSettingsRequest(
                request_id=own_id, account_id=account_id, clinic=clinic, settings=document.dialogue, dry_run=dry_run
            )
        )
    if part == "scoring":
        return await services.scoring.put_settings(
            scoring.PutSettingsRequest(
                request_id=own_id, account_id=account_id, clinic=clinic, settings=document.scoring, dry_run=dry_run
            )
        )
    if part == "routing":
        return await services.routing.put_settings(
            routing.PutSettingsRequest(
                request_id=own_id, account_id=account_id, clinic=clinic, settings=document.routing, dry_run=dry_run
            )
        )
    if services.reporting is None:
        raise LookupError(f"nobody keeps the part {part}")
    return await services.reporting.put_settings(
        reporting.PutSettingsRequest(request_id=own_id, account_id=account_id, clinic=clinic, dry_run=dry_run)
    )


async def answered(service: str, made: Awaitable[A]) -> A:
    """A service's answer.

    Raises:
        AccountNotFound: it does not know the account.
        ServiceAway: it does not answer.
        CallFailed: it failed.
    """
    try:
        return await made
    except RemoteError as error:
        raise failure_of(service, error) from error


def failure_of(service: str, error: RemoteError) -> AccountNotFound | ServiceAway | CallFailed:
    """A service's error as one of ours."""
    if error.reason == "ACCOUNT_NOT_FOUND":
        return AccountNotFound(int(error.details.get("account_id", "0") or 0))
    if error.transient:
        return ServiceAway(service, error.message)
    return CallFailed(service, f"{error.reason}: {error.message}")
