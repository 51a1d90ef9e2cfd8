"""Examples of the calls that change versions of prompts and rubrics, test cases, and what became of leads."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Awaitable, Callable

import grpc
from google.protobuf.message import Message

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import cases_pb2 as cases
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.dialogue.v1 import models_pb2 as models
from sdr.dialogue.v1 import prompts_pb2 as prompts
from sdr.dialogue.v1.cases_pb2_grpc import CaseServiceStub
from sdr.dialogue.v1.prompts_pb2_grpc import PromptServiceStub
from sdr.scoring.v1 import feedback_pb2 as feedback
from sdr.scoring.v1 import rubrics_pb2 as rubrics
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr.scoring.v1.rubrics_pb2_grpc import RubricServiceStub
from sdr_common.grpc_client import call
from tests.integration.scoring import conftest as of_scoring

ACCOUNT = 7
Example = Callable[[], Awaitable[tuple[Message, Message]]]


def _id() -> str:
    return str(uuid.uuid4())


def _with(request: Message, **fields: str | int) -> Message:
    changed = type(request)()
    changed.CopyFrom(request)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed


def prompt_examples(channel: grpc.aio.Channel) -> dict[str, Example]:
    """Of `PromptService`, by the method's full name."""
    numbers = itertools.count(1)

    def draft() -> prompts.CreatePromptRequest:
        content = prompts.PromptContent(persona=f"Calma {next(numbers)}.")
        return prompts.CreatePromptRequest(request_id=_id(), account_id=ACCOUNT, content=content)

    async def create() -> tuple[Message, Message]:
        request = draft()
        return request, _with(request, note="Outra")

    async def activation() -> prompts.ActivatePromptRequest:
        made = (await call(PromptServiceStub(channel).CreatePrompt, draft(), timeout_s=30)).version
        return prompts.ActivatePromptRequest(request_id=_id(), account_id=ACCOUNT, number=made.number)

    async def activate() -> tuple[Message, Message]:
        request = await activation()
        return request, _with(request, number=1)

    async def rollback() -> tuple[Message, Message]:
        published = await activation()
        await call(PromptServiceStub(channel).ActivatePrompt, published, timeout_s=30)
        request = prompts.RollbackPromptRequest(request_id=_id(), account_id=ACCOUNT)
        return request, _with(request, expected_active=1)

    name = "sdr.dialogue.v1.PromptService/"
    return {name + "CreatePrompt": create, name + "ActivatePrompt": activate, name + "RollbackPrompt": rollback}


def key_examples() -> dict[str, Example]:
    """Of `ModelKeyService`, by the method's full name; without a secret, which needs no key to seal with."""

    async def put() -> tuple[Message, Message]:
        url = "https://1.1.1.1/v1"
        request = models.PutModelKeyRequest(request_id=_id(), account_id=ACCOUNT, provider="openai", base_url=url)
        return request, _with(request, model="outro")

    async def delete() -> tuple[Message, Message]:
        request = models.DeleteModelKeyRequest(request_id=_id(), account_id=ACCOUNT, provider="openai")
        return request, _with(request, provider="google")

    name = "sdr.dialogue.v1.ModelKeyService/"
    return {name + "PutModelKey": put, name + "DeleteModelKey": delete}


def case_examples(channel: grpc.aio.Channel) -> dict[str, Example]:
    """Of `CaseService`, by the method's full name."""

    def case() -> cases.CreateCaseRequest:
        return cases.CreateCaseRequest(
            request_id=_id(),
            account_id=ACCOUNT,
            title="Botox",
            bursts=[dialogue.SimulatedBurst(messages=["oi"])],
            expectation=cases.Expectation(),
        )

    async def kept() -> int:
        return (await call(CaseServiceStub(channel).CreateCase, case(), timeout_s=30)).test_case.case_id

    async def create() -> tuple[Message, Message]:
        request = case()
        return request, _with(request, title="Outro")

    async def run() -> tuple[Message, Message]:
        request = cases.RunCaseRequest(request_id=_id(), account_id=ACCOUNT, case_id=await kept())
        return request, _with(request, engine="scripted")

    async def delete() -> tuple[Message, Message]:
        request = cases.DeleteCaseRequest(request_id=_id(), account_id=ACCOUNT, case_id=await kept())
        return request, _with(request, case_id=9_999)

    name = "sdr.dialogue.v1.CaseService/"
    return {name + "CreateCase": create, name + "RunCase": run, name + "DeleteCase": delete}


def rubric_examples(channel: grpc.aio.Channel) -> dict[str, Example]:
    """Of `RubricService`, by the method's full name."""
    thresholds = itertools.count(91)

    def draft() -> rubrics.CreateRubricRequest:
        rubric = scoring.ScoringSettings(thresholds=scoring.Thresholds(hot=next(thresholds), warm=50, cold=20))
        return rubrics.CreateRubricRequest(request_id=_id(), account_id=ACCOUNT, rubric=rubric)

    async def create() -> tuple[Message, Message]:
        request = draft()
        return request, _with(request, note="Outra")

    async def activation() -> rubrics.ActivateRubricRequest:
        made = (await call(RubricServiceStub(channel).CreateRubric, draft(), timeout_s=30)).version
        return rubrics.ActivateRubricRequest(request_id=_id(), account_id=ACCOUNT, number=made.number)

    async def activate() -> tuple[Message, Message]:
        request = await activation()
        return request, _with(request, number=1)

    async def rollback() -> tuple[Message, Message]:
        published = await activation()
        await call(RubricServiceStub(channel).ActivateRubric, published, timeout_s=30)
        request = rubrics.RollbackRubricRequest(request_id=_id(), account_id=ACCOUNT)
        return request, _with(request, expected_active=1)

    name = "sdr.scoring.v1.RubricService/"
    return {name + "CreateRubric": create, name + "ActivateRubric": activate, name + "RollbackRubric": rollback}


def feedback_examples(served: of_scoring.Scoring) -> dict[str, Example]:
    """Of `FeedbackService`, by the method's full name."""

    async def outcome() -> tuple[Message, Message]:
        request = feedback.RecordOutcomeRequest(
            request_id=_id(), account_id=ACCOUNT, contact_id=501, conversation_id=31, outcome=lead.LEAD_OUTCOME_WON
        )
        return request, _with(request, conversation_id=32)

    async def judged() -> tuple[Message, Message]:
        qualified = await served.qualify(of_scoring.a_qualify_request())
        request = feedback.RecordFeedbackRequest(
            request_id=_id(),
            account_id=ACCOUNT,
            qualification_id=qualified.qualification_id,
            verdict=lead.JUDGEMENT_VERDICT_RIGHT,
        )
        return request, _with(request, reason="Fechou.")

    name = "sdr.scoring.v1.FeedbackService/"
    return {name + "RecordOutcome": outcome, name + "RecordFeedback": judged}
