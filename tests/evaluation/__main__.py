"""Measures an engine: `python -m tests.evaluation [--engine scripted|openai] [--set dev|heldout] [--verbose]`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from pydantic import SecretStr

from sdr_dialogue.choosing import choose_model
from sdr_dialogue.engine.scripted import ScriptedEngine
from sdr_dialogue.ports import LanguageModel
from sdr_dialogue.settings import Settings
from tests.evaluation.measuring import Measured, measure
from tests.evaluation.report import sample_transcripts, table, worst, write_quality

_NO_DATABASE = SecretStr("postgresql://not-used")
PARTS = ("dev", "heldout")


def _engine(name: str) -> LanguageModel:
    """The engine by its command-line name; `openai` is what the service itself would choose by its settings."""
    return ScriptedEngine() if name == "scripted" else choose_model(Settings(database_url=_NO_DATABASE))


async def _measure_all(engine: str, parts: Sequence[str]) -> list[Measured]:
    model = _engine(engine)
    return [await measure(model, part) for part in parts]


def main() -> None:
    """Measure, print, and keep the figures where they are published."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation")
    parser.add_argument("--engine", choices=("scripted", "openai"), default="scripted")
    parser.add_argument("--set", choices=PARTS, help="one part only; nothing is written then")
    parser.add_argument("--verbose", action="store_true", help="worst facts and, with --set, every fault")
    parser.add_argument("--transcript", metavar="ID", help="print one lead's conversation")
    chosen = parser.parse_args()
    if chosen.transcript:
        print(asyncio.run(sample_transcripts(_engine(chosen.engine), chosen.transcript.split(","))))
        return
    every = asyncio.run(_measure_all(chosen.engine, (chosen.set,) if chosen.set else PARTS))
    print(table(every))
    if chosen.verbose:
        print(worst(every))
        if chosen.set:
            print("\n".join(every[0].faults))
    if not chosen.set:
        path = write_quality(chosen.engine, every, asyncio.run(sample_transcripts(_engine(chosen.engine))))
        print(f"\nWritten to {path.name}.")


if __name__ == "__main__":
    main()
