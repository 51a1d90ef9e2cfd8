"""What the gateway tells reporting of an account's health."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from sdr.reporting.v1 import alerts_pb2 as pb
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.errors import ErrorKind
from sdr_common.grpc_errors import RemoteError
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.hours import BusinessHours, Opening
from sdr_gateway.domain.wakes import DEFAULT_RULES
from sdr_gateway.operations.pulse import PulseWork

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
HOURS = BusinessHours(ZoneInfo("America/Sao_Paulo"), tuple(Opening(day, time(8), time(18)) for day in range(5)))


@dataclass
class Claims:
    async def claim(self, interval_s: float) -> tuple[int, datetime] | None:
        return None


@dataclass
class Told:
    answer: routing.CheckConnectionResponse | RemoteError
    pulses: list[pb.ReportPulseRequest] = field(default_factory=list)
    waiting: tuple[pb.WaitingLead, ...] = ()
    passed_on: list[routing.ReassignRequest] = field(default_factory=list)

    async def check_connection(self, request: routing.CheckConnectionRequest) -> routing.CheckConnectionResponse:
        if isinstance(self.answer, RemoteError):
            raise self.answer
        return self.answer

    async def report_pulse(self, request: pb.ReportPulseRequest) -> pb.ReportPulseResponse:
        self.pulses.append(request)
        return pb.ReportPulseResponse(waiting_leads=self.waiting)

    async def reassign(self, request: routing.ReassignRequest) -> routing.ReassignResponse:
        self.passed_on.append(request)
        if request.conversation_id == 12:
            raise RemoteError(ErrorKind.UNAVAILABLE, "TRANSPORT", "away")
        return routing.ReassignResponse(outcome=routing.REASSIGN_OUTCOME_ACCEPTED)


class Directory:
    """Accounts with these hours."""

    def __init__(self, hours: BusinessHours | None) -> None:
        self._hours = hours

    async def get(self, account_id: int) -> Account:
        rules = replace(DEFAULT_RULES, hours=self._hours)
        return Account(account_id, "https://chatwoot.example", 1, 0.0, None, "path", "token", rules=rules)


def work(told: Told, hours: BusinessHours | None = HOURS) -> PulseWork:
    return PulseWork(Claims(), Directory(hours), routing=told, reporting=told)


def checked(**outcomes: str) -> routing.CheckConnectionResponse:
    steps = [
        routing.ProvisioningStep(name=name, outcome=outcome, advice="Confira." if outcome == "missing" else "")
        for name, outcome in outcomes.items()
    ]
    return routing.CheckConnectionResponse(healthy="missing" not in outcomes.values(), steps=steps)


async def test_a_connection_works_as_long_as_chatwoot_answers_whatever_team_is_missing() -> None:
    told = Told(checked(chatwoot="found", **{"team:vendas": "missing"}))
    await work(told).tell(7, NOW)
    (pulse,) = told.pulses
    assert (pulse.account_id, pulse.chatwoot_connected, pulse.chatwoot_works) == (7, True, True)
    assert pulse.observed_at.ToDatetime(UTC) == NOW


async def test_a_chatwoot_that_does_not_answer_is_told_with_what_to_mend() -> None:
    told = Told(checked(chatwoot="missing"))
    await work(told).tell(7, NOW)
    assert not told.pulses[0].chatwoot_works
    assert told.pulses[0].chatwoot_problem == "Confira."


async def test_an_account_without_a_chatwoot_misses_none() -> None:
    told = Told(RemoteError(ErrorKind.PRECONDITION, "NOT_CONNECTED", "not connected"))
    await work(told).tell(7, NOW)
    assert not told.pulses[0].chatwoot_connected


async def test_a_routing_that_is_away_is_no_fault_of_chatwoots_and_tells_nothing() -> None:
    told = Told(RemoteError(ErrorKind.UNAVAILABLE, "TRANSPORT", "away"))
    with pytest.raises(RemoteError):
        await work(told).tell(7, NOW)
    assert told.pulses == []


async def test_opening_hours_are_told_as_stretches_of_the_last_days() -> None:
    told = Told(checked(chatwoot="found"))
    await work(told).tell(7, NOW)
    pulse = told.pulses[0]
    assert pulse.has_hours
    last = pulse.open[-1]
    assert getattr(last, "from").ToDatetime(UTC) == datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
    assert last.until.ToDatetime(UTC) == datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    # Monday to Friday, in eight days: the first one is cut by the look back.
    assert len(pulse.open) == 7


async def test_a_clinic_without_hours_is_told_as_always_open() -> None:
    told = Told(checked(chatwoot="found"))
    await work(told, None).tell(7, NOW)
    assert (told.pulses[0].has_hours, len(told.pulses[0].open)) == (False, 0)


async def test_leads_that_wait_are_passed_on_each_by_itself_under_the_step_that_reporting_named() -> None:
    ana = "ana@c.example"
    waiting = tuple(
        pb.WaitingLead(conversation_id=number, closer_email=ana, waited_minutes=15, step_id=f"step-{number}")
        for number in (12, 13)
    )
    told = Told(checked(chatwoot="found"), waiting=waiting)
    await work(told).tell(7, NOW)
    assert told.passed_on == [
        routing.ReassignRequest(
            request_id=f"step-{number}",
            account_id=7,
            conversation_id=number,
            closer_email="ana@c.example",
            waited_minutes=15,
        )
        for number in (12, 13)
    ]
