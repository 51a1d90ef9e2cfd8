"""`python -m sdr_routing serve | work | all | migrate | check-config | dead-letters … | reseal-secrets`."""

from __future__ import annotations

import sys

from sdr_common.commands import run_command
from sdr_routing.settings import Settings

if __name__ == "__main__":
    if sys.argv[1:2] == ["dead-letters"]:
        # A client of the service alone: it needs no settings, and the other commands need no client.
        from sdr_routing.operator_commands import run_dead_letters

        raise SystemExit(run_dead_letters(sys.argv[2:]))
    if sys.argv[1:2] == ["reseal-secrets"]:
        from sdr_common.commands import reseal_secrets
        from sdr_common.settings import load_settings
        from sdr_routing.store.secrets import reseal

        settings = load_settings(Settings)
        reseal_secrets("routing", lambda: reseal(settings))
        raise SystemExit(0)
    run_command("routing", Settings, ["serve", "work", "all"], __doc__)
