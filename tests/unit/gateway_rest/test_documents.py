"""What is made of the OpenAPI document: the page and the Postman collection."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from sdr_gateway.api_document import document as whole_document
from sdr_gateway.http.docs import render
from sdr_gateway.http.postman import collection


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncio.run(whole_document())


def test_the_page_shows_every_call_and_asks_nobody_else_for_anything(document: dict[str, Any]) -> None:
    page = render(document)
    assert page.count("<details>") == sum(len(item) for item in document["paths"].values())
    assert re.findall(r'(?:src|href)="(?!/openapi\.json|/postman\.json|#)', page) == []


def test_the_collection_has_a_request_for_every_call(document: dict[str, Any]) -> None:
    made = collection(document)
    requests = [each for folder in made["item"] for each in folder["item"]]
    assert len(requests) == sum(len(item) for item in document["paths"].values())
    retry = next(each for each in requests if each["request"]["url"]["raw"].endswith("/dead-letters:retry"))
    assert retry["request"]["url"]["raw"] == "{{base_url}}/api/v1/accounts/{{account_id}}/dead-letters:retry"
    assert retry["request"]["method"] == "POST"
    assert '"conversation_id": "0"' in retry["request"]["body"]["raw"]


def test_every_call_of_the_api_says_its_refusals_and_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    operations = [
        each for path, item in document["paths"].items() if path.startswith("/api/") for each in item.values()
    ]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    assert [each["operationId"] for each in operations if "504" not in each["responses"]] == []
