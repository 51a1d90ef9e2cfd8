"""Google's wire format: `generateContent` of the Gemini API, answers and errors as it sends them.

Source: https://ai.google.dev/api/generate-content and https://ai.google.dev/gemini-api/docs/troubleshooting.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from sdr_sandbox.llm.script import Answer, CutOff, Failure, Json, Refusal, ToolCall

_ERRORS: dict[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "API key not valid. Please pass a valid API key."),
    403: ("PERMISSION_DENIED", "Your API key doesn't have the required permissions."),
    404: ("NOT_FOUND", "The requested resource wasn't found."),
    408: ("DEADLINE_EXCEEDED", "Request timed out."),
    409: ("ABORTED", "The operation was aborted."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    502: ("UNAVAILABLE", "Bad gateway."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The service is unable to finish processing within the deadline."),
    529: ("UNAVAILABLE", "Overloaded."),
}
"""Status word and message by status."""


def error(status: int, message: str = "", retry_after_s: int | None = None) -> Response:
    """An error body; empty `message`: the usual one of the status."""
    word, usual = _ERRORS[status]
    details: list[JsonValue] = []
    if retry_after_s is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after_s}s"})
    fields: Json = {"code": status, "message": message or usual, "status": word}
    if details:
        fields["details"] = details
    return JSONResponse({"error": fields}, status)


def failure(step: Failure) -> Response:
    """A scripted error, with its hint when to come again."""
    return error(step.status, retry_after_s=step.retry_after_s)


def completion(model: str, step: Answer | ToolCall | Refusal | CutOff) -> Response:
    """A `GenerateContentResponse`."""
    usage: Json = {"promptTokenCount": 120, "candidatesTokenCount": 40, "totalTokenCount": 160}
    body: Json = {"usageMetadata": usage, "modelVersion": model, "responseId": uuid.uuid4().hex[:22]}
    if isinstance(step, Refusal):
        body["promptFeedback"] = {"blockReason": "PROHIBITED_CONTENT"}
        usage.pop("candidatesTokenCount")
        return JSONResponse(body)
    part: Json
    reason = "STOP"
    if isinstance(step, Answer):
        text = step.content if isinstance(step.content, str) else json.dumps(step.content, ensure_ascii=False)
        part = {"text": text}
        usage |= {
            "promptTokenCount": step.prompt_tokens,
            "candidatesTokenCount": step.completion_tokens,
            "totalTokenCount": step.prompt_tokens + step.completion_tokens,
        }
        if step.cached_tokens:
            usage["cachedContentTokenCount"] = step.cached_tokens
    elif isinstance(step, ToolCall):
        part = {"functionCall": {"name": step.name, "args": step.arguments}}
    else:
        part, reason = {"text": step.content}, "MAX_TOKENS"
    candidate: Json = {"content": {"parts": [part], "role": "model"}, "finishReason": reason, "index": 0}
    body["candidates"] = [candidate]
    return JSONResponse(body)


def key_of(headers: Mapping[str, str]) -> str:
    """The API key of a request; empty: none."""
    return headers.get("x-goog-api-key", "").strip()


def fault(body: Json) -> str:
    """Why Google would answer 400; empty: it would not."""
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        return "* GenerateContentRequest.contents: contents is not specified"
    for position, content in enumerate(contents):
        if not isinstance(content, dict) or content.get("role") not in {None, "user", "model"}:
            return f"* GenerateContentRequest.contents[{position}].role: Please use a valid role: user, model."
    config = body.get("generationConfig")
    typed = isinstance(config, dict) and config.get("responseMimeType") == "application/json"
    if schema_of(body) is not None and not typed:
        return "* GenerateContentRequest.generation_config.response_json_schema: needs application/json"
    return ""


def schema_of(body: Json) -> Json | None:
    """The wanted shape of the answer."""
    config = body.get("generationConfig")
    if not isinstance(config, dict):
        return None
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    return schema if isinstance(schema, dict) else None


def prompt_of(body: Json) -> tuple[str, str]:
    """Instructions, and what the user said last."""
    contents = body.get("contents")
    return _text(body.get("systemInstruction")), _text(
        contents[-1] if isinstance(contents, list) and contents else None
    )


def _text(content: JsonValue) -> str:
    parts = content.get("parts") if isinstance(content, dict) else None
    texts = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return "\n".join(text for text in texts if isinstance(text, str))
