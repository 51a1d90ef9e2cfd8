"""A page that describes the HTTP API, made from its OpenAPI document, without anything from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_PAGE = """<!doctype html>
<html lang="pt-BR"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
code{{font-size:.95em;overflow-wrap:anywhere}}details{{border-bottom:1px solid #8884;padding:.4rem 0}}
summary{{cursor:pointer}}pre{{overflow-x:auto;background:#8881;padding:.6rem;border-radius:.4rem;font-size:.85em}}
.v{{display:inline-block;min-width:4.2rem;font-weight:600}}nav a{{margin-right:.8rem}}table{{border-collapse:collapse}}
td,th{{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}}</style></head>
<body><h1>{title}</h1><p>{description}</p>
<p><a href="/openapi.json"><code>/openapi.json</code></a> ·
<a href="/postman.json"><code>/postman.json</code></a> (Postman)</p>
<nav>{links}</nav>{sections}</body></html>"""


def docs_route(app: FastAPI) -> Route:
    """The route of the page.

    Args:
        app: Whose OpenAPI document is shown.
    """

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(render(app.openapi()))

    return Route("/docs", page, methods=["GET"], include_in_schema=False)


def render(document: Mapping[str, Any]) -> str:
    """The page: a section per service, each call with what it takes and what it answers."""
    sections: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            sections.setdefault((operation.get("tags") or ["other"])[0], []).append(_call(path, verb, operation))
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in sorted(sections))
    info = document["info"]
    return _PAGE.format(
        title=escape(info["title"]),
        description=escape(info.get("description", "")),
        links=links,
        sections="".join(
            f'<h2 id="{escape(name)}">{escape(name)}</h2>{"".join(calls)}' for name, calls in sorted(sections.items())
        ),
    )


def _call(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(each.get('description', ''))}</td></tr>"
        for each in operation.get("parameters", [])
    )
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    role = operation.get("x-role", "")
    parts = [
        f"<p>{escape(operation.get('description', ''))}</p>",
        f"<p>Papel: <code>{escape(role)}</code></p>" if role else "",
        f"<table>{rows}</table>" if rows else "",
        f"<pre>{escape(json.dumps(body, ensure_ascii=False, indent=1))}</pre>" if body is not None else "",
        f"<p>Respostas: {escape(', '.join(operation['responses']))}</p>",
    ]
    return (
        f"<details><summary><span class=v>{escape(verb.upper())}</span> <code>{escape(path)}</code> "
        f"{escape(operation.get('summary', ''))}</summary>{''.join(parts)}</details>"
    )
