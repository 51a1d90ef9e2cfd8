"""The manager looks at a period: figures, where leads came from, and takes the leads away as a file."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr_common.grpc_client import call
from tests.e2e.panel.browser import PHONE, Panel, person, settled
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

PAST = datetime(2024, 3, 4, 15, 0, tzinfo=UTC)
"""Noon of a Monday in São Paulo, long before anything else that the stack knows."""
PROCEDURES = ["botox", "laser", "botox", "peeling"]


class ReportsView:
    """The page of reports, in a manager's words."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def of_days(cls, panel: Panel, first: str, last: str) -> ReportsView:
        """The page with a free period."""
        page = await panel.signed_in(f"/relatorios?period=free&days={first}..{last}")
        await settled(page)
        return cls(page)

    async def figure(self, label: str) -> str:
        """What a card says under its label."""
        card = self.page.locator("dl", has=self.page.get_by_text(label, exact=True))
        return await card.locator("dd").first.inner_text()

    async def tell_apart_by(self, tab: str) -> None:
        """Shows who came by something else."""
        await self.page.get_by_role("tab", name=tab).click()

    async def download(self, name: str) -> Path:
        """Takes the leads away."""
        async with self.page.expect_download() as started:
            await self.page.get_by_role("link", name=name).click()
        return Path(await (await started.value).path())


def told(contact_id: int, at: datetime, **payload: object) -> reporting.Event:
    """Something that happened to a lead of the stack's account."""
    event = reporting.Event(
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{contact_id}/{at.isoformat()}/{sorted(payload)}")),
        conversation=lead.ConversationRef(
            account_id=1,
            conversation_id=contact_id,
            contact_id=contact_id,
            inbox_id=4,
            channel=lead.CHANNEL_INSTAGRAM if contact_id % 4 == 0 else lead.CHANNEL_WHATSAPP,
        ),
        **payload,  # type: ignore[arg-type]  # exactly one message of the oneof
    )
    event.occurred_at.FromDatetime(at)
    return event


def a_lead(contact_id: int, at: datetime) -> list[reporting.Event]:
    """A lead that came, was answered after eleven seconds and judged; every fourth one bought."""
    turn = reporting.TurnFinished(turn_id=1, message_count=1, outcome="answered", contact_name=f"Ana {contact_id}")
    turn.first_message_at.FromDatetime(at)
    settled_ = reporting.DeliverySettled(delivery_id=str(uuid.uuid4()), outcome="done", public_messages=1)
    settled_.first_public_at.FromDatetime(at + timedelta(seconds=11))
    interest = lead.Fact(
        kind=lead.FACT_KIND_INTEREST,
        value="interesse",
        level="especifico",
        canonical=PROCEDURES[contact_id % 4],
        source=lead.FACT_SOURCE_LEAD,
    )
    score = (115, 70, 95, 30)[contact_id % 4]
    hot, warm = score >= 90, score >= 50
    judged = lead.Qualification(
        qualification_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"judged/{contact_id}")),
        version=1,
        score=score,
        temperature=lead.TEMPERATURE_HOT if hot else lead.TEMPERATURE_WARM if warm else lead.TEMPERATURE_COLD,
        status=lead.LEAD_STATUS_QUALIFIED if warm else lead.LEAD_STATUS_COMPLETE,
    )
    judged.qualified_at.FromDatetime(at + timedelta(minutes=5))
    events = [
        told(contact_id, at + timedelta(seconds=10), turn_finished=turn),
        told(contact_id, at + timedelta(seconds=12), delivery_settled=settled_),
        told(contact_id, at + timedelta(seconds=13), facts_learned=reporting.FactsLearned(facts=[interest])),
        told(contact_id, at + timedelta(minutes=5), lead_qualified=reporting.LeadQualified(qualification=judged)),
        told(contact_id, at, model_used=reporting.ModelUsed(cost_micro_usd=1_200)),
    ]
    if contact_id % 4 == 0:
        won = reporting.OutcomeRecorded(outcome=lead.LEAD_OUTCOME_WON, source="painel")
        rated = reporting.SurveyAnswered(message_id=contact_id, rating=5 - contact_id % 3)
        events.append(told(contact_id, at + timedelta(hours=3), outcome_recorded=won))
        events.append(told(contact_id, at + timedelta(hours=4), survey_answered=rated))
    return events


@pytest.fixture
async def past_week(stack: RunningStack) -> None:
    """Forty leads of a week long ago, told as the other services tell."""
    events = [event for n in range(40) for event in a_lead(900_000 + n, PAST + timedelta(hours=n * 3, minutes=n % 7))]
    async with stack.channel("reporting", "gateway") as channel:
        request = reporting.RecordRequest(events=events)
        await call(ReportingServiceStub(channel).Record, request, timeout_s=30)


@pytest.mark.usefixtures("past_week")
async def test_a_manager_reads_a_period_and_takes_its_leads_away(panel: Panel) -> None:
    view = await ReportsView.of_days(panel, "2024-03-04", "2024-03-10")
    assert await view.figure("Leads novos") == "40"
    assert await view.figure("Vendas") == "10"
    assert await view.figure("Primeira resposta (metade até)") == "11 s"
    await expect(view.page.get_by_role("row", name="botox")).to_contain_text("20")
    await view.tell_apart_by("Canal")
    await expect(view.page.get_by_role("row", name="Instagram")).to_contain_text("10")
    await expect(view.page).to_have_url(re.compile("by=channel"))
    lines = list(csv.reader(io.StringIO((await view.download("CSV")).read_text("utf-8-sig")), delimiter=";"))
    assert len(lines) == 41
    assert (await view.download("Excel")).read_bytes()[:2] == b"PK"
    await view.page.get_by_role("radio", name="Hoje").check(force=True)
    await expect(view.page).to_have_url(re.compile("period=today"))


@pytest.mark.usefixtures("past_week")
async def test_a_report_fits_a_phone(browser: Browser, stack: RunningStack) -> None:
    async with person(browser, stack.description["gateway_url"], PHONE) as panel:
        view = await ReportsView.of_days(panel, "2024-03-04", "2024-03-10")
        widths = await view.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1]
