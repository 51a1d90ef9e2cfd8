"""The part of Liquid that Chatwoot's users meet: outgoing text is a template before it is saved.

`{{ contact.name }}` and a few other variables are filled in, unknown ones vanish, `{% … %}` tags vanish, text between
backticks or in a `raw` block is kept, and a template that does not parse is stored as it is.

Source: `app/models/concerns/liquidable.rb` of Chatwoot v4.15.
"""

import re
from collections.abc import Mapping

_CODE = re.compile(r"`(.*?)`", re.DOTALL)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
_TOKEN = re.compile(r"\{\{-?(.*?)-?\}\}|\{%-?.*?-?%\}", re.DOTALL)
_LITERAL = re.compile(r"""^(?:"([^"]*)"|'([^']*)')$""")
_KEPT = "\x00{}\x00"


def render(template: str, variables: Mapping[str, str]) -> str:
    """Render `template`; `variables` are dotted names (`contact.name`) with their text.

    Returns:
        The text that Chatwoot would store; the template itself if it has an unclosed `{{` or `{%`.
    """
    if "{{" not in template and "{%" not in template:
        return template
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return _KEPT.format(len(kept) - 1)

    protected = _CODE.sub(lambda match: keep(match.group(0)), template)
    protected = _RAW.sub(lambda match: keep(match.group(1)), protected)
    protected = _COMMENT.sub("", protected)
    rendered = _TOKEN.sub(lambda match: _value(match, variables), protected)
    leftover = _TOKEN.sub("", protected)
    if "{{" in leftover or "{%" in leftover:
        return template
    for number, text in enumerate(kept):
        rendered = rendered.replace(_KEPT.format(number), text)
    return rendered


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    expression = match.group(1)
    if expression is None:
        return ""
    source, *filters = [part.strip() for part in expression.split("|")]
    literal = _LITERAL.match(source)
    text = (literal.group(1) or literal.group(2) or "") if literal else variables.get(source, "")
    for name in filters:
        text = _filtered(name, text)
    return text


def _filtered(filter_call: str, text: str) -> str:
    name, _, argument = filter_call.partition(":")
    match name.strip():
        case "upcase":
            return text.upper()
        case "downcase":
            return text.lower()
        case "capitalize":
            return text.capitalize()
        case "strip":
            return text.strip()
        case "default":
            literal = _LITERAL.match(argument.strip())
            return text or ((literal.group(1) or literal.group(2) or "") if literal else "")
        case _:
            return text
