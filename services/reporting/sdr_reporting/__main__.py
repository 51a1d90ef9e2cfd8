"""`python -m sdr_reporting serve | migrate | check-config | reseal-secrets`."""

from __future__ import annotations

import sys

from sdr_common.commands import run_command
from sdr_reporting.settings import Settings

if __name__ == "__main__":
    if sys.argv[1:2] == ["reseal-secrets"]:
        from sdr_common.commands import reseal_secrets
        from sdr_common.settings import load_settings
        from sdr_reporting.outputs.store.secrets import reseal

        settings = load_settings(Settings)
        reseal_secrets("reporting", lambda: reseal(settings))
        raise SystemExit(0)
    run_command("reporting", Settings, ["serve"], __doc__)
