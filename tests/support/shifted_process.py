"""A module run by a Python whose clock is wrong: `python -m tests.support.shifted_process SECONDS MODULE ARGUMENTS…`.

`time.time` and `datetime.now` are shifted before anything of ours is imported; the monotonic clock is not, as on a
machine whose clock was set wrong.
"""

from __future__ import annotations

import datetime
import runpy
import sys
import time

_SECONDS = float(sys.argv[1])
_TIME = time.time
_DATETIME = datetime.datetime


def _time() -> float:
    # gRPC adds its timeouts to this and hands them to a C core that reads the kernel's clock: on a machine whose clock
    # is wrong the two agree, so here they must too.
    caller = sys._getframe(1).f_globals.get("__name__", "")
    return _TIME() if caller.partition(".")[0] == "grpc" else _TIME() + _SECONDS


class _Shifted(_DATETIME):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _Shifted:
        return cls.fromtimestamp(time.time(), tz)


if __name__ == "__main__":
    time.time = _time
    time.time_ns = lambda: int((_TIME() + _SECONDS) * 1e9)
    datetime.datetime = _Shifted  # type: ignore[misc]  # the point of this module
    module, sys.argv = sys.argv[2], sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
