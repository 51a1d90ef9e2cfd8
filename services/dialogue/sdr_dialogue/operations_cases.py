"""An account's test cases: kept, played again, forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sdr.dialogue.v1 import cases_pb2 as pb
from sdr_common.actor import current_actor
from sdr_common.clock import utc_now
from sdr_common.idempotency import Finish, Idempotency
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_dialogue.domain.cases import CASES, Expectation, Outcome, differences
from sdr_dialogue.domain.errors import CaseNotFound, TooManyCases
from sdr_dialogue.playground import Playground, Script, Simulated
from sdr_dialogue.ports import AccountSettingsSource


class Cases(Protocol):
    """Where test cases are kept; never commits."""

    async def count(self, conn: Connection, account_id: int) -> int:
        """How many an account has; other writers of the account wait now."""
        ...

    async def add(self, conn: Connection, account_id: int, case: pb.TestCase, created_by: str) -> pb.TestCase:
        """Keeps a case; with its id."""
        ...

    async def list(self, conn: Connection, account_id: int) -> list[pb.TestCase]:
        """All of an account's, newest first."""
        ...

    async def find(self, conn: Connection, account_id: int, case_id: int) -> pb.TestCase | None:
        """One; None: there is none."""
        ...

    async def ran(self, conn: Connection, account_id: int, case_id: int, run: pb.CaseRun) -> None:
        """Keeps a case's latest run."""
        ...

    async def delete(self, conn: Connection, account_id: int, case_id: int) -> bool:
        """Forgets a case; False: there was none."""
        ...


@dataclass(frozen=True, slots=True)
class CaseReader:
    """A case as what plays and judges it takes it."""

    script: Callable[[pb.TestCase, pb.RunCaseRequest], Script]
    expectation: Callable[[pb.Expectation], Expectation]


class CaseWork:
    """The use cases.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating calls.
        cases: Where they are kept.
        settings: Says whether an account is known.
        playground: Plays them.
        reader: Reads them.
        active_prompt: The published version of an account's prompt.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        cases: Cases,
        settings: AccountSettingsSource,
        playground: Playground,
        reader: CaseReader,
        active_prompt: Callable[[int], Awaitable[int]],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._cases = cases
        self._settings = settings
        self._playground = playground
        self._reader = reader
        self._active_prompt = active_prompt

    async def create(self, request: pb.CreateCaseRequest) -> pb.CreateCaseResponse:
        """Keeps a case.

        Raises:
            AccountNotFound: the account was never set up here.
            TooManyCases: it has as many as are kept.
        """
        await self._settings.active(request.account_id)
        case = pb.TestCase(
            title=request.title.strip(),
            bursts=request.bursts,
            contact_name=request.contact_name,
            expectation=request.expectation,
        )
        for burst in case.bursts:
            burst.ClearField("replay")
        if request.HasField("simulated_at"):
            case.simulated_at.CopyFrom(request.simulated_at)

        async def work(conn: Connection) -> pb.CreateCaseResponse:
            if await self._cases.count(conn, request.account_id) >= CASES:
                raise TooManyCases(CASES)
            kept = await self._cases.add(conn, request.account_id, case, current_actor())
            return pb.CreateCaseResponse(test_case=kept)

        return await self._idempotency.once(request, pb.CreateCaseResponse, work)

    async def list(self, account_id: int) -> list[pb.TestCase]:
        """All of an account's, newest first."""
        async with connection(self._pool) as conn:
            return await self._cases.list(conn, account_id)

    async def run(self, request: pb.RunCaseRequest) -> pb.RunCaseResponse:
        """Plays a case and keeps the outcome.

        Raises:
            CaseNotFound: there is none.
            VersionNotFound: there is no such version of the prompt.
            EngineUnavailable: no engine answered.
        """

        async def work(finish: Finish[pb.RunCaseResponse]) -> pb.RunCaseResponse:
            async with connection(self._pool) as conn:
                case = await self._cases.find(conn, request.account_id, request.case_id)
            if case is None:
                raise CaseNotFound(request.account_id, request.case_id)
            number = request.prompt_number or await self._active_prompt(request.account_id)
            played = await self._playground.play(self._reader.script(case, request))
            run = _run(self._reader.expectation(case.expectation), played, number)
            answer = pb.RunCaseResponse(run=run)
            async with transaction(self._pool) as conn:
                await self._cases.ran(conn, request.account_id, request.case_id, run)
                await finish(conn, answer)
            return answer

        return await self._idempotency.leased(request, pb.RunCaseResponse, work)

    async def delete(self, request: pb.DeleteCaseRequest) -> pb.DeleteCaseResponse:
        """Forgets a case.

        Raises:
            CaseNotFound: there is none.
        """

        async def work(conn: Connection) -> pb.DeleteCaseResponse:
            if not await self._cases.delete(conn, request.account_id, request.case_id):
                raise CaseNotFound(request.account_id, request.case_id)
            return pb.DeleteCaseResponse()

        return await self._idempotency.once(request, pb.DeleteCaseResponse, work)


def outcome_of(played: Simulated) -> Outcome:
    """What came out of a conversation; the judgement's facts where there is one."""
    last = played.steps[-1].answer
    facts = played.judgement.state.facts if played.judgement is not None else last.lead.facts
    escalation = next((step.answer.escalation for step in played.steps if step.answer.escalation), None)
    return Outcome(facts, last.ended, escalation)


def _run(expectation: Expectation, played: Simulated, number: int) -> pb.CaseRun:
    found = differences(expectation, outcome_of(played))
    run = pb.CaseRun(
        passed=not found,
        differences=[pb.Difference(field=one.field, expected=one.expected, actual=one.actual) for one in found],
        prompt_number=number,
        engine=played.steps[-1].answer.engine,
    )
    run.ran_at.FromDatetime(utc_now())
    return run
