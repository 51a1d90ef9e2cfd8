"""Anthropic's wire format: the Messages API, answers and errors as it sends them.

Source: https://platform.claude.com/docs/en/api/messages, /docs/en/api/errors and
/docs/en/build-with-claude/structured-outputs.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from sdr_sandbox.llm.script import Answer, CutOff, Failure, Json, Refusal, ToolCall

_ERRORS: dict[int, tuple[str, str]] = {
    400: ("invalid_request_error", "The request is malformed."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "model not found"),
    408: ("timeout_error", "Request timed out."),
    409: ("invalid_request_error", "Conflict."),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    500: ("api_error", "Internal server error"),
    502: ("api_error", "Bad gateway"),
    503: ("api_error", "Service unavailable"),
    504: ("timeout_error", "Request timed out while processing."),
    529: ("overloaded_error", "Overloaded"),
}
"""Type and message by status."""


def error(status: int, message: str = "") -> Response:
    """An error body; empty `message`: the usual one of the status."""
    kind, usual = _ERRORS[status]
    request_id = f"req_{uuid.uuid4().hex[:24]}"
    body = {"type": "error", "error": {"type": kind, "message": message or usual}, "request_id": request_id}
    return JSONResponse(body, status, headers={"request-id": request_id})


def failure(step: Failure) -> Response:
    """A scripted error, with its hint when to come again."""
    response = error(step.status)
    if step.retry_after_s is not None:
        response.headers["retry-after"] = str(step.retry_after_s)
    return response


def completion(model: str, step: Answer | ToolCall | Refusal | CutOff) -> Response:
    """A `message` object."""
    content: list[JsonValue]
    usage: Json = {
        "input_tokens": 120,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 40,
        "service_tier": "standard",
    }
    reason = "end_turn"
    if isinstance(step, Answer):
        text = step.content if isinstance(step.content, str) else json.dumps(step.content, ensure_ascii=False)
        content = [{"type": "text", "text": text}]
        usage |= {
            "input_tokens": step.prompt_tokens - step.cached_tokens,
            "cache_read_input_tokens": step.cached_tokens,
            "output_tokens": step.completion_tokens,
        }
    elif isinstance(step, ToolCall):
        tool_id = f"toolu_{uuid.uuid4().hex[:24]}"
        content = [{"type": "tool_use", "id": tool_id, "name": step.name, "input": step.arguments}]
        reason = "tool_use"
        usage |= {"input_tokens": step.prompt_tokens, "output_tokens": step.completion_tokens}
    elif isinstance(step, CutOff):
        content, reason = [{"type": "text", "text": step.content}], "max_tokens"
    else:
        content, reason = [], "refusal"
    body: Json = {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": usage,
    }
    return JSONResponse(body, headers={"request-id": f"req_{uuid.uuid4().hex[:24]}"})


def key_of(headers: Mapping[str, str]) -> str:
    """The API key of a request, in either of the headers that Anthropic takes it from; empty: none."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return headers.get("x-api-key", "").strip() or (bearer.strip() if scheme.lower() == "bearer" else "")


def fault(body: Json) -> str:
    """Why Anthropic would answer 400; empty: it would not."""
    if not isinstance(body.get("model"), str) or not body["model"]:
        return "model: Field required"
    if not isinstance(tokens := body.get("max_tokens"), int) or tokens < 1:
        return "max_tokens: Field required"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages: at least one message is required"
    for position, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in {"user", "assistant"}:
            return f"messages.{position}.role: Input should be 'user' or 'assistant'"
    if body.get("stream"):
        return "Streaming is not emulated."
    schema = schema_of(body)
    if schema is not None and schema.get("additionalProperties") is not False:
        return "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"
    return ""


def schema_of(body: Json) -> Json | None:
    """The wanted shape of the answer."""
    config = body.get("output_config")
    wanted = config.get("format") if isinstance(config, dict) else body.get("output_format")
    schema = wanted.get("schema") if isinstance(wanted, dict) else None
    return schema if isinstance(schema, dict) else None


def prompt_of(body: Json) -> tuple[str, str]:
    """Instructions, and what the user said last."""
    messages = body.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return _text(body.get("system")), _text(last.get("content")) if isinstance(last, dict) else ""


def _text(content: JsonValue) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))
