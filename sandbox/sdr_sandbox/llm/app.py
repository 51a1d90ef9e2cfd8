"""The emulated servers: each provider's API where it has it, `/control` for whoever tests against them.

`/v1/chat/completions` is OpenAI's, `/v1/messages` Anthropic's, `/v1beta/models/{model}:generateContent` Google's.

`POST /control/script` takes a `Script`, `GET /control/requests` gives what was asked, `POST /control/reset`
forgets both, `PUT /control/key` sets the one accepted API key, `PUT /control/mood` says what is answered
unscripted. Each is OpenAI's; `?provider=anthropic` or `?provider=google` names another,
`?provider=transcription` the `/v1/audio/transcriptions` of OpenAI.
"""

from __future__ import annotations

import asyncio
import json
from types import ModuleType

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sdr_sandbox.llm import anthropic_wire, gemini_wire, openai_wire
from sdr_sandbox.llm.brain import answer
from sdr_sandbox.llm.embeddings import EmulatedEmbeddings
from sdr_sandbox.llm.script import Answer, Failure, Hang, Json, Malformed, ModelState, Mood, Reset, Script, Step

MODELS = ("gpt-5-mini", "gpt-5", "gpt-4o-mini")
"""Models that `GET /v1/models` lists; any other name is answered too."""
_WIRES = {"openai": openai_wire, "anthropic": anthropic_wire, "google": gemini_wire}
SPOKEN = "Oi, queria saber do botox"
"""What is heard in a recording that nobody scripted."""
_ABORT = "sdr_sandbox.abort"


class EmulatedModels:
    """The endpoints over one state per provider."""

    def __init__(self, states: dict[str, ModelState]) -> None:
        self._states = states

    async def chat(self, request: Request) -> Response:
        """`POST /v1/chat/completions`, without streaming."""
        return await self._answer(request, "openai")

    async def messages(self, request: Request) -> Response:
        """`POST /v1/messages`, without streaming."""
        if "anthropic-version" not in request.headers:
            return anthropic_wire.error(400, "anthropic-version: header is required")
        return await self._answer(request, "anthropic")

    async def generate(self, request: Request) -> Response:
        """`POST /v1beta/models/{model}:generateContent`."""
        return await self._answer(request, "google", request.path_params["model"])

    async def _answer(self, request: Request, provider: str, model: str = "") -> Response:
        wire, state = _WIRES[provider], self._states[provider]
        if not (key := wire.key_of(request.headers)):
            return _response(wire.error(401, "You didn't provide an API key."))
        if state.api_key and key != state.api_key:
            return _response(wire.error(401))
        try:
            body = await request.json()
        except json.JSONDecodeError:
            return _response(wire.error(400, "We could not parse the JSON body of your request."))
        if not isinstance(body, dict):
            return _response(wire.error(400, "The body must be a JSON object."))
        state.requests.append(body)
        if fault := wire.fault(body):
            return _response(wire.error(400, fault))
        step, model = state.next_step(), model or str(body["model"])
        if step is not None:
            return await self._play(request, wire, step, model)
        instructions, said = wire.prompt_of(body)
        content = answer(state.mood, instructions, said, wire.schema_of(body))
        return _response(wire.completion(model, Answer(content=content)))

    async def _play(self, request: Request, wire: ModuleType, step: Step, model: str) -> Response:
        await asyncio.sleep(step.delay_ms / 1000)
        if isinstance(step, Reset):
            request.scope[_ABORT]()
            return Response()
        if isinstance(step, Hang):
            await asyncio.sleep(step.seconds)
            return _response(wire.error(503))
        if isinstance(step, Failure):
            return _response(wire.failure(step))
        if isinstance(step, Malformed):
            return Response(step.body, media_type="application/json")
        return _response(wire.completion(model, step))

    async def transcriptions(self, request: Request) -> Response:
        """`POST /v1/audio/transcriptions`: what is scripted for `transcription`, else a usual message."""
        state = self._states["transcription"]
        if not openai_wire.key_of(request.headers):
            return openai_wire.error(401, "You didn't provide an API key.")
        async with request.form() as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile) or not form.get("model"):
                return openai_wire.error(400, "Missing required parameter: 'file' or 'model'.")
            size = len(await upload.read())
            asked: Json = {"model": str(form["model"]), "file_name": upload.filename or "", "bytes": size}
        state.requests.append(asked)
        step = state.next_step()
        if step is None or isinstance(step, Answer):
            said = step.content if isinstance(step, Answer) and isinstance(step.content, str) else SPOKEN
            details: Json = {"text_tokens": 0, "audio_tokens": 100}
            usage: Json = {"type": "tokens", "input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
            return JSONResponse({"text": said, "usage": {**usage, "input_token_details": details}})
        return await self._play(request, openai_wire, step, str(asked["model"]))

    async def models(self, request: Request) -> Response:
        """`GET /v1/models`."""
        key, accepted = openai_wire.key_of(request.headers), self._states["openai"].api_key
        if not key or (accepted and key != accepted):
            return openai_wire.error(401)
        data = [{"id": name, "object": "model", "created": 1_750_000_000, "owned_by": "openai"} for name in MODELS]
        return JSONResponse({"object": "list", "data": data})

    def _named(self, request: Request) -> ModelState:
        return self._states[request.query_params.get("provider", "openai")]

    async def script(self, request: Request) -> Response:
        """`POST /control/script`."""
        try:
            self._named(request).load(Script.model_validate_json(await request.body()))
        except ValidationError as fault:
            return JSONResponse({"errors": fault.errors(include_url=False, include_context=False)}, 422)
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        """`GET /control/requests`."""
        return JSONResponse({"requests": self._named(request).requests})

    async def reset(self, request: Request) -> Response:
        """`POST /control/reset`."""
        self._named(request).reset()
        return Response(status_code=204)

    async def key(self, request: Request) -> Response:
        """`PUT /control/key` with the key as plain text; empty: any is accepted."""
        self._named(request).api_key = (await request.body()).decode().strip()
        return Response(status_code=204)

    async def mood(self, request: Request) -> Response:
        """`PUT /control/mood` with plain, helpful or gullible as plain text."""
        try:
            self._named(request).mood = Mood((await request.body()).decode().strip())
        except ValueError as fault:
            return JSONResponse({"errors": [str(fault)]}, 422)
        return Response(status_code=204)


def _response(made: Response) -> Response:
    """What a wire module gave: a module's functions are not typed."""
    return made


class _Abortable:
    """Lets an endpoint reset its connection: uvicorn's `send` belongs to what holds the transport."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cycle = getattr(send, "__self__", None)
        if cycle is not None:
            scope[_ABORT] = cycle.transport.abort
        await self._app(scope, receive, send)


def make_app(state: ModelState, **others: ModelState) -> ASGIApp:
    """The application.

    Args:
        state: OpenAI's.
        others: `anthropic`, `google` and `transcription`; empty ones where they are not given.
    """
    states = {name: ModelState() for name in ("anthropic", "google", "transcription")}
    models = EmulatedModels({"openai": state, **states, **others})
    embeddings = EmulatedEmbeddings(lambda: state.api_key)
    return _Abortable(
        Starlette(
            routes=[
                *embeddings.routes(),
                Route("/v1/chat/completions", models.chat, methods=["POST"]),
                Route("/v1/messages", models.messages, methods=["POST"]),
                Route("/v1beta/models/{model}:generateContent", models.generate, methods=["POST"]),
                Route("/v1/audio/transcriptions", models.transcriptions, methods=["POST"]),
                Route("/v1/models", models.models),
                Route("/control/script", models.script, methods=["POST"]),
                Route("/control/requests", models.requests),
                Route("/control/reset", models.reset, methods=["POST"]),
                Route("/control/key", models.key, methods=["PUT"]),
                Route("/control/mood", models.mood, methods=["PUT"]),
            ]
        )
    )
