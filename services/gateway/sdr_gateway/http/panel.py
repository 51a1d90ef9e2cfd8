"""The panel's built files under /panel/: hashed assets for ever, the page itself never from a cache, a strict policy.

The files are made by `make panel` into this package. A checkout without them serves a sentence that says so.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

BUILT = Path(__file__).parents[1] / "panel_dist"
"""Where `make panel` puts the files."""
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
)
_FOREVER = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""
_CHECKED = "no-cache"
"""Kept, but asked for anew each time; an unchanged one costs a 304."""

# Python's own table depends on the machine.
for _type, _ending in (("text/javascript", ".js"), ("image/svg+xml", ".svg"), ("font/woff2", ".woff2")):
    mimetypes.add_type(_type, _ending)


class _Built:
    """The files by name, listed anew after a build, so that no request ever names a path of the disk.

    Args:
        folder: Where they are; may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = -1
        self._files: dict[str, Path] = {}

    def files(self) -> dict[str, Path]:
        """By path within the folder."""
        try:
            stamp = (self._folder / "index.html").stat().st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp != self._stamp:
            found = (path for path in self._folder.rglob("*") if path.is_file())
            self._files, self._stamp = {path.relative_to(self._folder).as_posix(): path for path in found}, stamp
        return self._files


def panel_routes(folder: Path = BUILT, *, frame_ancestors: str = "'none'") -> list[BaseRoute]:
    """Routes of the panel.

    Args:
        folder: The built files.
        frame_ancestors: Who may show the panel in a frame, as a CSP source list.
    """
    built = _Built(folder)
    headers = {
        "Content-Security-Policy": "; ".join((*_POLICY, f"frame-ancestors {frame_ancestors}")),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        files = built.files()
        shell, found = files.get("index.html"), files.get(name)
        if found is not None and name != "index.html" and not name.startswith("."):
            kept = _FOREVER if name.startswith("assets/") else _CHECKED
            return FileResponse(found, headers={**headers, "Cache-Control": kept})
        if shell is None:
            return PlainTextResponse("The panel is not built here; `make panel` builds it.", 404)
        if name.startswith("assets/"):
            # A page of an older version asks for a file that is gone: never answer a script with a page.
            return PlainTextResponse("There is no such file; reload the page.", 404, {"Cache-Control": "no-store"})
        return FileResponse(shell, headers={**headers, "Cache-Control": _CHECKED})

    async def bare(_: Request) -> Response:
        return RedirectResponse("/panel/", 307)

    return [
        Route("/panel/{name:path}", file, methods=["GET"], include_in_schema=False),
        Route("/panel", bare, methods=["GET"], include_in_schema=False),
    ]
