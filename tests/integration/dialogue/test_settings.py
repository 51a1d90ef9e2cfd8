from __future__ import annotations

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.dialogue.conftest import (
    CLINIC,
    Dialogue,
    ObedientModel,
    a_message,
    a_request,
    a_settings_request,
)


async def test_settings_are_versioned_and_equal_ones_keep_their_version(dialogue: Dialogue) -> None:
    same = await dialogue.put_settings(a_settings_request())
    assert (same.version, same.changed) == (1, False)
    changed = await dialogue.put_settings(a_settings_request(pb.DialogueSettings(persona="Alegre.")))
    assert (changed.version, changed.changed) == (2, True)
    assert (await dialogue.get_settings()).settings.persona == "Alegre."
    old = await dialogue.get_settings(version=1)
    assert (old.version, old.clinic, old.settings.procedures[0].slug) == (1, CLINIC, "botox")
    assert (old.settings.attempts_per_fact, old.settings.message_limit, old.settings.emojis_per_reply) == (3, 20, 2)


async def test_a_dry_run_stores_nothing(dialogue: Dialogue) -> None:
    dry = await dialogue.put_settings(a_settings_request(pb.DialogueSettings(persona="x" * 10), dry_run=True))
    assert (dry.version, dry.changed) == (1, False)
    new = await dialogue.put_settings(a_settings_request(account_id=88, dry_run=True))
    assert new.version == 0
    with pytest.raises(RemoteError) as refused:
        await dialogue.get_settings(account_id=88)
    assert refused.value.reason == "ACCOUNT_NOT_FOUND"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (
            pb.DialogueSettings(
                procedures=[pb.Procedure(slug="botox", name="Botox"), pb.Procedure(slug="botox", name="Toxina")]
            ),
            "settings.procedures",
        ),
        (
            pb.DialogueSettings(
                procedures=[
                    pb.Procedure(slug="botox", name="Botox", synonyms=["Toxina"]),
                    pb.Procedure(slug="toxina", name="toxína"),
                ]
            ),
            "settings.procedures",
        ),
        (
            pb.DialogueSettings(served_area=pb.ServedArea(near=["São Caetano"], far=["sao caetano"])),
            "settings.served_area",
        ),
        (pb.DialogueSettings(message_limit=3), "settings.message_limit"),
        (
            pb.DialogueSettings(questions=[pb.Question(fact="nome", text=f"Qual o nome {n}?") for n in range(11)]),
            "settings.questions",
        ),
        (
            pb.DialogueSettings(
                frequent_questions=[
                    pb.FrequentQuestion(question="Qual o preço?", answer="R$ 10"),
                    pb.FrequentQuestion(question="qual o preco", answer="R$ 20"),
                ]
            ),
            "settings.frequent_questions",
        ),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
async def test_settings_that_contradict_themselves_are_refused_by_field(
    dialogue: Dialogue, settings: pb.DialogueSettings, field: str, dry_run: bool
) -> None:
    with pytest.raises(RemoteError) as refused:
        await dialogue.put_settings(a_settings_request(settings, dry_run=dry_run))
    assert refused.value.reason == "INVALID_SETTINGS"
    assert [violation.field for violation in refused.value.violations] == [field]


async def test_a_time_zone_that_does_not_exist_is_refused(dialogue: Dialogue) -> None:
    request = a_settings_request()
    request.clinic.CopyFrom(lead.Clinic(name="A", assistant_name="B", time_zone="America/Sao_Paulinho"))
    with pytest.raises(RemoteError) as refused:
        await dialogue.put_settings(request)
    assert refused.value.details["field"] == "clinic.time_zone"


async def test_new_settings_count_from_the_next_turn(dialogue: Dialogue, model: ObedientModel) -> None:
    await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.put_settings(a_settings_request(pb.DialogueSettings(persona="Alegre.")))
    await dialogue.respond(a_request(2, a_message(12, "oi")))
    assert [call.settings.version for call in model.calls] == [1, 2]
    assert model.calls[1].settings.persona == "Alegre."
    assert [turn.settings_version for turn in (await dialogue.turns()).turns] == [2, 1]
