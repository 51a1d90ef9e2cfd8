"""Answers fit Chatwoot's own OpenAPI document, except where the document contradicts its server."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.contract.sandbox.conftest import ACCOUNT, CONVERSATION, PUBLIC, Client
from tests.contract.sandbox.recorded import FREE_FORM, openapi_file

ANSWERS: list[tuple[str, str, str, Any]] = [
    # method, path in the document, path called, body
    ("get", "/api/v1/profile", "/api/v1/profile", None),
    ("get", "/api/v1/accounts/{account_id}", ACCOUNT, None),
    ("get", "/api/v1/accounts/{account_id}/agents", f"{ACCOUNT}/agents", None),
    ("get", "/api/v1/accounts/{account_id}/agent_bots", f"{ACCOUNT}/agent_bots", None),
    ("post", "/api/v1/accounts/{account_id}/agent_bots", f"{ACCOUNT}/agent_bots", {"name": "Outra"}),
    ("get", "/api/v1/accounts/{account_id}/agent_bots/{id}", f"{ACCOUNT}/agent_bots/1", None),
    ("get", "/api/v1/accounts/{account_id}/teams", f"{ACCOUNT}/teams", None),
    ("post", "/api/v1/accounts/{account_id}/teams", f"{ACCOUNT}/teams", {"name": "recepção"}),
    ("get", "/api/v1/accounts/{account_id}/teams/{team_id}/team_members", f"{ACCOUNT}/teams/1/team_members", None),
    ("get", "/api/v1/accounts/{account_id}/inboxes", f"{ACCOUNT}/inboxes", None),
    ("get", "/api/v1/accounts/{account_id}/inboxes/{id}", f"{ACCOUNT}/inboxes/1", None),
    ("get", "/api/v1/accounts/{account_id}/inbox_members/{inbox_id}", f"{ACCOUNT}/inbox_members/1", None),
    ("get", "/api/v1/accounts/{account_id}/labels", f"{ACCOUNT}/labels", None),
    ("post", "/api/v1/accounts/{account_id}/labels", f"{ACCOUNT}/labels", {"title": "botox", "description": "d"}),
    (
        "post",
        "/api/v1/accounts/{account_id}/custom_attribute_definitions",
        f"{ACCOUNT}/custom_attribute_definitions",
        {"attribute_display_name": "Score", "attribute_key": "k", "attribute_model": 1, "attribute_display_type": 1},
    ),
    (
        "post",
        "/api/v1/accounts/{account_id}/canned_responses",
        f"{ACCOUNT}/canned_responses",
        {"short_code": "oi", "content": "Olá!"},
    ),
    (
        "post",
        "/api/v1/accounts/{account_id}/webhooks",
        f"{ACCOUNT}/webhooks",
        {"url": "http://127.0.0.1:9/", "name": "n"},
    ),
    ("get", "/api/v1/accounts/{account_id}/contacts", f"{ACCOUNT}/contacts", None),
    ("get", "/api/v1/accounts/{account_id}/contacts/search", f"{ACCOUNT}/contacts/search?q=mari", None),
    ("post", "/api/v1/accounts/{account_id}/contacts/filter", f"{ACCOUNT}/contacts/filter", {"payload": []}),
    ("get", "/api/v1/accounts/{account_id}/contacts/{id}", f"{ACCOUNT}/contacts/1", None),
    ("get", "/api/v1/accounts/{account_id}/contacts/{id}/conversations", f"{ACCOUNT}/contacts/1/conversations", None),
    ("get", "/api/v1/accounts/{account_id}/contacts/{id}/labels", f"{ACCOUNT}/contacts/1/labels", None),
    (
        "get",
        "/api/v1/accounts/{account_id}/contacts/{id}/contactable_inboxes",
        f"{ACCOUNT}/contacts/1/contactable_inboxes",
        None,
    ),
    ("get", "/api/v1/accounts/{account_id}/conversations", f"{ACCOUNT}/conversations?status=all", None),
    ("get", "/api/v1/accounts/{account_id}/conversations/meta", f"{ACCOUNT}/conversations/meta", None),
    ("get", "/api/v1/accounts/{account_id}/conversations/{conversation_id}", CONVERSATION, None),
    (
        "get",
        "/api/v1/accounts/{account_id}/conversations/{conversation_id}/messages",
        f"{CONVERSATION}/messages",
        None,
    ),
    (
        "post",
        "/api/v1/accounts/{account_id}/conversations/{conversation_id}/messages",
        f"{CONVERSATION}/messages",
        {"content": "Oi"},
    ),
    (
        "post",
        "/api/v1/accounts/{account_id}/conversations/{conversation_id}/toggle_status",
        f"{CONVERSATION}/toggle_status",
        {"status": "open"},
    ),
    (
        "post",
        "/api/v1/accounts/{account_id}/conversations/{conversation_id}/labels",
        f"{CONVERSATION}/labels",
        {"labels": ["botox"]},
    ),
    (
        "post",
        "/api/v1/accounts/{account_id}/conversations/{conversation_id}/custom_attributes",
        f"{CONVERSATION}/custom_attributes",
        {"custom_attributes": {"a": 1}},
    ),
    (
        "post",
        "/api/v1/accounts/{account_id}/conversations/{conversation_id}/assignments",
        f"{CONVERSATION}/assignments",
        {"assignee_id": 2},
    ),
    ("get", "/public/api/v1/inboxes/{inbox_identifier}", PUBLIC, None),
    (
        "post",
        "/public/api/v1/inboxes/{inbox_identifier}/contacts",
        f"{PUBLIC}/contacts",
        {"name": "Ana", "email": "a@b.c"},
    ),
    (
        "get",
        "/public/api/v1/inboxes/{inbox_identifier}/contacts/{contact_identifier}",
        PUBLIC + "/contacts/{source_id}",
        None,
    ),
    (
        "patch",
        "/public/api/v1/inboxes/{inbox_identifier}/contacts/{contact_identifier}",
        PUBLIC + "/contacts/{source_id}",
        {"name": "Mari"},
    ),
    (
        "get",
        "/public/api/v1/inboxes/{inbox_identifier}/contacts/{contact_identifier}/conversations",
        PUBLIC + "/contacts/{source_id}/conversations",
        None,
    ),
    (
        "get",
        "/public/api/v1/inboxes/{inbox_identifier}/contacts/{contact_identifier}/conversations/{conversation_id}/messages",
        PUBLIC + "/contacts/{source_id}/conversations/1/messages",
        None,
    ),
    (
        "post",
        "/public/api/v1/inboxes/{inbox_identifier}/contacts/{contact_identifier}/conversations/{conversation_id}/messages",
        PUBLIC + "/contacts/{source_id}/conversations/1/messages",
        {"content": "oi"},
    ),
]


NULL_THOUGH_DECLARED = {
    "description": "agent_bots.description and labels.description are nullable columns",
    "outgoing_url": "a bot without webhooks has none",
    "domain": "accounts.domain is null unless inbound e-mail is set up",
    "show_on_sidebar": "labels.show_on_sidebar is a nullable column",
    "attribute_description": "nullable column",
    "regex_pattern": "nullable column",
    "regex_cue": "nullable column",
    "default_value": "nullable column",
    "email": "contacts.email is a nullable column, as recorded bodies show",
    "snoozed_until": "null unless snoozed",
}
"""Properties that the document calls non-null and the server sends as null."""
OTHER_TYPE = {
    "attribute_values": "an array (jsonb), declared as a string",
}
"""Properties whose declared type is not the one that the server sends."""
NOT_SENT: list[tuple[str, str, str]] = [
    # operations (in their path), properties, reason
    (r"", r"custom_role_id", "enterprise edition"),
    (r"", r"applied_sla|sla_events", "enterprise edition, with an SLA only"),
    (r"", r"auto_resolve_\w+", "account settings hold what was set"),
    (r"", r"attachments?", "present only when there are any, and then called attachments"),
    (r"", r"meta\.assignee", "absent while nobody is assigned"),
    (
        r"/inboxes",
        (
            r"medium|messaging_service_sid|phone_number|reply_time|selected_feature_flags|web_widget_script|website_\w+"
            r"|welcome_\w+|widget_color"
        ),
        "of channels other than Channel::Api",
    ),
    (r"/webhooks$", r"\w+", "the server wraps the webhook in payload.webhook"),
    (
        r"/messages$",
        (
            r"account_id|additional_attributes|conversation|external_source_ids|processed_message_content|sender_id"
            r"|sender_type|sentiment|updated_at|contact\.payload"
        ),
        "of the raw row inside conversations; the message view of this endpoint has fewer keys",
    ),
    (
        r"/assignments$",
        (
            r"access_token|accounts|avatar_url|custom_attributes|display_name|hmac_identifier|inviter_id|message_signature"
            r"|pubsub_token|type|ui_settings|uid"
        ),
        "the server answers with the slim agent, not with the user",
    ),
    (
        r"^/public/",
        r"sender\.(availability_status|available_name|avatar_url|created_at|description)",
        "of senders other than contacts",
    ),
]
"""Declared properties that an answer does not have, with the reason."""


class Document:
    """Chatwoot's OpenAPI document with references that resolve."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.root = document
        text = json.dumps(document).replace('"$ref": "#/', '"$ref": "urn:chatwoot#/')
        self._registry = Registry().with_resource("urn:chatwoot", DRAFT202012.create_resource(json.loads(text)))

    def answer_schema(self, method: str, path: str) -> dict[str, Any]:
        """The schema of an operation's 200 answer."""
        schema: dict[str, Any] = self.root["paths"][path][method]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        return schema

    def faults(self, schema: dict[str, Any], answer: Any) -> list[str]:
        """What does not validate, contradictions of the document left out."""
        rooted = json.loads(json.dumps(schema).replace('"#/', '"urn:chatwoot#/'))
        validator = Draft202012Validator(rooted, registry=self._registry)
        return [
            f"{error.json_path}: {error.message[:160]}"
            for error in validator.iter_errors(answer)
            if not _contradicted(error)
        ]

    def missing(self, schema: dict[str, Any], answer: Any, path: str = "$") -> list[str]:
        """Declared properties that an answer lacks."""
        if "$ref" in schema:
            return self.missing(self._resolve(schema["$ref"]), answer, path)
        found: list[str] = []
        for part in schema.get("allOf", []):
            found += self.missing(part, answer, path)
        if isinstance(answer, list) and answer:
            found += self.missing(schema.get("items", {}), answer[0], f"{path}[]")
        if isinstance(answer, dict) and path.rpartition(".")[2] not in FREE_FORM:
            for name, inner in schema.get("properties", {}).items():
                if name in answer:
                    found += self.missing(inner, answer[name], f"{path}.{name}")
                else:
                    found.append(f"{path}.{name}")
        return found

    def _resolve(self, reference: str) -> dict[str, Any]:
        node: Any = self.root
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        schema: dict[str, Any] = node
        return schema


def _contradicted(error: ValidationError) -> bool:
    name = str(error.absolute_path[-1]) if error.absolute_path else ""
    return (error.instance is None and name in NULL_THOUGH_DECLARED) or name in OTHER_TYPE


@pytest.fixture(scope="module")
def document() -> Document:
    """Chatwoot's own OpenAPI document."""
    return Document(json.loads(openapi_file().read_text("utf-8")))


@pytest.mark.parametrize("operation", ANSWERS, ids=lambda operation: f"{operation[0]} {operation[2]}")
async def test_an_answer_fits_the_openapi_document(
    client: Client, document: Document, operation: tuple[str, str, str, Any]
) -> None:
    method, path, called, body = operation
    schema = document.answer_schema(method, path)
    answer = await client.call(method.upper(), called.format(source_id=client.source_id), body)
    assert answer.status_code == 200, answer.text
    assert document.faults(schema, answer.json()) == []
    assert [name for name in document.missing(schema, answer.json()) if not _excused(path, name)] == []


def _excused(path: str, name: str) -> bool:
    return any(
        re.search(operation, path) and re.search(rf"(^\$|\.)({properties})$", name)
        for operation, properties, _reason in NOT_SENT
    )
