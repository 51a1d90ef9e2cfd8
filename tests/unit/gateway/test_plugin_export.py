"""The original plugin's settings become an account document, and nothing is lost in silence."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sdr_gateway.domain.errors import InvalidExport
from sdr_gateway.domain.plugin_export import Converted, convert_export
from sdr_gateway.operations.document import read_document
from sdr_gateway.plugin_commands import run_plugin_import

EXPORT: dict[str, Any] = {
    "settings": {
        "sdr_ia": {
            "enabled": True,
            "debug_mode": False,
            "default_agent_email": "camila@clinica.test",
            "clinic_name": "Clínica Bella Pele",
            "ai_name": "Bella",
            "clinic_address": "Rua das Acácias, 120, Moema",
            "knowledge_base": "# Preços\nBotox a partir de R$ 900.",
            "openai": {"api_key": "sk-secret", "model": "gpt-4o", "max_tokens": 2000, "temperature": 0.3},
            "prompts": {"system": "Você é…", "analysis": "Analise…"},
            "perguntas_etapas": {"nome": "Qual é o seu nome?", "urgencia": "Para quando você pensa em fazer?"},
            "scoring": {"weights": {"urgencia": {"esta_semana": 30}}},
            "temperature_thresholds": {"quente": 70, "morno": 40, "frio": 20, "muito_frio": 0},
            "teams": {"quente_team_id": 3, "morno_team_id": "4"},
            "procedimentos": ["Harmonização Facial", "Botox", "botox"],
            "reconduzir": {"max_tentativas": 3, "delay_segundos": 2},
            "round_robin": {
                "enabled": True,
                "strategy": "weighted",
                "closers": [
                    {"name": "Camila", "email": "camila@clinica.test", "priority": "high", "active": True},
                    {"name": "Rafael", "email": "rafael@clinica.test", "active": False},
                ],
            },
            "closing_messages": {
                "quente": "Perfeito! {{agent_name}} já vai te chamar.",
                "frio": "Até logo, {{cidade}}!",
            },
        }
    },
    "license": {"status": "active"},
}
"""As the plugin's settings page gets it, every key of its releases in it."""


def _converted(**changes: object) -> Converted:
    export = copy.deepcopy(EXPORT)
    export["settings"]["sdr_ia"].update(changes)
    return convert_export(export, teams={3: "closers", 4: "comercial"}, time_zone="America/Sao_Paulo")


def test_every_setting_that_has_a_place_finds_it() -> None:
    document = _converted().document
    assert document == {
        "clinic": {
            "name": "Clínica Bella Pele",
            "assistant_name": "Bella",
            "address": "Rua das Acácias, 120, Moema",
            "time_zone": "America/Sao_Paulo",
        },
        "dialogue": {
            "questions": [
                {"fact": "nome", "text": "Qual é o seu nome?"},
                {"fact": "urgencia", "text": "Para quando você pensa em fazer?"},
            ],
            "procedures": [
                {"slug": "harmonizacao_facial", "name": "Harmonização Facial", "synonyms": []},
                {"slug": "botox", "name": "Botox", "synonyms": []},
            ],
            "attempts_per_fact": 3,
        },
        "routing": {
            "team_rules": [
                {"temperatures": ["quente"], "team": "closers"},
                {"temperatures": ["morno"], "team": "comercial"},
            ],
            "closer_strategy": "weighted",
            "closers": [
                {"name": "Camila", "email": "camila@clinica.test", "priority": "high"},
                {"name": "Rafael", "email": "rafael@clinica.test", "priority": "low", "inactive": True},
            ],
            "closing": {"hot": "Perfeito! {closer} já vai te chamar."},
        },
    }


def test_the_account_service_takes_the_document() -> None:
    text = yaml.safe_dump(_converted().document, allow_unicode=True)
    assert read_document(text).routing.closers[1].inactive


def test_whatever_has_no_place_is_told_with_the_reason() -> None:
    left = dict(_converted().left)
    assert "OPENAI_API_KEY" in left["sdr_ia.openai"]
    assert left["sdr_ia.closing_messages.frio"] == "has variables that there are not: cidade"
    assert left["sdr_ia.procedimentos[2]"] == "stands twice"
    assert left.keys() >= {"sdr_ia.prompts", "sdr_ia.scoring", "sdr_ia.temperature_thresholds"}


def test_a_team_without_a_name_is_asked_for() -> None:
    found = convert_export(EXPORT, teams={3: "closers"}, time_zone="America/Sao_Paulo")
    assert found.document["routing"]["team_rules"] == [{"temperatures": ["quente"], "team": "closers"}]
    assert dict(found.left)["sdr_ia.teams.morno_team_id"] == "name that team: --team 4=NAME, as Chatwoot shows it"


@pytest.mark.parametrize(
    ("export", "place"),
    [
        ([], "document"),
        ({"settings": {}}, "document"),
        ({"sdr_ia": {}}, "sdr_ia.clinic_name"),
        ({"sdr_ia": {"clinic_name": 7}}, "sdr_ia.clinic_name"),
        ({"sdr_ia": {"clinic_name": "A", "procedimentos": "Botox"}}, "sdr_ia.procedimentos"),
        ({"sdr_ia": {"clinic_name": "A", "procedimentos": [1]}}, "sdr_ia.procedimentos[0]"),
        (
            {"sdr_ia": {"clinic_name": "A", "reconduzir": {"max_tentativas": "muitas"}}},
            "sdr_ia.reconduzir.max_tentativas",
        ),
        ({"sdr_ia": {"clinic_name": "A", "round_robin": {"strategy": "best"}}}, "sdr_ia.round_robin.strategy"),
        (
            {"sdr_ia": {"clinic_name": "A", "round_robin": {"closers": [{"name": "B"}]}}},
            "sdr_ia.round_robin.closers[0].email",
        ),
    ],
)
def test_a_value_of_another_type_than_the_plugin_writes_is_refused_by_its_place(export: object, place: str) -> None:
    with pytest.raises(InvalidExport) as caught:
        convert_export(export, teams={}, time_zone="America/Sao_Paulo")
    assert str(caught.value).startswith(f"{place}: ")


def test_a_key_that_the_plugin_never_wrote_stops_the_command_until_it_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export, out = tmp_path / "export.json", tmp_path / "clinica.yaml"
    changed = copy.deepcopy(EXPORT)
    changed["settings"]["sdr_ia"]["modo_noturno"] = True
    export.write_text(json.dumps(changed))
    words = ["settings", str(export), "--out", str(out), "--team", "3=closers", "--team", "4=comercial"]
    assert run_plugin_import(words) == 1
    assert "unknown  sdr_ia.modo_noturno" in capsys.readouterr().err
    assert not out.exists()
    assert run_plugin_import([*words, "--allow-unknown"]) == 0
    assert "sk-secret" not in out.read_text() + capsys.readouterr().err
    assert (tmp_path / "clinica.conhecimento.md").read_text() == "# Preços\nBotox a partir de R$ 900.\n"
