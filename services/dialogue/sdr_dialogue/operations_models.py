"""An account's own keys for language models: kept sealed, told by their last four characters, tried, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from sdr_common import audit
from sdr_common.address_guard import AddressGuard
from sdr_common.errors import AccountNotFound
from sdr_common.idempotency import Idempotency, Once
from sdr_common.postgres import Connection, Pool, connection
from sdr_common.secret_box import SecretBox
from sdr_dialogue.domain.errors import SecretsUnavailable
from sdr_dialogue.domain.model_keys import KeptKey, KeyChoice, Trial, Tried, check_choice, last_four
from sdr_dialogue.domain.models import Provider
from sdr_dialogue.ports import AccountSettingsSource, ModelKeys

A = TypeVar("A", bound=Message)


class KeyTrier(Protocol):
    """Asks a provider for a word."""

    async def __call__(self, choice: KeyChoice) -> Tried:
        """What comes of it; never raises for what a provider does."""
        ...


class ModelKeyWork:
    """The use cases.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating calls.
        keys: Keeps them.
        settings: Knows the accounts.
        box: Seals; None: this installation has no key to seal with.
        guard: Says whom we may connect to.
        trier: Tries a key.
        forget: Makes the next turn see keys that were just committed.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        keys: ModelKeys,
        settings: AccountSettingsSource,
        box: SecretBox | None,
        guard: AddressGuard,
        trier: KeyTrier,
        forget: Callable[[int], None],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._keys = keys
        self._settings = settings
        self._box = box
        self._guard = guard
        self._trier = trier
        self._forget = forget

    async def kept(self, account_id: int) -> dict[Provider, KeptKey]:
        """An account's keys, sealed.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        async with connection(self._pool) as conn:
            await self._known(conn, account_id)
            return await self._keys.find(conn, account_id)

    async def put(self, account_id: int, choice: KeyChoice, request_id: str, once: Once[KeptKey, A]) -> A:
        """Keeps a key. A kept one stays where none is given, but never goes to another address than it was given for.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidField: the address is none, or not allowed; or a key is needed.
            SecretsUnavailable: this installation can keep no secret.
            RequestIdReused: the id came before with another input.
        """
        if choice.base_url:
            await self._guard.check("base_url", choice.base_url)
        if choice.api_key and self._box is None:
            raise SecretsUnavailable("api_key")
        sealed = self._box.seal(choice.api_key) if self._box is not None and choice.api_key else None

        async def work(conn: Connection) -> A:
            await self._known(conn, account_id)
            before = (await self._keys.find(conn, account_id)).get(choice.provider)
            stays = before if before is not None and before.base_url == choice.base_url else None
            check_choice(choice, kept_key=stays is not None and stays.sealed is not None)
            key = KeptKey(
                choice.provider, sealed, last_four(choice.api_key), choice.base_url, choice.model, choice.analysis_model
            )
            if sealed is None and stays is not None:
                key = replace(key, sealed=stays.sealed, last_four=stays.last_four)
            await self._keys.put(conn, account_id, key)
            await audit.note(
                conn,
                "put_model_key",
                account_id,
                request_id=request_id,
                detail={"provider": choice.provider.value, "new_key": sealed is not None, "model": choice.model},
            )
            return once.answer((await self._keys.find(conn, account_id))[choice.provider])

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._forget(account_id)
        return answer

    async def delete(self, account_id: int, provider: Provider, request_id: str, once: Once[None, A]) -> A:
        """Forgets a key; that there is none changes nothing.

        Raises:
            AccountNotFound: the account was never set up here.
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            await self._known(conn, account_id)
            if await self._keys.delete(conn, account_id, provider):
                await audit.note(
                    conn, "delete_model_key", account_id, request_id=request_id, detail={"provider": provider.value}
                )
            return once.answer(None)

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._forget(account_id)
        return answer

    async def attempt(self, account_id: int, choice: KeyChoice) -> Tried:
        """Tries a key that is given, or the kept one where its address stays.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidField: an address for a provider that has one place alone.
        """
        kept = (await self.kept(account_id)).get(choice.provider)
        stays = kept is not None and kept.base_url == choice.base_url
        if not choice.api_key and kept is not None and stays and kept.sealed is not None and self._box is not None:
            choice = replace(choice, api_key=self._box.open(kept.sealed))
        if not (choice.api_key or choice.base_url):
            return Tried(Trial.NO_KEY)
        check_choice(choice, kept_key=False)
        return await self._trier(choice)

    async def _known(self, conn: Connection, account_id: int) -> None:
        if await self._settings.find(conn, account_id, 0) is None:
            raise AccountNotFound(account_id)
