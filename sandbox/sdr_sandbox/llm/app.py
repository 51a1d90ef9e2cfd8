"""The emulated server: `/v1` as OpenAI has it, `/control` for whoever tests against it.

`POST /control/script` takes a `Script`, `GET /control/requests` gives what was asked, `POST /control/reset`
forgets both, `PUT /control/key` sets the one accepted API key.
"""

from __future__ import annotations

import asyncio
import json

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sdr_sandbox.llm.schema import example_of, fault_of
from sdr_sandbox.llm.script import Answer, Failure, Hang, Json, Malformed, ModelState, Script, Step
from sdr_sandbox.llm.wire import completion, error, failure, key_of

MODELS = ("gpt-5-mini", "gpt-5", "gpt-4o-mini")
"""Models that `GET /v1/models` lists; any other name is answered too."""


class EmulatedModel:
    """The endpoints over one state."""

    def __init__(self, state: ModelState) -> None:
        self.state = state

    async def chat(self, request: Request) -> Response:
        """`POST /v1/chat/completions`, without streaming."""
        if (refused := self._unauthorised(request)) is not None:
            return refused
        try:
            body = await request.json()
        except json.JSONDecodeError:
            return error(400, "We could not parse the JSON body of your request.")
        if not isinstance(body, dict):
            return error(400, "The body must be a JSON object.")
        self.state.requests.append(body)
        if fault := _fault(body):
            return error(400, fault)
        return await self._play(self.state.next_step(), body)

    async def _play(self, step: Step | None, body: Json) -> Response:
        model = str(body["model"])
        if step is None:
            return completion(model, Answer(content=_plain_answer(body)))
        await asyncio.sleep(step.delay_ms / 1000)
        if isinstance(step, Hang):
            await asyncio.sleep(step.seconds)
            return error(503)
        if isinstance(step, Failure):
            return failure(step)
        if isinstance(step, Malformed):
            return Response(step.body, media_type="application/json")
        return completion(model, step)

    def _unauthorised(self, request: Request) -> Response | None:
        key = key_of(request.headers)
        if not key:
            return error(401, "You didn't provide an API key.", code="missing_api_key")
        return error(401) if self.state.api_key and key != self.state.api_key else None

    async def models(self, request: Request) -> Response:
        """`GET /v1/models`."""
        if (refused := self._unauthorised(request)) is not None:
            return refused
        data = [{"id": name, "object": "model", "created": 1_750_000_000, "owned_by": "openai"} for name in MODELS]
        return JSONResponse({"object": "list", "data": data})

    async def script(self, request: Request) -> Response:
        """`POST /control/script`."""
        try:
            self.state.load(Script.model_validate_json(await request.body()))
        except ValidationError as fault:
            return JSONResponse({"errors": fault.errors(include_url=False, include_context=False)}, 422)
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        """`GET /control/requests`."""
        return JSONResponse({"requests": self.state.requests})

    async def reset(self, request: Request) -> Response:
        """`POST /control/reset`."""
        self.state.reset()
        return Response(status_code=204)

    async def key(self, request: Request) -> Response:
        """`PUT /control/key` with the key as plain text; empty: any is accepted."""
        self.state.api_key = (await request.body()).decode().strip()
        return Response(status_code=204)


def make_app(state: ModelState) -> Starlette:
    """The application over one state."""
    model = EmulatedModel(state)
    return Starlette(
        routes=[
            Route("/v1/chat/completions", model.chat, methods=["POST"]),
            Route("/v1/models", model.models),
            Route("/control/script", model.script, methods=["POST"]),
            Route("/control/requests", model.requests),
            Route("/control/reset", model.reset, methods=["POST"]),
            Route("/control/key", model.key, methods=["PUT"]),
        ]
    )


def _fault(body: Json) -> str:
    """Why OpenAI would answer 400."""
    if not isinstance(model := body.get("model"), str) or not model:
        return "you must provide a model parameter"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "Missing required parameter: 'messages'."
    roles = {"system", "developer", "user", "assistant", "tool"}
    for position, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in roles:
            return f"Invalid value for 'messages[{position}].role'."
    if body.get("stream"):
        return "Streaming is not emulated."
    if model.startswith(("gpt-5", "o1", "o3", "o4")):
        if body.get("temperature") not in {None, 1}:
            return "Unsupported value: 'temperature' does not support this value with this model."
        if "max_tokens" in body:
            return "Unsupported parameter: 'max_tokens' is not supported with this model."
    return fault_of(body.get("response_format"))


def _plain_answer(body: Json) -> Json | str:
    wanted = body.get("response_format")
    described = wanted.get("json_schema") if isinstance(wanted, dict) else None
    schema = described.get("schema") if isinstance(described, dict) else None
    example = example_of(schema) if isinstance(schema, dict) else "Certo!"
    return example if isinstance(example, dict) else "Certo!"
