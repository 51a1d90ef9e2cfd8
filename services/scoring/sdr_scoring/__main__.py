"""`python -m sdr_scoring serve | migrate | check-config`."""

from __future__ import annotations

from sdr_common.commands import run_command
from sdr_scoring.settings import Settings

if __name__ == "__main__":
    run_command("scoring", Settings, ["serve"], __doc__)
