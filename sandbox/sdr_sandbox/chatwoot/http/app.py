"""Puts the emulated Chatwoot together as a web application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sdr_sandbox.chatwoot.core import SandboxChatwoot
from sdr_sandbox.chatwoot.http import (
    catalog_api,
    channels_api,
    contacts_api,
    conversations_api,
    messages_api,
    people_api,
    public_api,
    session_api,
)
from sdr_sandbox.chatwoot.http.call import ApiRoute
from sdr_sandbox.chatwoot.http.endpoint import Endpoint
from sdr_sandbox.chatwoot.http.files import Files
from sdr_sandbox.chatwoot.http.sandbox_api import SandboxApi
from sdr_sandbox.chatwoot.http.server_state import ServerState
from sdr_sandbox.chatwoot.settings import ChatwootSettings
from sdr_sandbox.chatwoot.snapshot import Snapshots

_MODULES = (
    *(messages_api, conversations_api, public_api, contacts_api),
    *(people_api, channels_api, catalog_api, session_api),
)
API_ROUTES: list[ApiRoute] = [route for module in _MODULES for route in module.ROUTES]
"""Every API route, those asked most often first."""


async def _internal_server_error(_request: Request, _error: Exception) -> Response:
    return Response('{"status":500,"error":"Internal Server Error"}', 500, media_type="application/json")


async def _not_found(_request: Request, _error: Exception) -> Response:
    return Response('{"status":404,"error":"Not Found"}', 404, media_type="application/json")


def create_app(settings: ChatwootSettings, core: SandboxChatwoot | None = None) -> Starlette:
    """Build the application.

    Args:
        settings: limits, token, identifier and where the snapshot lies.
        core: the state machine to serve; by default a new one, restored from the snapshot if there is one.

    Returns:
        The application; `app.state.server` is its `ServerState`, `app.state.server.core` the state machine.
    """
    snapshots = Snapshots(settings)
    core = core or SandboxChatwoot(settings, state=snapshots.load())
    server = ServerState(core)
    routes: list[BaseRoute] = [*SandboxApi(server).routes(), *Files(server).routes()]
    routes += [Route(route.path, Endpoint(route, server).__call__, methods=[route.method]) for route in API_ROUTES]
    handlers = {Exception: _internal_server_error, 404: _not_found}
    app = Starlette(routes=routes, lifespan=_lifespan(server, snapshots), exception_handlers=handlers)
    app.state.server = server
    return app


def _lifespan(server: ServerState, snapshots: Snapshots) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_app: Starlette) -> AsyncIterator[None]:
        await server.deliveries.start()
        server.channel.start()
        try:
            async with snapshots.keeping(server.core):
                yield
        finally:
            server.streams.close()
            await server.channel.stop()
            await server.deliveries.stop()

    return run
