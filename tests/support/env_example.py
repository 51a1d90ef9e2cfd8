"""Writes `.env.example` from the settings classes: every variable, its default and its docstring.

`python -m tests.support.env_example` renews the file; a test holds it current.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

FILE = Path(__file__).parents[2] / ".env.example"
MODULES = (
    "sdr_gateway.settings",
    "sdr_dialogue.settings",
    "sdr_scoring.settings",
    "sdr_routing.settings",
    "sdr_reporting.settings",
    "sdr_sandbox.stack.settings",
    "sdr_sandbox.chatwoot.settings",
)


def _docstrings(cls: type[BaseSettings]) -> dict[str, str]:
    """The string below each field, over the whole inheritance."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not issubclass(base, BaseSettings) or base is BaseSettings:
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, text in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                assert isinstance(field.target, ast.Name)
                found[field.target.id] = " ".join(str(text.value.value).split())
    return found


def _default(value: Any) -> str:  # whatever a field's default is
    if value is PydanticUndefined or value is None:
        return ""
    if hasattr(value, "get_secret_value"):
        return str(value.get_secret_value())
    return str(value).lower() if isinstance(value, bool) else str(value)


def _settings_class(module: str) -> type[BaseSettings]:
    for _, cls in inspect.getmembers(importlib.import_module(module), inspect.isclass):
        if cls.__module__ == module and issubclass(cls, BaseSettings):
            return cls
    raise LookupError(f"{module} has no settings class")


def render() -> str:
    """The file's text; a variable that several classes read stands once."""
    lines = [
        "# Every variable that the product reads, with its default. Generated: python -m tests.support.env_example",
        "# Required ones have no default and stand without a comment sign.",
    ]
    seen: set[str] = set()
    for module in MODULES:
        cls = _settings_class(module)
        prefix, words = str(cls.model_config.get("env_prefix", "")), _docstrings(cls)
        lines += ["", f"## {module}"]
        for name, field in cls.model_fields.items():
            alias = field.validation_alias
            variable = alias if isinstance(alias, str) else f"{prefix}{name}".upper()
            if variable in seen:
                continue
            seen.add(variable)
            assert name in words, f"{module}: {name} has no docstring"
            lines += [f"# {line}" for line in textwrap.wrap(words[name], 110)]
            lines.append(f"{'' if field.is_required() else '# '}{variable}={_default(field.default)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(render())
