"""OpenAI's wire format: answers and errors as the API sends them.

Source: https://platform.openai.com/docs/api-reference/chat/object and /docs/guides/error-codes.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping

from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from sdr_sandbox.llm.schema import fault_of
from sdr_sandbox.llm.script import Answer, CutOff, Failure, Json, Refusal, ToolCall

_ERRORS: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "The request is malformed."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Not supported here."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    408: ("timeout", None, "Request timed out."),
    409: ("conflict", None, "The resource was updated by another process."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error while processing your request."),
    502: ("server_error", None, "Bad gateway."),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
    504: ("server_error", None, "Gateway timeout."),
    529: ("server_error", None, "Overloaded."),
}
"""Type, code and message by status."""


def error(status: int, message: str = "", *, code: str | None = None, param: str | None = None) -> Response:
    """An error body; empty `message` and `code`: the usual ones of the status."""
    kind, usual_code, usual = _ERRORS[status]
    body = {"error": {"message": message or usual, "type": kind, "param": param, "code": code or usual_code}}
    return JSONResponse(body, status, headers={"x-request-id": f"req_{uuid.uuid4().hex}"})


def failure(step: Failure) -> Response:
    """A scripted error, with its hint when to come again."""
    response = error(step.status)
    if step.retry_after_s is not None:
        response.headers["retry-after"] = str(step.retry_after_s)
        response.headers["x-ratelimit-remaining-requests"] = "0"
        response.headers["x-ratelimit-reset-requests"] = f"{step.retry_after_s}s"
    return response


def completion(model: str, step: Answer | ToolCall | Refusal | CutOff) -> Response:
    """A `chat.completion` object."""
    tool_calls: list[JsonValue] = []
    content: JsonValue
    refusal: str | None = None
    finish_reason, prompt_tokens, completion_tokens, cached_tokens = "stop", 120, 40, 0
    if isinstance(step, Answer):
        content = step.content if isinstance(step.content, str) else json.dumps(step.content, ensure_ascii=False)
        prompt_tokens, completion_tokens, cached_tokens = (
            step.prompt_tokens,
            step.completion_tokens,
            step.cached_tokens,
        )
    elif isinstance(step, ToolCall):
        content, finish_reason = None, "tool_calls"
        arguments = json.dumps(step.arguments, ensure_ascii=False)
        function: Json = {"name": step.name, "arguments": arguments}
        tool_calls = [{"id": f"call_{uuid.uuid4().hex}", "type": "function", "function": function}]
        prompt_tokens, completion_tokens = step.prompt_tokens, step.completion_tokens
    elif isinstance(step, CutOff):
        content, finish_reason = step.content, "length"
    else:
        content, refusal = None, step.text
    message: Json = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
    if tool_calls:
        message["tool_calls"] = tool_calls
    body: Json = {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": finish_reason,
            }
        ],
        "usage": _usage(prompt_tokens, completion_tokens, cached_tokens),
        "service_tier": "default",
        "system_fingerprint": None,
    }
    return JSONResponse(body, headers={"x-request-id": f"req_{uuid.uuid4().hex}"})


def _usage(prompt_tokens: int, completion_tokens: int, cached_tokens: int) -> Json:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def key_of(headers: Mapping[str, str]) -> str:
    """The bearer token of a request; empty: none."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def fault(body: Json) -> str:
    """Why OpenAI would answer 400; empty: it would not."""
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


def schema_of(body: Json) -> Json | None:
    """The wanted shape of the answer."""
    wanted = body.get("response_format")
    described = wanted.get("json_schema") if isinstance(wanted, dict) else None
    schema = described.get("schema") if isinstance(described, dict) else None
    return schema if isinstance(schema, dict) else None


def prompt_of(body: Json) -> tuple[str, str]:
    """Instructions, and what the user said last."""
    messages = body.get("messages")
    instructions, said = "", ""
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and isinstance(content := message.get("content"), str):
            if message.get("role") == "user":
                said = content
            elif message.get("role") in {"system", "developer"}:
                instructions = f"{instructions}\n{content}".strip()
    return instructions, said
