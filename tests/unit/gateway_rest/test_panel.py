"""The panel's files as a browser gets them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from sdr_gateway.api_document import document
from sdr_gateway.http.panel import panel_routes


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Chatwoot SDR</title>")
    (tmp_path / "theme.js").write_text("// theme")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {}")
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text("{}")
    return tmp_path


def _browser(folder: Path, **options: str) -> httpx.AsyncClient:
    app = Starlette(routes=panel_routes(folder, **options))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sdr.test")


@pytest.mark.parametrize("path", ["/panel/", "/panel/leads", "/panel/leads/42", "/panel/index.html"])
async def test_every_page_is_the_same_file_and_never_from_a_cache(built: Path, path: str) -> None:
    async with _browser(built) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 200
    assert "<title>Chatwoot SDR</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_no_script_but_our_own_files_may_run(built: Path) -> None:
    async with _browser(built) as browser:
        policy = (await browser.get("/panel/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_only_the_chatwoot_that_is_told_may_frame_it(built: Path) -> None:
    async with _browser(built, frame_ancestors="https://chat.clinica.test") as browser:
        policy = (await browser.get("/panel/")).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://chat.clinica.test")


async def test_hashed_files_are_kept_for_ever_and_others_checked(built: Path) -> None:
    async with _browser(built) as browser:
        hashed = await browser.get("/panel/assets/index-abc123.js")
        theme = await browser.get("/panel/theme.js")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hashed.headers["content-type"].startswith("text/javascript")
    assert theme.headers["cache-control"] == "no-cache"


async def test_files_go_packed_to_who_unpacks_them_and_not_again_to_who_has_them(built: Path) -> None:
    script = built / "assets" / "index-abc123.js"
    script.write_text("export const words = 'olá';" * 200)
    async with _browser(built) as browser:
        packed = await browser.get("/panel/assets/index-abc123.js", headers={"Accept-Encoding": "gzip, br"})
        plain = await browser.get("/panel/assets/index-abc123.js", headers={"Accept-Encoding": "identity"})
        shell = await browser.get("/panel/")
        again = await browser.get("/panel/leads", headers={"If-None-Match": shell.headers["etag"]})
        script.write_text("export {}")
        (built / "index.html").write_text("<!doctype html><title>Chatwoot SDR 2</title>")
        newer = await browser.get("/panel/", headers={"If-None-Match": shell.headers["etag"]})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 10
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text == "export const words = 'olá';" * 200
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "no-cache")
    assert newer.text == "<!doctype html><title>Chatwoot SDR 2</title>"


@pytest.mark.parametrize("path", ["/panel/assets/index-gone.js", "/panel/assets/../../server.py"])
async def test_a_file_that_is_gone_is_not_answered_with_a_page(built: Path, path: str) -> None:
    async with _browser(built) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404


async def test_the_builds_own_files_are_no_pages_to_fetch(built: Path) -> None:
    async with _browser(built) as browser:
        answer = await browser.get("/panel/.vite/manifest.json")
    assert answer.text.startswith("<!doctype html>")


async def test_a_checkout_without_the_panel_says_how_to_build_it(tmp_path: Path) -> None:
    async with _browser(tmp_path) as browser:
        answer = await browser.get("/panel/")
    assert answer.status_code == 404
    assert "make panel" in answer.text


async def test_the_document_is_made_without_a_running_gateway() -> None:
    made = await document()
    assert made["openapi"] == "3.1.0"
    assert "/api/v1/accounts/{account_id}/leads" in made["paths"]
    assert "/api/v1/session" in made["paths"]
