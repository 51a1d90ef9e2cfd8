"""`python -m sdr_dialogue serve | migrate | check-config | reseal-secrets | knowledge …`."""

from __future__ import annotations

import sys

from sdr_common.commands import run_command
from sdr_dialogue.settings import Settings


def main() -> None:
    """Runs one command."""
    if sys.argv[1:2] == ["reseal-secrets"]:
        # Of this command alone; the service starts without them.
        from sdr_common.commands import reseal_secrets  # noqa: PLC0415
        from sdr_common.settings import load_settings  # noqa: PLC0415
        from sdr_dialogue.store.model_keys import reseal  # noqa: PLC0415

        settings = load_settings(Settings)
        reseal_secrets("dialogue", lambda: reseal(settings))
        return
    if sys.argv[1:2] == ["knowledge"]:
        # A client of the service alone: it needs no settings, and the other commands need no client.
        from sdr_dialogue.commands import run_knowledge  # noqa: PLC0415

        raise SystemExit(run_knowledge(sys.argv[2:]))
    run_command("dialogue", Settings, ["serve"], __doc__)


if __name__ == "__main__":
    main()
