"""Signing in and out, tokens of programs, and who makes a request.

A browser holds a cookie that no script can read, and sends the CSRF token that sign-in gave it with every change.
A program sends `Authorization: Bearer sdr_…`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from sdr.common.v1 import access_pb2
from sdr_common.source_gate import SourceGate
from sdr_gateway.domain.access import Scope, StoredSession, csrf_of, is_csrf_of
from sdr_gateway.http.limits import CallerLimits
from sdr_gateway.http.problem import Refusal, late
from sdr_gateway.http.who import Who
from sdr_gateway.operations.access import AccessWork

COOKIE = "sdr_session"
CSRF_HEADER = "X-CSRF-Token"
_EMBEDDED = re.compile(r"(^|&)embed=1(&|$)")
"""In the query of the page that signs in: it stands in Chatwoot's frame."""
_SAFE = {"GET", "HEAD", "OPTIONS"}
_ROLES = {"agent": access_pb2.ROLE_AGENT, "administrator": access_pb2.ROLE_ADMINISTRATOR}


class SignIn(BaseModel):
    """Credentials of an account's Chatwoot: e-mail and password, or an access token."""

    model_config = ConfigDict(extra="forbid")

    account_id: Annotated[int, Field(gt=0, lt=2**63)] = 1
    """Our tenant id."""
    email: Annotated[str, Field(max_length=254)] = ""
    password: Annotated[str, Field(max_length=200)] = ""
    access_token: Annotated[str, Field(max_length=200)] = ""
    """Of the person's Chatwoot profile; for people with a second factor, instead of e-mail and password."""


class Session(BaseModel):
    """Who is signed in."""

    account_id: int
    user_id: int
    """Chatwoot's."""
    name: str
    role: str
    """administrator or agent."""
    csrf_token: str
    """To be sent as X-CSRF-Token with every change."""
    chatwoot_page: str
    """The account in Chatwoot's own pages; `/conversations/{id}` behind it is a conversation."""


class NewToken(BaseModel):
    """Access for a program."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """What it is for, for people."""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=2)]
    """read: what an agent may; manage: what an administrator may."""


class Token(BaseModel):
    """A program's access, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    token_id: int
    name: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class SignedIn(BaseModel):
    """Somebody's session."""

    model_config = ConfigDict(from_attributes=True)

    session_id: str
    """Names it; opens nothing."""
    user_id: int
    user_name: str
    role: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    """When it ends if nothing more is asked."""
    is_own: bool
    """Whether it is the one that asks."""


class CreatedToken(BaseModel):
    """A token that was just created."""

    token_id: int
    secret: str
    """Shown this once; nobody can read it again."""


class Sessions:
    """Who makes a request.

    Args:
        work: Use cases of access.
        gate: Limits what one address may ask.
        limits: Limit what one caller may ask; None: nothing does.
        secure: Cookies travel over TLS only; False for a stack on loopback.
        deadline_s: What a person waits at most for an answer, Chatwoot's own part of a sign-in included.
    """

    def __init__(
        self,
        work: AccessWork,
        gate: SourceGate,
        *,
        secure: bool,
        limits: CallerLimits | None = None,
        deadline_s: float = 2.0,
    ) -> None:
        self._deadline_s = deadline_s
        self._work = work
        self._limits = limits
        self._gate = gate
        self._secure = secure

    async def identify(self, request: Request) -> Who:
        """Who makes a request, by cookie or token.

        Raises:
            Refusal: 401 nobody, 403 a change without the session's CSRF token.
            RateLimited: its address asked too much.
        """
        await self._gate.pass_or_raise(_source(request))
        who = await self._who(request)
        if self._limits is not None:
            await self._limits.take(request.scope, who)
        return who

    async def _who(self, request: Request) -> Who:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme:
            return await self._program(scheme, secret.strip())
        cookie, session = await self._session(request)
        if request.method not in _SAFE and not is_csrf_of(cookie, request.headers.get(CSRF_HEADER, "")):
            raise Refusal(403, f"a change needs the session's CSRF token in {CSRF_HEADER}")
        return Who(session.account_id, _ROLES[session.role], f"user {session.user_id}")

    async def lasts(self, request: Request) -> bool:
        """Whether whoever opened a long answer may still read on; prolongs nothing."""
        _, _, secret = request.headers.get("authorization", "").partition(" ")
        if secret:
            return await self._work.token(secret.strip()) is not None
        return await self._work.session(request.cookies.get(COOKIE, ""), used=False) is not None

    async def _program(self, scheme: str, secret: str) -> Who:
        token = await self._work.token(secret) if scheme.lower() == "bearer" and secret else None
        if token is None:
            raise Refusal(401, "this token is unknown or was revoked")
        role = access_pb2.ROLE_ADMINISTRATOR if Scope.MANAGE.value in token.scopes else access_pb2.ROLE_AGENT
        return Who(token.account_id, role, f"token {token.token_id}")

    async def _session(self, request: Request) -> tuple[str, StoredSession]:
        cookie = request.cookies.get(COOKIE, "")
        session = await self._work.session(cookie) if cookie else None
        if session is None:
            raise Refusal(401, "nobody is signed in; sign in anew")
        return cookie, session

    def routes(self) -> APIRouter:
        """Sign-in, sign-out, and the account's tokens."""
        router = APIRouter(prefix="/api/v1", tags=["access"], route_class=_in_time(self._deadline_s))
        self._session_routes(router)
        self._token_routes(router)
        return router

    def _session_routes(self, router: APIRouter) -> None:
        @router.post("/session", summary="Sign in with the account of one's Chatwoot")
        async def sign_in(given: Annotated[SignIn, Body()], request: Request, response: Response) -> Session:
            source = _source(request)
            await self._gate.pass_or_raise(source)
            if given.access_token:
                opened = await self._work.sign_in_by_token(given.account_id, given.access_token, source)
            else:
                opened = await self._work.sign_in(given.account_id, given.email, given.password, source)
            self._set_cookie(request, response, opened.secret)
            return await self._shown(given.account_id, opened.user_id, opened.user_name, opened.role, opened.secret)

        @router.get("/session", summary="Who is signed in")
        async def who(request: Request) -> Session:
            await self._gate.pass_or_raise(_source(request))
            cookie, found = await self._session(request)
            return await self._shown(found.account_id, found.user_id, found.user_name, found.role, cookie)

        @router.delete("/session", status_code=204, summary="Sign out, here or everywhere")
        async def sign_out(request: Request, everywhere: bool = False) -> Response:
            await self.identify(request)
            cookie, found = await self._session(request)
            await self._work.sign_out(cookie, found, everywhere=everywhere)
            response = Response(status_code=204)
            response.delete_cookie(COOKIE, path="/")
            return response

    async def _shown(self, account_id: int, user_id: int, name: str, role: str, secret: str) -> Session:
        return Session(
            account_id=account_id,
            user_id=user_id,
            name=name,
            role=role,
            csrf_token=csrf_of(secret),
            chatwoot_page=await self._work.chatwoot_page(account_id),
        )

    def _set_cookie(self, request: Request, response: Response, secret: str) -> None:
        """Sets the session's cookie; inside Chatwoot's frame as one that lives in that frame alone (CHIPS)."""
        response.set_cookie(COOKIE, secret, httponly=True, secure=self._secure, samesite="lax", path="/")
        if self._secure and _EMBEDDED.search(urlsplit(request.headers.get("referer", "")).query):
            # Lax cookies are not sent in a frame of another site. Writes need the CSRF token, and nobody else's
            # script can read an answer. Starlette knows `partitioned` from Python 3.14 on only.
            framed = f"{COOKIE}={secret}; HttpOnly; Path=/; SameSite=None; Secure; Partitioned"
            response.headers["set-cookie"] = framed

    def _token_routes(self, router: APIRouter) -> None:
        administrator = Depends(self._administrator)

        @router.get("/accounts/{account_id}/sessions", summary="Who is signed in")
        async def list_sessions(request: Request, who: Who = administrator) -> list[SignedIn]:
            found = await self._work.list_sessions(who.account_id, request.cookies.get(COOKIE, ""))
            return [SignedIn.model_validate(each) for each in found]

        @router.delete("/accounts/{account_id}/sessions/{session_id}", status_code=204, summary="Sign somebody out")
        async def end_session(
            session_id: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], who: Who = administrator
        ) -> None:
            if not await self._work.end_session(who.account_id, session_id, who.actor):
                raise HTTPException(404, "there is no such session in this account")

        @router.get("/accounts/{account_id}/tokens", summary="Programs that have access")
        async def list_tokens(who: Who = administrator) -> list[Token]:
            return [Token.model_validate(each) for each in await self._work.list_tokens(who.account_id)]

        @router.post("/accounts/{account_id}/tokens", status_code=201, summary="Give a program access")
        async def create_token(given: Annotated[NewToken, Body()], who: Who = administrator) -> CreatedToken:
            created = await self._work.create_token(who.account_id, given.name, given.scopes, who.actor)
            return CreatedToken(token_id=created.token_id, secret=created.secret)

        @router.delete(
            "/accounts/{account_id}/tokens/{token_id}", status_code=204, summary="Take a program's access away"
        )
        async def revoke_token(token_id: Annotated[int, Path(gt=0, lt=2**63)], who: Who = administrator) -> None:
            if not await self._work.revoke_token(who.account_id, token_id, who.actor):
                raise HTTPException(404, f"token {token_id} does not exist in this account")

    async def _administrator(self, request: Request, account_id: Annotated[int, Path(gt=0, lt=2**63)]) -> Who:
        who = await self.identify(request)
        if who.account_id != account_id:
            raise Refusal(404, "there is no such account, or you do not belong to it")
        if who.role < access_pb2.ROLE_ADMINISTRATOR:
            raise Refusal(403, "this needs the role administrator")
        return who


def _in_time(deadline_s: float) -> type[APIRoute]:
    """Routes that answer within a deadline, whatever stands behind them."""

    class InTime(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            inner = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    async with asyncio.timeout(deadline_s):
                        return await inner(request)
                except TimeoutError:
                    return late()

            return handler

    return InTime


def _source(request: Request) -> str:
    return request.client.host if request.client else ""
