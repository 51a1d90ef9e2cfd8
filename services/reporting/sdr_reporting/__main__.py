"""`python -m sdr_reporting serve | migrate | check-config`."""

from __future__ import annotations

from sdr_common.commands import run_command
from sdr_reporting.settings import Settings

if __name__ == "__main__":
    run_command("reporting", Settings, ["serve"], __doc__)
