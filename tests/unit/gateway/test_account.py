"""Versions, signatures, documents and settings of accounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.settings import load_settings
from sdr_gateway.convert import channel_word, seconds_of, text_of
from sdr_gateway.domain.account import Account, signs_webhooks
from sdr_gateway.domain.errors import InvalidDocument
from sdr_gateway.domain.signature import SignatureFault, check_signature
from sdr_gateway.operations.document import read_document, write_document
from sdr_gateway.settings import GatewaySettings

CLINIC = "clinic: {name: Bella Pele, assistant_name: Bella, time_zone: America/Sao_Paulo}\n"


@pytest.mark.parametrize(
    ("version", "signs"),
    [
        ("4.15.1", True),
        ("4.11.2", True),
        ("v4.11.2", True),
        ("4.11.1", False),
        ("4.2.0", False),
        ("3.99.99", False),
        ("5.0", True),
        ("4.12.0-rc.1", True),
        ("edge", True),
    ],
)
def test_chatwoot_signs_from_the_version_on_that_keeps_a_secret(version: str, signs: bool) -> None:
    assert signs_webhooks(version) is signs


def test_the_signature_is_over_timestamp_dot_body() -> None:
    # Computed outside: openssl dgst -sha256 -hmac segredo, over 1781796601.{"a":1}
    signature = b"sha256=c24810e020f51d535d64d9d17e66d6896604c53b656f3103cdfe82a63dc334e0"
    assert check_signature("segredo", b"1781796601", signature, b'{"a":1}', now=1781796601.0) is None
    assert check_signature("segredo", b"1781796601", signature, b'{"a":2}', now=1781796601.0) is SignatureFault.WRONG
    assert check_signature("segredo", b"1781796601", signature, b'{"a":1}', now=1781796902.0) is SignatureFault.STALE


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("clinic: [", "line 1", "expected"),
        ("só texto", "document", "must be a mapping"),
        ("clinic: {nome: x}", "clinic", "unknown key nome"),
        (CLINIC + "dialogo: {}", "document", "unknown key dialogo"),
        (CLINIC + "dialogue: {procedures: [{slug: botox, name: Botox, nome: x}]}", "dialogue.procedures", "nome"),
        (CLINIC + "dialogue: {attempts_per_fact: três}", "dialogue.attempts_per_fact", "três"),
        (CLINIC + "dialogue: {attempts_per_fact: 9}", "dialogue.attempts_per_fact", "5"),
        (CLINIC + "dialogue: {procedures: [{slug: Botox!, name: B}]}", "dialogue.procedures[0].slug", "pattern"),
        (CLINIC + "gateway: {coalesce_idle: 2}", "gateway.coalesce_idle", "Duration"),
        ("dialogue: {}", "clinic", "required"),
        ("clinic: {name: a, name: b}", "line 1", "name stands twice"),
        ("a: &x [1]\nb: *x", "line 2", "aliases"),
        ("1: 2", "line 1", "keys must be text"),
        ("a: !!python/object:os.system x", "document", ""),
    ],
)
def test_a_document_that_does_not_fit_is_refused_with_place_and_problem(text: str, place: str, problem: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        read_document(text)
    if place != "document" or "!!python" not in text:
        assert place in refused.value.details["field"]
    assert problem in refused.value.details["problem"]


def test_words_that_older_yaml_turns_into_something_else_stay_words() -> None:
    document = read_document(
        CLINIC + "gateway: {hours: [{weekday: mon, opens: 08:00, closes: 18:00}], closed_on: [2026-12-25]}\n"
        "routing: {escalation_team: no}"
    )
    assert (document.gateway.hours[0].opens, document.gateway.hours[0].closes) == ("08:00", "18:00")
    assert list(document.gateway.closed_on) == ["2026-12-25"]
    assert document.routing.escalation_team == "no"


def test_what_is_written_reads_the_same() -> None:
    document = read_document(
        CLINIC
        + """
dialogue:
  procedures: [{slug: botox, name: Botox, synonyms: [toxina]}]
  emojis_per_reply: 0
  frequent_questions: [{question: "Dói? Muito?", answer: "Não: quase nada # de verdade"}]
routing: {team_rules: [{temperatures: [quente], team: closers, inbox_ids: [12]}], closing: {hot: "um\\ndois"}}
gateway: {coalesce_idle: 1.5s, silent_outside_hours: true}
"""
    )
    text = write_document(document)
    assert read_document(text) == document
    assert text.index("clinic:") < text.index("dialogue:") < text.index("routing:") < text.index("gateway:")


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_refused(text: str) -> None:
    with pytest.raises(InvalidDocument):
        read_document(text)


def test_secrets_never_show() -> None:
    account = Account(1, "https://x", 3, 0.0, "segredo-a", "segredo-b", "segredo-c")
    assert "segredo" not in repr(account)


@pytest.mark.parametrize(
    ("channel", "extra", "attributes", "word"),
    [
        ("Channel::Whatsapp", {}, {}, "whatsapp"),
        ("Channel::Api", {}, {"waha_whatsapp_jid": "1@c.us"}, "whatsapp"),
        ("Channel::Api", {}, {}, ""),
        ("Channel::TwilioSms", {"medium": "whatsapp"}, {}, "whatsapp"),
        ("Channel::TwilioSms", {}, {}, "other"),
        ("Channel::FacebookPage", {}, {}, "messenger"),
        ("Channel::FacebookPage", {"type": "instagram_direct_message"}, {}, "instagram"),
        ("Channel::Instagram", {}, {}, "instagram"),
        ("Channel::Telegram", {}, {}, "telegram"),
        ("Channel::WebWidget", {}, {}, "web_widget"),
        ("Channel::Email", {}, {}, "other"),
        (None, {}, {}, ""),
    ],
)
def test_a_channel_has_our_word(
    channel: str | None, extra: dict[str, str], attributes: dict[str, str], word: str
) -> None:
    assert channel_word(channel, extra, attributes) == word


@pytest.mark.parametrize(
    ("value", "text"),
    [(85, "85"), (85.0, "85"), (0.5, "0.5"), (True, "true"), (None, ""), ("a\0b", "ab"), ([1], ""), ({}, "")],
)
def test_an_attribute_is_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_instants_are_read_as_seconds() -> None:
    assert seconds_of("2026-06-18T15:30:00.500Z") == 1781796600.5
    assert seconds_of(1781796600) == 1781796600.0
    assert seconds_of("amanhã") is None
    assert seconds_of(-1) is None


def test_settings_tell_every_fault_at_once_by_the_variables_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "SDR_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SDR_SECRET_KEY", "curta")
    monkeypatch.setenv("SDR_GATEWAY_HTTP_PORT", "70000")
    with pytest.raises(SystemExit) as ended:
        load_settings(GatewaySettings)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    for name in ("DATABASE_URL", "SDR_SECRET_KEY", "SDR_GATEWAY_HTTP_PORT"):
        assert name in told
    assert "curta" not in told
