"""`python -m sdr_routing serve | work | all | migrate | check-config`."""

from __future__ import annotations

from sdr_common.commands import run_command
from sdr_routing.settings import Settings

if __name__ == "__main__":
    run_command("routing", Settings, ["serve", "work", "all"], __doc__)
