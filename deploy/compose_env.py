"""`python3 deploy/compose_env.py`: writes `.env` beside docker-compose.yml, with every secret that it lacks.

It starts from deploy/compose.env.example, keeps whatever `.env` holds already, and makes the database's password, the
key that seals secrets, and a token for each caller. What servers know of the tokens, `SDR_ACCEPTED_CALLERS`, is always
made anew from them. Needs nothing but Python 3.9.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CALLERS = ("gateway", "dialogue", "scoring", "routing", "reporting", "operator")
_LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")


def completed(example: str, kept: str) -> str:
    """The whole text of `.env`.

    Args:
        example: The example's text; its order and comments are taken over.
        kept: What `.env` holds; empty: there is none. Lines that the example does not know come last.
    """
    values = {found[1]: found[2] for line in kept.splitlines() if (found := _LINE.match(line))}
    for name in ("POSTGRES_PASSWORD", *(_token(caller) for caller in CALLERS)):
        values[name] = values.get(name) or secrets.token_urlsafe(24)
    values["SDR_SECRET_KEY"] = values.get("SDR_SECRET_KEY") or base64.urlsafe_b64encode(os.urandom(32)).decode()
    digests = {caller: hashlib.sha256(values[_token(caller)].encode()).hexdigest() for caller in CALLERS}
    values["SDR_ACCEPTED_CALLERS"] = ",".join(f"{caller}={digest}" for caller, digest in digests.items())
    lines = []
    for line in example.splitlines():
        found = _LINE.match(line)
        lines.append(f"{found[1]}={values.pop(found[1], found[2])}" if found else line)
    return "\n".join([*lines, *(f"{name}={value}" for name, value in values.items()), ""])


def _token(caller: str) -> str:
    return f"SDR_CALLER_TOKEN_{caller.upper()}"


def main() -> None:
    """Writes the file, readable by its owner alone, and says what is left to fill in."""
    target = ROOT / ".env"
    kept = target.read_text() if target.exists() else ""
    text = completed((ROOT / "deploy" / "compose.env.example").read_text(), kept)
    draft = target.with_name(".env.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(target)
    sys.stdout.write(f"{target.name} is complete; look it through for names, keys of models and mail.\n")


if __name__ == "__main__":
    main()
