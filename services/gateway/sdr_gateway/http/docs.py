"""A page that lists the HTTP API, made from its OpenAPI document, without anything from outside."""

from __future__ import annotations

from html import escape

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_PAGE = """<!doctype html>
<html lang="pt-BR"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem;border-bottom:1px solid #8884}}
code{{font-size:.95em}}</style></head>
<body><h1>{title}</h1><p>{description}</p>
<table><thead><tr><th>Método</th><th>Caminho</th><th>O que faz</th></tr></thead><tbody>{rows}</tbody></table>
<p>Documento completo: <a href="/openapi.json"><code>/openapi.json</code></a></p></body></html>"""


def docs_route(app: FastAPI) -> Route:
    """The route of the page.

    Args:
        app: Whose OpenAPI document is shown.
    """

    async def page(_: Request) -> HTMLResponse:
        document = app.openapi()
        rows = "".join(
            f"<tr><td>{escape(method.upper())}</td><td><code>{escape(path)}</code></td>"
            f"<td>{escape(operation.get('summary', ''))}</td></tr>"
            for path, item in document["paths"].items()
            for method, operation in item.items()
        )
        info = document["info"]
        html = _PAGE.format(title=escape(info["title"]), description=escape(info.get("description", "")), rows=rows)
        return HTMLResponse(html)

    return Route("/docs", page, methods=["GET"], include_in_schema=False)
