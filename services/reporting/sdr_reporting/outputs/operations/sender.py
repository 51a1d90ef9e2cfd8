"""Sends what is due: looks at the world as it is now, hands over once, and writes down what became of it."""

from __future__ import annotations

import json
import os
import socket
import uuid
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from sdr_common.errors import DomainError
from sdr_common.postgres import Pool, transaction
from sdr_common.secret_box import SecretUnreadable
from sdr_reporting.operations import PeriodWanted
from sdr_reporting.outputs.domain.page import csv_of, figures_of, page_of, summary_of, table_of, title_of
from sdr_reporting.outputs.domain.report import Report
from sdr_reporting.outputs.domain.schedule import Email, Format, Plan, Sheets, Slack, Webhook
from sdr_reporting.outputs.domain.sending import Kind, Sending, State, Undelivered, Verdict, verdict_of
from sdr_reporting.outputs.domain.words import WORDS
from sdr_reporting.outputs.ports import (
    Attachment,
    Box,
    Figures,
    Mail,
    Mailer,
    Poster,
    Printer,
    Schedules,
    Sendings,
    Spreadsheets,
)

_LEASE_S: Final = 120.0
"""Longer than making a report and handing it over take together."""
_BATCH: Final = 5
_LOG = structlog.get_logger()


class Parcel(Protocol):
    """Something that is ready to be handed over."""

    async def hand_over(self) -> str:
        """Hands it over; gives a word for what went wrong all the same. Raises `Undelivered`."""
        ...


class Packer(Protocol):
    """Makes parcels of one kind of sending."""

    async def pack(self, sending: Sending) -> Parcel:
        """Looks up and makes what is to be sent, nothing leaving yet; raises `Undelivered`."""
        ...


class SendingWork:
    """Carries sendings out; replicas share them.

    Args:
        pool: The service's pool.
        sendings: What is on its way.
        packers: By kind of sending.
        pace: Factor on the pauses between attempts; 1.0 in production.
    """

    def __init__(self, pool: Pool, sendings: Sendings, packers: dict[Kind, Packer], *, pace: float = 1.0) -> None:
        self._pool = pool
        self._sendings = sendings
        self._packers = packers
        self._pace = pace
        self._owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    async def send_due(self) -> int:
        """Sends a batch, one after another; gives how many there were."""
        async with transaction(self._pool) as conn:
            if lost := await self._sendings.settle_lost(conn):
                _LOG.error("sendings_left_uncertain", count=lost)
            claimed = await self._sendings.claim(conn, self._owner, _LEASE_S, _BATCH)
        for sending in claimed:
            await self._carry_out(sending)
        return len(claimed)

    async def _carry_out(self, sending: Sending) -> None:
        try:
            verdict = await self._attempt(sending)
        except Undelivered as failure:
            verdict = verdict_of(failure, sending.attempt_count, self._pace)
        except DomainError as error:  # the database went away, a secret cannot be read
            verdict = verdict_of(Undelivered(error.reason.lower(), again=True), sending.attempt_count, self._pace)
        except Exception:
            _LOG.exception("sending_not_made", sending_id=sending.sending_id, channel=sending.channel)
            verdict = verdict_of(Undelivered("internal", again=True), sending.attempt_count, self._pace)
        if verdict is None:
            return
        async with transaction(self._pool) as conn:
            await self._sendings.settle(conn, sending, self._owner, verdict)
        log = _LOG.info if verdict.state is State.SENT else _LOG.warning
        log(
            "sending_settled",
            sending_id=sending.sending_id,
            channel=sending.channel,
            state=verdict.state.value,
            problem=verdict.problem,
            attempt=sending.attempt_count,
        )

    async def _attempt(self, sending: Sending) -> Verdict | None:
        """What came of it; None: another process has it by now."""
        parcel = await self._packers[sending.kind].pack(sending)
        async with transaction(self._pool) as conn:
            if not await self._sendings.hand_over(conn, sending, self._owner, _LEASE_S):
                return None
        try:
            problem = await parcel.hand_over()
        except Undelivered:
            raise
        except Exception as error:
            _LOG.exception("sending_not_handed_over", sending_id=sending.sending_id, channel=sending.channel)
            raise Undelivered("internal", uncertain=True) from error
        return Verdict(State.SENT, problem)


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out."""

    mailer: Mailer
    poster: Poster
    sheets: Spreadsheets


class ReportPacker:
    """Makes scheduled reports.

    Args:
        pool: The service's pool.
        schedules: What is wanted, looked up when it is sent.
        figures: What it is made of.
        printer: Makes PDF.
        ways: The ways out.
        box: Opens secrets; None: there are none.
        panel_url: The panel's address, for links; empty: no links.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        schedules: Schedules,
        figures: Figures,
        printer: Printer,
        ways: Ways,
        box: Box | None,
        panel_url: str,
    ) -> None:
        self._pool = pool
        self._schedules = schedules
        self._figures = figures
        self._printer = printer
        self._ways = ways
        self._box = box
        self._panel_url = panel_url

    async def pack(self, sending: Sending) -> Parcel:
        """See `Packer`; a schedule that was removed, or that goes another way by now, sends nothing."""
        async with transaction(self._pool) as conn:
            found = await self._schedules.find(conn, sending.account_id, sending.owner_id)
        if found is None:
            raise Undelivered("schedule_gone")
        schedule, sealed = found
        if schedule.plan.target.channel != sending.channel:
            raise Undelivered("target_changed")
        secret = _opened(self._box, sealed)
        match schedule.plan.target:
            case Email() as target:
                return Letter(self._ways.mailer, await self._mail(sending, schedule.plan, target))
            case Slack():
                report = await self._report(sending, schedule.plan)
                return ChatLine(self._ways.poster, secret, self._text(report))
            case Webhook(url=url):
                body = await self._document(sending, schedule.plan)
                return _SignedPost(self._ways.poster, url, secret, sending.sending_id, body)
            case Sheets() as target:
                return _Table(self._ways.sheets, target, secret, await self._table(sending, schedule.plan))

    async def _mail(self, sending: Sending, plan: Plan, target: Email) -> Mail:
        report = await self._report(sending, plan)
        file = await self._file(sending, plan, report)
        words = WORDS[plan.language]
        opening = words["mail_leads" if plan.format is Format.CSV else "mail_text"]
        return Mail(
            message_id=f"<{sending.sending_id}@chatwoot-sdr>",
            to=target.to,
            subject=f"{report.clinic_name}: {title_of(report)}" if report.clinic_name else title_of(report),
            text=f"{opening}\n\n{self._text(report)}\n",
            attachments=(file,),
        )

    async def _report(self, sending: Sending, plan: Plan) -> Report:
        if sending.period is None:
            raise AssertionError("a report has a period")
        wanted = PeriodWanted(start=sending.period.start, until=sending.period.until)
        return await self._figures.report(sending.account_id, wanted, plan.language)

    async def _table(self, sending: Sending, plan: Plan) -> list[list[str]]:
        if sending.period is None:
            raise AssertionError("a report has a period")
        leads = await self._figures.leads(sending.account_id, sending.period)
        return table_of(leads, await self._figures.zone(sending.account_id), plan.language)

    async def _file(self, sending: Sending, plan: Plan, report: Report) -> Attachment:
        stem = f"leads-{sending.slot_at:%Y-%m-%d}"
        if plan.format is Format.CSV:
            return Attachment(f"{stem}.csv", "text/csv", csv_of(await self._table(sending, plan)))
        return Attachment(f"{stem}.pdf", "application/pdf", await self._printer.print(page_of(report)))

    async def _document(self, sending: Sending, plan: Plan) -> bytes:
        """What a program gets; docs/howto/reports-out.md has the shape."""
        report = await self._report(sending, plan)
        period = report.period
        document: dict[str, object] = {
            "type": "report",
            "id": sending.sending_id,
            "account_id": str(sending.account_id),
            "schedule": {"id": sending.owner_id, "name": sending.name},
            "from": None if period.start is None else period.start.isoformat(),
            "until": period.until.isoformat(),
            "time_zone": report.zone_name,
            "figures": figures_of(report),
        }
        if plan.format is Format.CSV:
            table = await self._table(sending, plan)
            document["leads"] = {"columns": table[0], "rows": table[1:]}
        return json.dumps(document, ensure_ascii=False).encode()

    def _text(self, report: Report) -> str:
        lines = [title_of(report), "", summary_of(report)]
        if self._panel_url:
            lines += ["", f"{WORDS[report.language]['open_panel']}: {self._panel_url}/relatorios"]
        return "\n".join(lines)


class Letter:
    """A mail that is ready.

    Args:
        mailer: Sends it.
        mail: It.
    """

    def __init__(self, mailer: Mailer, mail: Mail) -> None:
        self._mailer = mailer
        self._mail = mail

    async def hand_over(self) -> str:
        """See `Parcel`."""
        return await self._mailer.send(self._mail)


class ChatLine:
    """A line for a Slack channel.

    Args:
        poster: Posts it.
        url: The incoming webhook.
        text: What it says.
    """

    def __init__(self, poster: Poster, url: str, text: str) -> None:
        self._poster = poster
        self._url = url
        self._text = text

    async def hand_over(self) -> str:
        """See `Parcel`."""
        await self._poster.slack(self._url, self._text)
        return ""


class _SignedPost:
    def __init__(self, poster: Poster, url: str, secret: str, delivery_id: str, body: bytes) -> None:
        self._poster = poster
        self._url = url
        self._secret = secret
        self._delivery_id = delivery_id
        self._body = body

    async def hand_over(self) -> str:
        await self._poster.signed(self._url, self._secret, self._delivery_id, self._body)
        return ""


class _Table:
    def __init__(self, sheets: Spreadsheets, target: Sheets, key: str, table: list[list[str]]) -> None:
        self._sheets = sheets
        self._target = target
        self._key = key
        self._table = table

    async def hand_over(self) -> str:
        await self._sheets.push(self._target, self._key, self._table)
        return ""


def _opened(box: Box | None, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    if box is None:
        raise SecretUnreadable
    return box.open(sealed)
