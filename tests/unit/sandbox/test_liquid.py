from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_sandbox.chatwoot.liquid import render

VARIABLES = {"contact.name": "Mariana Souza", "contact.email": ""}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Oi, tudo bem?", "Oi, tudo bem?"),
        ("Oi {{ contact.name }}!", "Oi Mariana Souza!"),
        ("Oi {{contact.name}}!", "Oi Mariana Souza!"),
        ("Oi {{ contact.apelido }}!", "Oi !"),
        ("a{% assign x = 1 %}b", "ab"),
        ("use `{{ contact.name }}` assim", "use `{{ contact.name }}` assim"),
        ("{% raw %}{{ contact.name }}{% endraw %}", "{{ contact.name }}"),
        ("a{% comment %}segredo{% endcomment %}b", "ab"),
        ("{{ contact.email | default: 'sem e-mail' }}", "sem e-mail"),
        ("{{ contact.name | upcase }}", "MARIANA SOUZA"),
        ("{{ '{{' }} literal", "{{ literal"),
        ("custa {{ 100 reais", "custa {{ 100 reais"),
        ("oi {{contact.name}} e {% if", "oi {{contact.name}} e {% if"),
        ("100% {natural}", "100% {natural}"),
    ],
)
def test_a_template_is_rendered_as_chatwoot_would(template: str, text: str) -> None:
    assert render(template, VARIABLES) == text


@given(st.text(alphabet="ab{}%` |.'\n"))
def test_any_text_is_rendered_without_an_error(template: str) -> None:
    assert isinstance(render(template, VARIABLES), str)


@given(st.text().filter(lambda text: "{{" not in text and "{%" not in text))
def test_text_without_tags_is_kept_to_the_letter(text: str) -> None:
    assert render(text, VARIABLES) == text
