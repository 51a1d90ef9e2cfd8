"""`python -m sdr_sandbox.llm`: emulated model providers.

For `OPENAI_BASE_URL=http://127.0.0.1:8089/v1`, `ANTHROPIC_BASE_URL=http://127.0.0.1:8089` and
`GEMINI_BASE_URL=http://127.0.0.1:8089`.
"""

from __future__ import annotations

import argparse

import uvicorn

from sdr_sandbox.llm.app import make_app
from sdr_sandbox.llm.script import ModelState, Mood


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="sdr_sandbox.llm", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to bind to")
    parser.add_argument("--port", type=int, default=8089, help="port to bind to")
    parser.add_argument("--key", default="", help="the one API key that all accept; empty: any")
    parser.add_argument("--mood", default="plain", choices=list(Mood), help="what is answered unscripted")
    options = parser.parse_args()
    states = {name: ModelState(api_key=options.key, mood=Mood(options.mood)) for name in ("anthropic", "google")}
    app = make_app(ModelState(api_key=options.key, mood=Mood(options.mood)), **states)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
