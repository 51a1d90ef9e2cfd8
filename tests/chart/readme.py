"""Writes the table of values in the chart's README anew: `python -m tests.chart.readme`.

A line `# -- …` right above a key documents it; a key without one is documented by the comment of its parent.
The known generator for such tables is a Node program; this needs what the tests have anyway.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator

import yaml

from tests.chart.rendering import CHART

BEGIN, END = "<!-- values -->", "<!-- /values -->"
_KEY = re.compile(r"^( *)([A-Za-z][\w-]*):")
_DOC = re.compile(r"^ *# -- (.*)$")


def documented(text: str) -> Iterator[tuple[str, str]]:
    """Every documented key as a dotted path with its sentence, in the order of the file."""
    path: list[tuple[int, str]] = []
    doc = ""
    for line in text.splitlines():
        if found := _DOC.match(line):
            doc = found[1]
            continue
        if key := _KEY.match(line):
            indent = len(key[1])
            path = [step for step in path if step[0] < indent] + [(indent, key[2])]
            if doc:
                yield ".".join(step[1] for step in path), doc
        doc = ""


def default_of(values: object, path: str) -> str:
    """The default of a dotted path as JSON; a mapping only says that it is one."""
    for step in path.split("."):
        assert isinstance(values, dict)
        values = values[step]
    return "…" if isinstance(values, dict) and values else f"`{json.dumps(values, ensure_ascii=False)}`"


def table() -> str:
    """The table of values."""
    text = (CHART / "values.yaml").read_text()
    values = yaml.safe_load(text)
    rows = [f"| `{path}` | {default_of(values, path)} | {doc} |" for path, doc in documented(text)]
    return "\n".join(["| value | default | meaning |", "|---|---|---|", *rows])


def with_table(readme: str) -> str:
    """The README with the table between its marks."""
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    README = CHART / "README.md"
    README.write_text(with_table(README.read_text()))
    sys.stdout.write("charts/sdr/README.md\n")
