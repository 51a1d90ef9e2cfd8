"""`import-plugin leads` against a Chatwoot that the original plugin has worked in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from sdr_gateway.plugin_commands import run_plugin_import
from tests.integration.dialogue.conftest import ACCOUNT, ObedientModel, a_settings_request, running
from tests.integration.sandbox.servers import TOKEN, Running, running_chatwoot

LEADS = 17
"""Chatwoot shows 15 contacts a page."""


async def _contacts(chatwoot: Running) -> None:
    for number in range(LEADS):
        attributes = {"sdr_ia_status": "qualificado", "sdr_ia_nome": f"Ana {number}", "cidade": "Osasco"}
        if number == 3:
            attributes["sdr_ia_urgencia"] = "zzz"
        contact = {"name": f"Ana {number}", "phone_number": f"+55119{number:08d}", "custom_attributes": attributes}
        await chatwoot.ask("POST", "/contacts", contact)
    await chatwoot.ask("POST", "/contacts", {"name": "Sem SDR", "phone_number": "+5511988887777"})


async def test_contacts_are_shown_first_then_taken_over_once(
    service_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATWOOT_ADMIN_TOKEN", TOKEN)
    async with running(service_database("dialogue"), ObedientModel()) as dialogue, running_chatwoot() as chatwoot:
        await dialogue.put_settings(a_settings_request())
        await _contacts(chatwoot)

        async def command(*more: str) -> str:
            words = ["leads", "--account", str(ACCOUNT), "--chatwoot-account", "1", "--chatwoot-url", chatwoot.url]
            words += ["--target", f"127.0.0.1:{dialogue.port}", "--per-minute", "6000", *more]
            assert await asyncio.to_thread(run_plugin_import, words) == 0
            return capsys.readouterr().out

        shown = await command()
        assert "17 would be taken over, 0 known already, 1 without the plugin's attributes" in shown
        assert "not understood: sdr_ia_urgencia" in shown
        assert "zzz" not in shown, "keys only"
        assert await dialogue.fetch("select 1 from lead") == []

        assert "17 taken over" in await command("--store")
        assert "0 taken over, 17 known already" in await command("--store")
        assert len(await dialogue.fetch("select 1 from lead where ended is not null")) == LEADS
        assert "0 taken over" in await command("--store", "--from-page", "2")


async def test_a_refused_token_says_where_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATWOOT_ADMIN_TOKEN", "wrong")
    async with running_chatwoot() as chatwoot:
        words = ["leads", "--account", "1", "--chatwoot-account", "1", "--chatwoot-url", chatwoot.url]
        status = await asyncio.to_thread(run_plugin_import, [*words, "--from-page", "7"])
    assert status == 1
    assert "go on with --from-page 7" in capsys.readouterr().err
