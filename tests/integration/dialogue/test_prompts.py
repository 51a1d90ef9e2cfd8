"""Prompt versions: drafts, publication, taking back, and one home with the account's settings."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import cases_pb2, prompts_pb2
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr.dialogue.v1.cases_pb2_grpc import CaseServiceStub
from sdr.dialogue.v1.prompts_pb2_grpc import PromptServiceStub
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from sdr_dialogue.engine.scripted import ScriptedEngine
from tests.integration.dialogue.conftest import (
    ACCOUNT,
    CONVERSATION,
    Dialogue,
    a_message,
    a_request,
    a_settings_request,
    running,
)

BELA = prompts_pb2.PromptContent(
    assistant_name="Bela",
    persona="Calma e clara.",
    tone=pb.TONE_DIRECT,
    guardrails=["Nunca comente sobre outras clínicas"],
    questions=[pb.Question(fact="nome", text="Qual nome devo anotar?")],
)


async def create(dialogue: Dialogue, content: prompts_pb2.PromptContent, note: str = "") -> int:
    request = prompts_pb2.CreatePromptRequest(
        request_id=str(uuid.uuid4()), account_id=ACCOUNT, content=content, note=note
    )
    return (await call(PromptServiceStub(dialogue.channel).CreatePrompt, request, timeout_s=20)).version.number


async def activate(dialogue: Dialogue, number: int, expected: int = 0) -> prompts_pb2.ActivatePromptResponse:
    request = prompts_pb2.ActivatePromptRequest(
        request_id=str(uuid.uuid4()), account_id=ACCOUNT, number=number, expected_active=expected
    )
    return await call(PromptServiceStub(dialogue.channel).ActivatePrompt, request, timeout_s=20)


async def settings_of(dialogue: Dialogue) -> pb.DialogueSettings:
    request = pb.GetSettingsRequest(account_id=ACCOUNT)
    return (await call(dialogue.stub.GetSettings, request, timeout_s=20)).settings


async def simulate(dialogue: Dialogue, **fields: Any) -> pb.SimulateResponse:  # fields as the message takes them
    return await call(dialogue.stub.Simulate, pb.SimulateRequest(account_id=ACCOUNT, **fields), timeout_s=30)


async def test_a_published_prompt_speaks_and_each_turn_names_the_version_it_was_answered_by(database: str) -> None:
    async with running(database, ScriptedEngine()) as dialogue:
        await dialogue.put_settings(a_settings_request())
        first = await dialogue.respond(a_request(1, a_message(1, "oi")))
        assert await create(dialogue, BELA) == 2
        await activate(dialogue, 2, expected=1)
        second = await dialogue.respond(a_request(2, a_message(3, "quero botox")))
        listed = await call(
            dialogue.stub.ListTurns,
            pb.ListTurnsRequest(account_id=ACCOUNT, conversation_id=CONVERSATION),
            timeout_s=20,
        )
    assert "Bia" in first.reply
    assert second.reply == "Qual nome devo anotar?"
    assert [(turn.turn_id, turn.prompt_number) for turn in listed.turns] == [(2, 2), (1, 1)]


async def test_publishing_writes_the_settings_that_the_document_exports_and_leaves_the_rest(dialogue: Dialogue) -> None:
    before = await settings_of(dialogue)
    await activate(dialogue, await create(dialogue, BELA))
    after = await settings_of(dialogue)
    assert (after.assistant_name, after.persona, after.tone) == ("Bela", "Calma e clara.", pb.TONE_DIRECT)
    assert after.procedures == before.procedures
    again = await dialogue.put_settings(a_settings_request(after))
    assert not again.changed


async def test_a_document_with_another_persona_becomes_a_version(dialogue: Dialogue) -> None:
    settings = await settings_of(dialogue)
    settings.persona = "Muito formal."
    await dialogue.put_settings(a_settings_request(settings))
    settings.message_limit = 30
    await dialogue.put_settings(a_settings_request(settings))
    listed = await call(
        PromptServiceStub(dialogue.channel).ListPrompts,
        prompts_pb2.ListPromptsRequest(account_id=ACCOUNT),
        timeout_s=20,
    )
    assert [(each.number, each.origin, each.active) for each in listed.versions] == [
        (2, "settings", True),
        (1, "settings", False),
    ]


async def test_settings_of_an_older_release_become_version_one_when_they_are_first_looked_at(
    dialogue: Dialogue,
) -> None:
    await dialogue.fetch("with gone as (delete from part_activation returning 1) select count(*) from gone")
    await dialogue.fetch("with gone as (delete from part_version returning 1) select count(*) from gone")
    found = await call(
        PromptServiceStub(dialogue.channel).GetPrompt, prompts_pb2.GetPromptRequest(account_id=ACCOUNT), timeout_s=20
    )
    assert (found.version.number, found.version.active, found.version.origin) == (1, True, "settings")


async def test_two_versions_are_compared_field_by_field_and_line_by_line(dialogue: Dialogue) -> None:
    changed = prompts_pb2.PromptContent()
    changed.CopyFrom(BELA)
    changed.persona = "Calma e clara.\nUsa exemplos."
    first, second = await create(dialogue, BELA), await create(dialogue, changed)
    diff = await call(
        PromptServiceStub(dialogue.channel).DiffPrompts,
        prompts_pb2.DiffPromptsRequest(account_id=ACCOUNT, number=second, base=first),
        timeout_s=20,
    )
    assert [(change.field, [(line.kind, line.text) for line in change.lines]) for change in diff.changes] == [
        (
            "persona",
            [
                (prompts_pb2.CHANGE_KIND_SAME, "Calma e clara."),
                (prompts_pb2.CHANGE_KIND_ADDED, "Usa exemplos."),
            ],
        )
    ]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (prompts_pb2.PromptContent(persona="Chame de {nome}."), "settings.persona"),
        (prompts_pb2.PromptContent(guardrails=["Diga {{ contact.name }}"]), "settings.guardrails"),
        (
            prompts_pb2.PromptContent(questions=[pb.Question(fact="nome", text="E você é $nome?")]),
            "settings.questions",
        ),
    ],
)
async def test_words_that_hold_a_placeholder_are_no_draft(
    dialogue: Dialogue, content: prompts_pb2.PromptContent, field: str
) -> None:
    with pytest.raises(RemoteError) as refused:
        await create(dialogue, content)
    assert (refused.value.reason, refused.value.details["field"]) == ("INVALID_SETTINGS", field)


async def test_taking_back_publishes_what_was_in_force_before_and_leaves_an_audit_entry(dialogue: Dialogue) -> None:
    await activate(dialogue, await create(dialogue, BELA))
    request = prompts_pb2.RollbackPromptRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, expected_active=2)
    back = await call(PromptServiceStub(dialogue.channel).RollbackPrompt, request, timeout_s=20)
    assert (back.version.number, back.version.active) == (1, True)
    assert (await settings_of(dialogue)).assistant_name == ""
    deeds = await dialogue.fetch("select action, subject from audit order by seq")
    assert [(deed["action"], deed["subject"]) for deed in deeds] == [
        ("create_prompt", "2"),
        ("activate_prompt", "2"),
        ("activate_prompt", "1"),
    ]


async def test_a_draft_can_be_simulated_before_it_is_published(database: str) -> None:
    async with running(database, ScriptedEngine()) as dialogue:
        await dialogue.put_settings(a_settings_request())
        number = await create(dialogue, BELA)
        draft = await simulate(dialogue, bursts=[pb.SimulatedBurst(messages=["oi"])], prompt_number=number)
        published = await simulate(dialogue, bursts=[pb.SimulatedBurst(messages=["oi"])])
    assert "Bela" in draft.steps[0].answer.reply
    assert "Bia" in published.steps[0].answer.reply


async def test_a_conversation_is_played_on_without_asking_the_engine_again(dialogue: Dialogue) -> None:
    first = await simulate(dialogue, bursts=[pb.SimulatedBurst(messages=["nome=Ana"])])
    played = pb.SimulatedBurst(messages=["nome=Ana"], replay=first.steps[0].replay)
    second = await simulate(dialogue, bursts=[played, pb.SimulatedBurst(messages=["interesse=botox:especifico"])])
    assert second.steps[0].answer.reply == first.steps[0].answer.reply
    assert len(dialogue.model.calls) == 2  # type: ignore[attr-defined]  # the obedient model counts
    known = {fact.value for fact in second.steps[1].answer.lead.facts}
    assert known == {"Ana", "botox"}


async def test_a_made_up_replay_is_refused(dialogue: Dialogue) -> None:
    with pytest.raises(RemoteError) as refused:
        await simulate(dialogue, bursts=[pb.SimulatedBurst(messages=["oi"], replay='{"reply": 3}')])
    assert refused.value.details["field"] == "bursts[0].replay"


async def test_a_test_case_passes_while_the_facts_come_out_and_says_what_did_not(database: str) -> None:
    async with running(database, ScriptedEngine()) as dialogue:
        await dialogue.put_settings(a_settings_request())
        stub = CaseServiceStub(dialogue.channel)

        async def kept(level: str) -> cases_pb2.CaseRun:
            expectation = cases_pb2.Expectation(
                facts=[cases_pb2.ExpectedFact(kind=lead.FACT_KIND_URGENCY, level=level)]
            )
            request = cases_pb2.CreateCaseRequest(
                request_id=str(uuid.uuid4()),
                account_id=ACCOUNT,
                title="Botox semana que vem",
                bursts=[pb.SimulatedBurst(messages=["quero botox semana que vem"])],
                expectation=expectation,
            )
            made = (await call(stub.CreateCase, request, timeout_s=20)).test_case
            run = cases_pb2.RunCaseRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, case_id=made.case_id)
            return (await call(stub.RunCase, run, timeout_s=20)).run

        passed, failed = await kept("proximas_2_semanas"), await kept("esta_semana")
        listed = await call(stub.ListCases, cases_pb2.ListCasesRequest(account_id=ACCOUNT), timeout_s=20)
        gone = cases_pb2.DeleteCaseRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, case_id=listed.test_cases[0].case_id
        )
        await call(stub.DeleteCase, gone, timeout_s=20)
        gone.request_id = str(uuid.uuid4())
        with pytest.raises(RemoteError) as unknown:
            await call(stub.DeleteCase, gone, timeout_s=20)
    assert (passed.passed, passed.prompt_number, passed.engine) == (True, 1, "scripted")
    assert [(one.field, one.expected, one.actual) for one in failed.differences] == [
        ("urgencia", "esta_semana", "proximas_2_semanas")
    ]
    assert [case.latest.passed for case in listed.test_cases] == [False, True]
    assert unknown.value.reason == "CASE_NOT_FOUND"
