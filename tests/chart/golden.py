"""Writes the committed renders anew: `python -m tests.chart.golden`."""

from __future__ import annotations

import sys

from tests.chart.rendering import EXAMPLES, preset, render_texts, without_tokens

PRESETS = ("trial", "staging", "production")


def rendered(name: str) -> str:
    """One preset's objects as one text, template by template."""
    texts = sorted(render_texts(preset(name)).items())
    parts = [f"# {template}\n{text.strip()}\n" for template, text in texts if text.strip()]
    return without_tokens("\n".join(parts).replace(" \n", "\n"))


def main() -> None:
    """Renders every preset into `charts/sdr/examples`."""
    for name in PRESETS:
        target = EXAMPLES / name / "rendered.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rendered(name))
        sys.stdout.write(f"{target.relative_to(EXAMPLES.parents[2])}\n")


if __name__ == "__main__":
    main()
