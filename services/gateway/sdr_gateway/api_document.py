"""The API's OpenAPI document without a running gateway: `python -m sdr_gateway.api_document > openapi.json`.

The panel's types are made of it when the panel is built, so that a field that leaves a contract stops the build.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, cast

import grpc
from fastapi import FastAPI
from google.protobuf.descriptor import FileDescriptor

from sdr_common.source_gate import SourceGate
from sdr_gateway.app_api import CONTRACTS
from sdr_gateway.http.measured import Measured
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.server import make_app
from sdr_gateway.http.session import Sessions
from sdr_gateway.operations.access import AccessWork


async def document(contracts: tuple[FileDescriptor, ...] = CONTRACTS) -> dict[str, Any]:
    """The document as `/openapi.json` has it.

    Args:
        contracts: Whose bound calls are described.
    """
    async with grpc.aio.insecure_channel("127.0.0.1:1") as nowhere:
        channels = {service.full_name: nowhere for file in contracts for service in file.services_by_name.values()}
        # Routes are only read here, so that what stands behind them is never touched.
        sessions = Sessions(cast("AccessWork", None), cast("SourceGate", None), secure=True)
        app = make_app(None, {}, (sessions, RestApi(list(contracts), channels, sessions.identify)))
        return cast("FastAPI", cast("Measured", app).app).openapi()


if __name__ == "__main__":
    json.dump(asyncio.run(document()), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
