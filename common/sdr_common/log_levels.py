"""What a running process logs, module by module, for some minutes: for operators who look at something right now.

    SDR_OPS_TOKEN=… python -m sdr_common.log_levels http://127.0.0.1:9464 sdr_gateway.worker=debug --minutes 10
    SDR_OPS_TOKEN=… python -m sdr_common.log_levels http://127.0.0.1:9464          # what is set

Every process has its own port and its own levels. A level goes back by itself, so that nobody forgets it.
"""

from __future__ import annotations

import argparse
import hmac
import json
import logging
import os
import re
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from sdr_common.errors import InvalidField
from sdr_common.logs import OWN_LOGGERS

LEVELS: Final = ("debug", "info", "warning", "error")
LONGEST_MINUTES: Final = 24 * 60
_MODULE = re.compile(r"[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)*")
_LOG = structlog.get_logger()


class OperatorNotAllowed(Exception):
    """The token is missing or wrong, or the process has none; it never leaves the operators' port."""


class LogLevels:
    """The levels of this process.

    Args:
        token: Who knows it may change them; empty: nobody may.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._changed: dict[str, tuple[int, threading.Timer]] = {}
        """By module: its level before, and what brings it back."""
        self._lock = threading.Lock()

    def check(self, authorization: str) -> None:
        """Lets an operator in.

        Args:
            authorization: The header's value, "Bearer TOKEN".

        Raises:
            OperatorNotAllowed: it is not the token.
        """
        given = authorization.removeprefix("Bearer ").encode()
        if not self._token or not hmac.compare_digest(given, self._token.encode()):
            known = "the token is not SDR_OPS_TOKEN's" if self._token else "SDR_OPS_TOKEN is not set for this process"
            raise OperatorNotAllowed(known)

    def current(self) -> dict[str, str]:
        """The level of each of our packages, and of what was changed."""
        names = sorted({*(name for name in OWN_LOGGERS if name != "__main__"), *self._changed})
        return {name: logging.getLevelName(logging.getLogger(name).getEffectiveLevel()).lower() for name in names}

    def change(self, levels: Mapping[str, str], minutes: float) -> dict[str, str]:
        """Sets levels for a while and says what is set then.

        Args:
            levels: By module, such as "sdr_gateway.worker"; it counts for the modules inside it too.
            minutes: For so long, to 24 hours.

        Raises:
            InvalidField: a module, a level or the time is none.
        """
        if not 0 < minutes <= LONGEST_MINUTES:
            raise InvalidField("minutes", f"{minutes} is not between 0 and {LONGEST_MINUTES}")
        for module, level in levels.items():
            if not _MODULE.fullmatch(module):
                raise InvalidField("levels", f"{module[:80]!r} is no module's name")
            if level not in LEVELS:
                raise InvalidField(f"levels.{module}", f"must be one of {', '.join(LEVELS)}")
        with self._lock:
            for module, level in levels.items():
                self._set(module, level, minutes)
        return self.current()

    def close(self) -> None:
        """Brings every level back."""
        for module in list(self._changed):
            self._restore(module)

    def _set(self, module: str, level: str, minutes: float) -> None:
        logger = logging.getLogger(module)
        before = logger.level
        if module in self._changed:
            before, timer = self._changed[module]
            timer.cancel()
        logger.setLevel(level.upper())
        timer = threading.Timer(minutes * 60, self._restore, [module])
        timer.daemon = True
        timer.start()
        self._changed[module] = (before, timer)
        _LOG.warning("log_level_changed", module=module, to=level, minutes=minutes)

    def _restore(self, module: str) -> None:
        with self._lock:
            before, timer = self._changed.pop(module, (logging.NOTSET, None))
            if timer is not None:
                timer.cancel()
                logging.getLogger(module).setLevel(before)
                _LOG.warning("log_level_restored", module=module)


def main(arguments: Sequence[str] | None = None) -> int:
    """Asks a process; gives the exit status."""
    parser = argparse.ArgumentParser(prog="sdr_common.log_levels", description=__doc__)
    parser.add_argument("address", help="operators' port of a process, such as http://127.0.0.1:9464")
    parser.add_argument("levels", nargs="*", metavar="MODULE=LEVEL", help="none: only say what is set")
    parser.add_argument("--minutes", type=float, default=15.0, help="for so long (15)")
    given = parser.parse_args(arguments)
    if not given.address.startswith(("http://", "https://")):
        parser.error("the address begins with http://")
    wanted = dict(pair.partition("=")[::2] for pair in given.levels)
    body = json.dumps({"levels": wanted, "minutes": given.minutes}).encode() if wanted else None
    request = urllib.request.Request(  # noqa: S310  (the scheme was looked at)
        f"{given.address.rstrip('/')}/log-levels",
        data=body,
        method="PUT" if wanted else "GET",
        headers={"Authorization": f"Bearer {os.environ.get('SDR_OPS_TOKEN', '')}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  (as above)
            found: dict[str, str] = json.load(answer)
    except urllib.error.HTTPError as error:
        sys.stderr.write(error.read().decode(errors="replace"))
        return 1
    except OSError as error:
        sys.stderr.write(f"{given.address} does not answer: {error}\n")
        return 1
    for module, level in found.items():
        sys.stdout.write(f"{module}: {level}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
