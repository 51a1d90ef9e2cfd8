from __future__ import annotations

import pytest

from sdr_common.errors import InvalidField
from sdr_routing.domain.provisioning import ATTRIBUTES, LABELS, checked_url, parsed, signs_webhooks, subscriptions


def test_the_attributes_are_the_published_ones() -> None:
    assert {item.key: item.display_type for item in ATTRIBUTES} == {
        "sdr_ia_status": "list",
        "sdr_ia_progresso": "text",
        "sdr_ia_temperatura": "list",
        "sdr_ia_score": "number",
        "sdr_ia_nome": "text",
        "sdr_ia_interesse": "text",
        "sdr_ia_urgencia": "text",
        "sdr_ia_conhecimento": "text",
        "sdr_ia_motivacao": "text",
        "sdr_ia_localizacao": "text",
        "sdr_ia_comportamento": "list",
        "sdr_ia_resumo": "text",
        "sdr_ia_proximo_passo": "list",
        "sdr_ia_tentativas": "text",
        "sdr_ia_iniciado_em": "date",
        "sdr_ia_qualificado_em": "date",
        "estagio_funil": "list",
    }
    stages = next(item.values for item in ATTRIBUTES if item.key == "estagio_funil")
    assert tuple(str(stage) for stage in stages) == (
        "Novo Lead",
        "Contato Inicial",
        "Lead Qualificado",
        "Em Negociação",
        "Pagamento Pendente",
        "Fechado",
        "Lead Esfriou",
        "Lead Desqualificado",
    )


def test_the_labels_are_the_published_ones() -> None:
    assert dict(LABELS) == {
        "temperatura-quente": "#FF0000",
        "temperatura-morno": "#FFA500",
        "temperatura-frio": "#0000FF",
        "temperatura-muito_frio": "#808080",
        "urgencia-esta_semana": "#FF9800",
        "urgencia-proximas_2_semanas": "#FF9800",
        "urgencia-ate_30_dias": "#FF9800",
        "urgencia-acima_30_dias": "#FF9800",
        "urgencia-pesquisando": "#FF9800",
        "comportamento-cooperativo": "#4CAF50",
        "comportamento-evasivo": "#4CAF50",
        "comportamento-resistente": "#4CAF50",
    }


@pytest.mark.parametrize(
    ("version", "expected"),
    [("4.15.1", True), ("4.11.2", True), ("4.11.1", False), ("4.9.0-ce", False), ("5.0", True)],
)
def test_which_versions_sign_their_webhooks(version: str, expected: bool) -> None:
    assert signs_webhooks(version) is expected


def test_typing_is_asked_for_where_it_exists() -> None:
    assert "conversation_typing_on" in subscriptions("4.2.0")
    assert "conversation_typing_on" not in subscriptions("4.1.9")
    assert parsed("4.15.1-ce") == (4, 15, 1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://chat.aurora.test/", "https://chat.aurora.test"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        (" https://CHAT.aurora.test ", "https://chat.aurora.test"),
    ],
)
def test_addresses_that_can_be_used(given: str, expected: str) -> None:
    assert checked_url(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "ftp://chat.test",
        "javascript:alert(1)",
        "//chat.test",
        "https://",
        "https://user@chat.test",
        "https://:secret@chat.test",
        "https://chat.test/app",
        "https://chat.test?x=1",
        "https://chat.test#x",
        "https://chat.test:99999",
    ],
)
def test_addresses_that_cannot_be_used(given: str) -> None:
    with pytest.raises(InvalidField):
        checked_url(given)
