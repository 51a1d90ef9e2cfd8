"""The prompt as a part of the settings, and its versions on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from sdr.common.v1.lead_pb2 import Clinic
from sdr.dialogue.v1 import dialogue_pb2, prompts_pb2
from sdr_common.lead import FactKind
from sdr_common.part_versions import Part
from sdr_common.part_versions_proto import version_to_wire
from sdr_dialogue.convert import account_settings_from_wire, account_settings_to_wire
from sdr_dialogue.domain.comparing import Change, ChangedLine, compared
from sdr_dialogue.domain.settings_rules import check_settings
from sdr_dialogue.operations_prompts import Prompt, Published

_PLAIN = ("assistant_name", "persona", "tone", "emojis_per_reply")
_LISTS = ("guardrails", "forbidden_topics", "questions", "vocabulary")
_CHANGES = {
    Change.SAME: prompts_pb2.CHANGE_KIND_SAME,
    Change.REMOVED: prompts_pb2.CHANGE_KIND_REMOVED,
    Change.ADDED: prompts_pb2.CHANGE_KIND_ADDED,
}


def read_prompt(settings: dialogue_pb2.DialogueSettings) -> prompts_pb2.PromptContent:
    """The prompt that settings have."""
    content = prompts_pb2.PromptContent(
        assistant_name=settings.assistant_name,
        persona=settings.persona,
        tone=settings.tone,
        guardrails=settings.guardrails,
        forbidden_topics=settings.forbidden_topics,
        questions=settings.questions,
        vocabulary=settings.vocabulary,
    )
    if settings.HasField("emojis_per_reply"):
        content.emojis_per_reply = settings.emojis_per_reply
    return content


def write_prompt(
    settings: dialogue_pb2.DialogueSettings, content: prompts_pb2.PromptContent
) -> dialogue_pb2.DialogueSettings:
    """The settings with another prompt."""
    written = dialogue_pb2.DialogueSettings()
    written.CopyFrom(settings)
    for name in (*_PLAIN, *_LISTS):
        written.ClearField(name)  # type: ignore[arg-type]  # the stubs want each name as a literal
    written.MergeFrom(
        dialogue_pb2.DialogueSettings(
            assistant_name=content.assistant_name,
            persona=content.persona,
            tone=content.tone,
            guardrails=content.guardrails,
            forbidden_topics=content.forbidden_topics,
            questions=content.questions,
            vocabulary=content.vocabulary,
        )
    )
    if content.HasField("emojis_per_reply"):
        written.emojis_per_reply = content.emojis_per_reply
    return written


def normal_settings(clinic: Clinic, settings: dialogue_pb2.DialogueSettings) -> dialogue_pb2.DialogueSettings:
    """Settings as they are stored.

    Raises:
        InvalidSettings: they contradict themselves.
    """
    known = account_settings_from_wire(clinic, settings)
    check_settings(known)
    return account_settings_to_wire(known)[1]


PROMPT_PART = Part(
    settings=dialogue_pb2.DialogueSettings,
    content=prompts_pb2.PromptContent,
    read=read_prompt,
    write=write_prompt,
    normal=normal_settings,
    name="prompt",
)
"""What of the settings has versions."""


def prompt_version(prompt: Prompt) -> prompts_pb2.PromptVersion:
    """A version without its content."""
    return version_to_wire(prompt, prompts_pb2.PromptVersion())


def create_response(prompt: Prompt) -> prompts_pb2.CreatePromptResponse:
    """A draft that was kept."""
    return prompts_pb2.CreatePromptResponse(version=prompt_version(prompt))


def activate_response(published: Published) -> prompts_pb2.ActivatePromptResponse:
    """What is in force now."""
    return prompts_pb2.ActivatePromptResponse(version=prompt_version(published[0]), settings_version=published[1])


def rollback_response(published: Published) -> prompts_pb2.RollbackPromptResponse:
    """What is in force now."""
    return prompts_pb2.RollbackPromptResponse(version=prompt_version(published[0]), settings_version=published[1])


def diff_response(
    before: prompts_pb2.PromptContent, after: prompts_pb2.PromptContent
) -> prompts_pb2.DiffPromptsResponse:
    """Fields that differ."""
    old, new = _fields(before), _fields(after)
    changes = []
    for field in old:
        lines = compared(old[field], new[field])
        if lines:
            changes.append(prompts_pb2.FieldChange(field=field, lines=map(_line, lines)))
    return prompts_pb2.DiffPromptsResponse(changes=changes)


def _fields(content: prompts_pb2.PromptContent) -> dict[str, list[str]]:
    """Every field as lines of text, in the contract's order."""
    emojis = [str(content.emojis_per_reply)] if content.HasField("emojis_per_reply") else []
    return {
        "assistant_name": _lines([content.assistant_name]),
        "persona": _lines([content.persona]),
        "tone": [dialogue_pb2.Tone.Name(content.tone)],
        "guardrails": _lines(content.guardrails),
        "forbidden_topics": _lines(content.forbidden_topics),
        **{
            f"questions.{kind.value}": _lines(item.text for item in content.questions if item.fact == kind.value)
            for kind in FactKind
        },
        "vocabulary": [f"{item.avoid} → {item.use}" for item in content.vocabulary],
        "emojis_per_reply": emojis,
    }


def _lines(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in text.splitlines()]


def _line(line: ChangedLine) -> prompts_pb2.TextChange:
    return prompts_pb2.TextChange(kind=_CHANGES[line.change], text=line.text)
