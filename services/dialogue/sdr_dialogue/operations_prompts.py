"""Versions of an account's prompt: kept, compared, published, taken back."""

from __future__ import annotations

from sdr.dialogue.v1.dialogue_pb2 import DialogueSettings
from sdr.dialogue.v1.prompts_pb2 import PromptContent
from sdr_common.part_versions import PartVersion, PublishedPart
from sdr_common.part_work import PartWork

PromptPart = PublishedPart[DialogueSettings, PromptContent]
Prompt = PartVersion[PromptContent]
Published = tuple[Prompt, int]
"""A version, and the version of the settings that has it."""
PromptWork = PartWork[DialogueSettings, PromptContent]
"""The use cases."""
