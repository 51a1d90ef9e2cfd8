"""Rules that every contract keeps: documented, repeatable, growing."""

from __future__ import annotations

import re

import pytest
from buf.validate import validate_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from sdr.common.v1.error_reason_pb2 import ErrorReason
from tests.contract.protos.descriptors import elements, enums, messages, methods, our_files

READ_ONLY = {
    "audit.ListAuditEntries",
    "dialogue.DiffPrompts",
    "dialogue.GetConversation",
    "dialogue.GetInsights",
    "dialogue.GetCosts",
    "dialogue.GetDocument",
    "dialogue.GetPrompt",
    "dialogue.GetSettings",
    "dialogue.ListCases",
    "dialogue.ListDocuments",
    "dialogue.ListModelKeys",
    "dialogue.ListPrompts",
    "dialogue.ListTurns",
    "dialogue.ListUnanswered",
    "dialogue.SearchKnowledge",
    "dialogue.Simulate",
    "dialogue.TryModelKey",
    "gateway.ExportAccount",
    "gateway.GetAccountConnection",
    "gateway.GetAccountSettings",
    "gateway.GetTimeline",
    "gateway.ListFailedTurns",
    "privacy.ExportLead",
    "reporting.GetAlertSettings",
    "reporting.ExportLeads",
    "reporting.GetLead",
    "reporting.GetOverview",
    "reporting.GetReport",
    "reporting.ListAlerts",
    "reporting.ListLeads",
    "reporting.ListSchedules",
    "reporting.ListSendings",
    "reporting.RenderReport",
    "routing.CheckConnection",
    "routing.Decide",
    "routing.GetDelivery",
    "routing.GetSettings",
    "routing.ListChatwootChoices",
    "routing.ListDeadLetters",
    "routing.ListDeliveries",
    "scoring.Explain",
    "scoring.GetRubric",
    "scoring.GetSettings",
    "scoring.ListQualifications",
    "scoring.ListRubrics",
    "scoring.PreviewRubric",
    "scoring.TryScore",
}
RECOGNISED_OTHERWISE = {
    "reporting.Record": "by the event_id of each event",
    "privacy.PurgeRecords": "a repeat finds nothing left",
    "reporting.ReportPulse": "the newest pulse counts",
}
"""Mutating calls that need no request_id, and how a repeat is recognised."""
DOWNLOADS = {"reporting.ExportLeads", "reporting.RenderReport"}
"""Calls that give a file."""
SHORT_LISTS = {
    "dialogue.ListCases": "at most 200 are kept",
    "dialogue.ListModelKeys": "one per provider",
    "reporting.ListSchedules": "a handful per account",
    "routing.ListChatwootChoices": "three lists of one Chatwoot",
}
"""Lists that are given whole, and why that is little."""


def test_everything_in_the_contracts_has_a_comment() -> None:
    found = list(elements())
    assert len(found) > 400
    assert [element.name for element in found if not element.comment] == []


def test_every_comment_ends_like_a_sentence() -> None:
    assert [element.name for element in elements() if element.comment[-1:] not in (".", ":", ")", '"')] == []


def test_every_file_says_what_it_is_for() -> None:
    silent = []
    for file in our_files():
        syntax = [place for place in file.source_code_info.location if list(place.path) == [12]]
        if not syntax or not syntax[0].leading_comments.strip():
            silent.append(file.name)
    assert silent == []


def test_every_mutating_call_has_a_request_id_that_is_a_uuid() -> None:
    known, without = messages(), []
    for name, method in methods():
        if name in READ_ONLY or name in RECOGNISED_OTHERWISE:
            continue
        first = known[method.input_type].field[0]
        if (first.name, first.number, first.type) != ("request_id", 1, FieldDescriptorProto.TYPE_STRING):
            without.append(name)
        elif not first.options.Extensions[validate_pb2.field].string.uuid:
            without.append(f"{name}: request_id is not held to be a UUID")
    assert without == []


def test_calls_that_only_read_have_no_request_id() -> None:
    known = messages()
    wrong = [
        name
        for name, method in methods()
        if name in READ_ONLY and any(field.name == "request_id" for field in known[method.input_type].field)
    ]
    assert wrong == []


def test_the_lists_of_calls_name_none_that_is_gone() -> None:
    names = {name for name, _ in methods()}
    assert (READ_ONLY | RECOGNISED_OTHERWISE.keys()) - names == set()


def test_a_call_that_only_reads_is_named_like_one() -> None:
    verbs: tuple[str, ...] = ("Get", "List", "Export", "Explain", "Decide", "Check", "Watch", "Simulate", "Search")
    verbs += ("Diff", "Preview", "Render", "Try")
    assert {name for name, _ in methods() if name.split(".")[1].startswith(verbs)} == READ_ONLY


def test_every_call_has_a_request_and_a_response_of_its_own_in_its_own_package() -> None:
    wrong = []
    for name, method in methods():
        package, verb = name.split(".")
        answer = "common.v1.DownloadChunk" if name in DOWNLOADS else f"{package}.v1.{verb}Response"
        expected = (f".sdr.{package}.v1.{verb}Request", f".sdr.{answer}")
        if (method.input_type, method.output_type) != expected:
            wrong.append(name)
    assert wrong == []


def test_the_zero_of_every_enum_is_unspecified() -> None:
    wrong = [enum.name for enum in enums() if not enum.value[0].name.endswith("_UNSPECIFIED") or enum.value[0].number]
    assert wrong == []


def test_lists_are_paged() -> None:
    known, wrong = messages(), []
    for name, method in methods():
        if ".List" not in name or name in SHORT_LISTS:
            continue
        asks = {field.name for field in known[method.input_type].field}
        gives = {field.name for field in known[method.output_type].field}
        if not {"page_size", "page_token"} <= asks or "next_page_token" not in gives:
            wrong.append(name)
    assert wrong == []


def test_calls_name_only_error_reasons_that_exist() -> None:
    known = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()}  # noqa: SIM118  (the enum's wrapper is no dict)
    unknown: list[tuple[str, str]] = []
    for element in elements():
        if element.kind == "rpc" and "Errors:" in element.comment:
            named = re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", element.comment.split("Errors:")[1])
            assert named, element.name
            unknown += [(element.name, reason) for reason in named if reason not in known]
    assert unknown == []


def test_calls_with_a_request_id_say_what_a_repeat_gets() -> None:
    comments = {element.name: element.comment for element in elements() if element.name.endswith(".request_id")}
    assert comments
    told = re.compile(r"replay|stored answer|As in \w+Request|see \w+Request", re.IGNORECASE)
    assert [name for name, comment in comments.items() if not told.search(comment)] == []


@pytest.mark.parametrize("suffix", ["_time", "_date"])
def test_instants_end_in_at_and_durations_say_so(suffix: str) -> None:
    wrong = [
        f"{message}.{field.name}"
        for message, found in messages().items()
        for field in found.field
        if field.type_name == ".google.protobuf.Timestamp" and field.name.endswith(suffix)
    ]
    assert wrong == []
