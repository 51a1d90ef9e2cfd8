"""`python -m sdr_routing serve | work | all | migrate | check-config | dead-letters …`."""

from __future__ import annotations

import sys

from sdr_common.commands import run_command
from sdr_routing.settings import Settings

if __name__ == "__main__":
    if sys.argv[1:2] == ["dead-letters"]:
        # A client of the service alone: it needs no settings, and the other commands need no client.
        from sdr_routing.operator_commands import run_dead_letters

        raise SystemExit(run_dead_letters(sys.argv[2:]))
    run_command("routing", Settings, ["serve", "work", "all"], __doc__)
