"""`python -m sdr_dialogue serve | migrate | check-config`."""

from __future__ import annotations

from sdr_common.commands import run_command
from sdr_dialogue.settings import Settings

if __name__ == "__main__":
    run_command("dialogue", Settings, ["serve"], __doc__)
