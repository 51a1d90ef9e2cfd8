from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.lead import Channel
from sdr_routing.domain.outgoing_text import JOINER, LIMITS, neutral, parts_of

TEXT = st.text(alphabet=st.sampled_from(list("ab Á😊.!?\n*{}%`w/")), max_size=3000)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u2060]+", "", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("olá {{contact.name}}", "olá {\u2060{contact.name}}"),
        ("{% if a %}", "{\u2060% if a %}"),
        ("{{{x}}}", "{\u2060{\u2060{x}}}"),
        ("{nome} 100% {}", "{nome} 100% {}"),
    ],
)
def test_templates_are_defused_and_read_the_same(text: str, expected: str) -> None:
    assert neutral(text) == expected


@pytest.mark.parametrize("text", ["wa/ajuda", "WA/status", "  wa/x"])
def test_a_command_of_the_bridge_is_defused(text: str) -> None:
    (part,) = parts_of(text, Channel.WHATSAPP)
    assert not part.lower().startswith("wa/")
    assert part.replace(JOINER, "") == text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("isso é *importante* mesmo", "isso é **importante** mesmo"),
        ("*Oi*, tudo bem?", "**Oi**, tudo bem?"),
        ("já é **forte**", "já é **forte**"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("* item\n* item", "* item\n* item"),
        ("a*b*c", "a*b*c"),
    ],
)
def test_bold_is_written_as_chatwoot_wants_it(text: str, expected: str) -> None:
    assert parts_of(text, Channel.WHATSAPP) == [expected]


def test_a_text_is_parted_at_sentences() -> None:
    sentence = "Esta é uma frase de tamanho médio."
    parts = parts_of(" ".join([sentence] * 60), Channel.INSTAGRAM)
    assert len(parts) == 3
    assert all(part.endswith(".") and part.startswith("Esta") for part in parts)


def test_paragraphs_are_parted_before_sentences() -> None:
    text = "A" * 500 + ".\n\n" + "B. " * 200
    parts = parts_of(text, Channel.INSTAGRAM)
    assert parts[0] == "A" * 500 + "."


def test_a_word_without_end_is_cut() -> None:
    parts = parts_of("x" * 2500, Channel.INSTAGRAM)
    assert [len(part) for part in parts] == [999, 999, 502]


def test_an_emoji_counts_as_the_provider_counts_it() -> None:
    parts = parts_of("😊" * 700, Channel.INSTAGRAM)
    assert [len(part) for part in parts] == [499, 201]


def test_a_blank_text_is_no_message() -> None:
    assert parts_of(" \n\t ", Channel.WHATSAPP) == []


@pytest.mark.parametrize(("channel", "limit"), [(Channel.WHATSAPP, 4096), (Channel.INSTAGRAM, 1000)])
def test_the_limits_of_the_channels(channel: Channel, limit: int) -> None:
    assert LIMITS[channel] == limit
    assert (LIMITS[Channel.MESSENGER], LIMITS[Channel.TELEGRAM]) == (2000, 4096)


@given(TEXT, st.sampled_from(Channel))
def test_parts_fit_say_everything_and_hold_neither_template_nor_command(text: str, channel: Channel) -> None:
    parts = parts_of(text, channel)
    for part in parts:
        assert part.strip()
        assert units(part) <= LIMITS[channel]
        assert "{{" not in part
        assert "{%" not in part
        assert not part.lower().startswith("wa/")
    assert squeezed("".join(parts)).replace("*", "") == squeezed(text).replace("*", "")
