"""`ports.PersonDirectory` over Chatwoot's sign-in and profile."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from sdr_common.chatwoot import ChatwootDenied, ChatwootHttp, ChatwootRefused, ChatwootUnavailable
from sdr_gateway.domain.access import Person, SignInRefused

T = TypeVar("T")


class _Membership(msgspec.Struct):
    id: int
    role: str = "agent"


class _User(msgspec.Struct):
    id: int
    name: str = ""
    available_name: str | None = None
    accounts: list[_Membership] = []


class _SignedIn(msgspec.Struct):
    data: _User | None = None
    mfa_required: bool = False


class ChatwootPeople:
    """Asks the account's own Chatwoot.

    Args:
        http: The process's connections to Chatwoot.
    """

    def __init__(self, http: ChatwootHttp) -> None:
        self._http = http

    async def by_password(self, chatwoot_url: str, email: str, password: str) -> Person:
        """See `ports.PersonDirectory`."""
        path, body = "/auth/sign_in", {"email": email, "password": password}
        try:
            answer = await self._http.send("POST", chatwoot_url, path, path, token=None, body=body)
        except (ChatwootDenied, ChatwootRefused) as error:
            raise SignInRefused("e-mail or password is wrong") from error
        signed_in = _read(answer, _SignedIn)
        if signed_in.mfa_required or signed_in.data is None:
            raise SignInRefused("this account has a second factor; sign in with the access token of your profile")
        return _person(signed_in.data)

    async def by_token(self, chatwoot_url: str, token: str) -> Person:
        """See `ports.PersonDirectory`."""
        path = "/api/v1/profile"
        try:
            answer = await self._http.send("GET", chatwoot_url, path, path, token=token)
        except (ChatwootDenied, ChatwootRefused) as error:
            raise SignInRefused("Chatwoot does not know this access token") from error
        return _person(_read(answer, _User))


def _read(answer: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.MsgspecError as error:
        raise ChatwootUnavailable(f"the answer cannot be read as {kind.__name__}") from error


def _person(user: _User) -> Person:
    return Person(user.id, user.available_name or user.name, {each.id: each.role for each in user.accounts})
