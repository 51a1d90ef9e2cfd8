"""What a stack keeps between starts, and what it tells others about itself."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sdr_sandbox.stack.settings import StackSettings

CALLERS = ("gateway", "dialogue", "scoring", "routing", "reporting", "operator")


@dataclass(frozen=True, slots=True)
class Secrets:
    """Tokens and keys of one data directory, made once."""

    admin_token: str
    inbox_identifier: str
    secret_key: str
    caller_tokens: dict[str, str]
    """By caller: what each process, and an operator, shows when it calls a service."""

    def accepted_callers(self) -> str:
        """As SDR_ACCEPTED_CALLERS wants it."""
        return ",".join(
            f"{caller}={hashlib.sha256(token.encode()).hexdigest()}" for caller, token in self.caller_tokens.items()
        )


def keep_secrets(settings: StackSettings) -> Secrets:
    """Reads the kept secrets, makes missing ones; the environment goes first. The file is for the owner alone."""
    path = settings.data_dir / "secrets.json"
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    found = Secrets(
        admin_token=settings.admin_token or kept.get("admin_token") or secrets.token_urlsafe(18),
        inbox_identifier=settings.inbox_identifier or kept.get("inbox_identifier") or secrets.token_urlsafe(12),
        secret_key=(
            settings.secret_key.get_secret_value()
            if settings.secret_key
            else kept.get("secret_key") or urlsafe_b64encode(os.urandom(32)).decode()
        ),
        caller_tokens={
            caller: kept.get("caller_tokens", {}).get(caller) or secrets.token_urlsafe(24) for caller in CALLERS
        },
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(found), file, indent=2)
    return found


def write_description(data_dir: Path, description: Mapping[str, object]) -> None:
    """Tells tests and tools where everything is: `stack.json`, present only while the stack is ready."""
    draft = data_dir / "stack.json.draft"
    draft.write_text(json.dumps(description, indent=2))
    draft.chmod(0o600)
    draft.rename(data_dir / "stack.json")


def forget_description(data_dir: Path) -> None:
    """The stack is no longer ready."""
    (data_dir / "stack.json").unlink(missing_ok=True)


class Stamp:
    """Remembers for which input a costly step was done last, so that a second start can skip it."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self._path = data_dir / f"{name}.stamp"

    def is_current(self, fingerprint: str) -> bool:
        """True when the step was done for this very input."""
        return self._path.exists() and self._path.read_text() == fingerprint

    def set(self, fingerprint: str) -> None:
        """The step is done."""
        self._path.write_text(fingerprint)
