"""Serves the two pages with their scripts and styles, and the attachments of messages."""

import html
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from sdr_sandbox.chatwoot.http.server_state import ServerState

PAGES = Path(__file__).parent.parent / "pages"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}
_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SECURITY = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


class Files:
    """Static pages and stored attachments."""

    def __init__(self, server: ServerState) -> None:
        self._server = server

    def routes(self) -> list[Route]:
        """Pages, their assets and attachments as Starlette routes."""
        return [
            Route("/", self._index),
            Route("/celular", self._phone),
            Route("/inbox", self._inbox),
            Route("/sandbox/assets/{name}", self._asset),
            Route("/rails/active_storage/blobs/redirect/{attachment_id:int}/{filename}", self._redirect),
            Route("/rails/active_storage/disk/{attachment_id:int}/{filename}", self._blob),
        ]

    async def _index(self, _request: Request) -> Response:
        return FileResponse(PAGES / "index.html", headers=_SECURITY)

    async def _inbox(self, _request: Request) -> Response:
        return FileResponse(PAGES / "inbox.html", headers=_SECURITY)

    async def _phone(self, _request: Request) -> Response:
        """The phone page, told which inbox it belongs to."""
        text = (PAGES / "celular.html").read_text("utf-8")
        core = self._server.core
        body = text.replace("__INBOX_IDENTIFIER__", html.escape(core.inbox_identifier))
        body = body.replace("__ACCOUNT_NAME__", html.escape(core.state.account.name))
        return Response(body, media_type="text/html", headers=_SECURITY)

    async def _asset(self, request: Request) -> Response:
        path = PAGES / Path(request.path_params["name"]).name
        if path.suffix not in _TYPES or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type=_TYPES[path.suffix], headers=_SECURITY)

    async def _redirect(self, request: Request) -> Response:
        number, filename = request.path_params["attachment_id"], request.path_params["filename"]
        return RedirectResponse(f"/rails/active_storage/disk/{number}/{filename}", 302)

    async def _blob(self, request: Request) -> Response:
        found = self._server.core.state.attachments.get(request.path_params["attachment_id"])
        if found is None:
            return Response(status_code=404)
        shown = found.content_type.startswith(_INLINE)
        headers = {
            "content-disposition": "inline" if shown else "attachment",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
        }
        return Response(found.content, media_type=found.content_type, headers=headers)
