"""What goes out: to a real mail server, and to Slack and a program as they speak."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import hmac
import io
import os
import sys
import threading
import uuid

import pytest

from sdr.reporting.v1 import schedules_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting_outputs.conftest import (
    ACCOUNT,
    ANA,
    Outputs,
    a_plan,
    calling,
    leads_of_yesterday,
    serving,
)
from tests.support.net import eventually, free_port
from tests.support.receivers import Mailbox, Web

SECRET = "a secret of thirty-two characters"


async def make_due(outputs: Outputs) -> None:
    """Lets every schedule's moment come now."""
    await outputs.run("update schedule set next_at = now()")


async def test_a_due_report_arrives_by_mail_once_with_its_pdf(outputs: Outputs, mailbox: Mailbox) -> None:
    await outputs.record(*leads_of_yesterday("Maria", "João"))
    schedule = await outputs.create(a_plan())
    assert schedule.HasField("next_at")
    await make_due(outputs)
    sending = await outputs.settled(pb.SENDING_STATE_SENT)
    (mail,) = mailbox.mails
    assert mail["To"] == ANA
    assert mail["From"] == "Relatórios <sdr@clinica.example>"
    assert mail["Message-ID"] == f"<{sending.sending_id}@chatwoot-sdr>"
    assert mail["Subject"].startswith("Clínica Aurora: Relatório de leads · ")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Leads novos: 2" in text.get_content()
    (pdf,) = mail.iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    content = pdf.get_content()
    assert isinstance(content, bytes)
    assert content.startswith(b"%PDF-")
    assert (sending.by_hand, sending.attempt_count, sending.channel) == (False, 1, "email")


async def test_leads_go_as_a_table_that_no_spreadsheet_program_runs(outputs: Outputs, mailbox: Mailbox) -> None:
    await outputs.record(*leads_of_yesterday("=HYPERLINK(1)", "Ana; Paula"))
    schedule = await outputs.create(a_plan(format=pb.REPORT_FORMAT_CSV))
    await outputs.send_now(schedule.schedule_id)
    await outputs.settled(pb.SENDING_STATE_SENT)
    (file,) = mailbox.mails[0].iter_attachments()
    content = file.get_content()
    text = content.encode() if isinstance(content, str) else content
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows] == ["Nome", "'=HYPERLINK(1)", "Ana; Paula"]


async def test_slack_gets_the_figures_as_text(outputs: Outputs, web: Web) -> None:
    await outputs.record(*leads_of_yesterday("Maria"))
    address = f"{web.url}/services/T0/B0/xyz"
    schedule = await outputs.create(a_plan(target=pb.Target(slack=pb.SlackTarget(webhook_url=address))))
    assert schedule.plan.target.slack == pb.SlackTarget(webhook_url_set=True)
    await outputs.send_now(schedule.schedule_id)
    await outputs.settled(pb.SENDING_STATE_SENT)
    (posted,) = web.at("/services/T0/B0/xyz")
    assert posted.headers["Content-Type"] == "application/json"
    assert "Leads novos: 1" in posted.document["text"]
    assert "https://painel.clinica.example/panel/relatorios" in posted.document["text"]


async def test_a_program_gets_a_signed_document(outputs: Outputs, web: Web) -> None:
    await outputs.record(*leads_of_yesterday("Maria"))
    target = pb.Target(webhook=pb.WebhookTarget(url=f"{web.url}/hook", secret=SECRET))
    schedule = await outputs.create(a_plan(target=target, format=pb.REPORT_FORMAT_CSV))
    sending = await outputs.send_now(schedule.schedule_id)
    await outputs.settled(pb.SENDING_STATE_SENT)
    (posted,) = web.at("/hook")
    stamp = posted.headers["X-SDR-Timestamp"]
    signed = hmac.new(SECRET.encode(), stamp.encode() + b"." + posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["X-SDR-Signature"] == f"sha256={signed}"
    assert posted.headers["X-SDR-Delivery"] == sending.sending_id == posted.document["id"]
    assert posted.document["figures"]["new_lead_count"] == 1
    assert posted.document["leads"]["rows"][0][0] == "Maria"


async def test_what_fails_is_tried_again_and_a_repeat_has_the_same_id(outputs: Outputs, web: Web) -> None:
    web.answer_once("/hook", 503)
    web.answer_once("/hook", 429, Retry_After="1")
    target = pb.Target(webhook=pb.WebhookTarget(url=f"{web.url}/hook", secret=SECRET))
    schedule = await outputs.create(a_plan(target=target))
    await outputs.send_now(schedule.schedule_id)
    sending = await outputs.settled(pb.SENDING_STATE_SENT)
    assert sending.attempt_count == 3
    assert len({each.headers["X-SDR-Delivery"] for each in web.at("/hook")}) == 1


async def test_a_final_no_is_visible_and_a_person_can_retry_it(outputs: Outputs, mailbox: Mailbox) -> None:
    mailbox.refuse_recipient = "550 no such user"
    schedule = await outputs.create(a_plan())
    await outputs.send_now(schedule.schedule_id)
    failed = await outputs.settled(pb.SENDING_STATE_FAILED)
    assert (failed.problem, failed.attempt_count) == ("recipients_refused", 1)
    mailbox.refuse_recipient = ""
    waiting = await outputs.retry(failed.sending_id)
    assert waiting.state == pb.SENDING_STATE_WAITING
    await outputs.settled(pb.SENDING_STATE_SENT)
    with pytest.raises(RemoteError) as refused:
        await outputs.retry(failed.sending_id)
    assert refused.value.reason == "SENDING_NOT_FAILED"


async def test_a_mail_that_only_some_may_have_is_sent_once_and_says_so(outputs: Outputs, mailbox: Mailbox) -> None:
    mailbox.refuse_recipient, mailbox.refuse_only = "550 no such user", "gone@clinica.example"
    target = pb.Target(email=pb.EmailTarget(to=[ANA, "gone@clinica.example"]))
    schedule = await outputs.create(a_plan(target=target))
    await outputs.send_now(schedule.schedule_id)
    sending = await outputs.settled(pb.SENDING_STATE_SENT)
    assert (sending.problem, len(mailbox.mails)) == ("some_recipients_refused", 1)


async def test_a_mail_server_that_is_full_for_now_is_asked_again(outputs: Outputs, mailbox: Mailbox) -> None:
    mailbox.refuse = "452 too busy"
    schedule = await outputs.create(a_plan())
    await outputs.send_now(schedule.schedule_id)

    async def problem() -> str:
        return (await outputs.sendings())[0].problem

    await eventually(problem)
    mailbox.refuse = ""
    sending = await outputs.settled(pb.SENDING_STATE_SENT)
    assert sending.attempt_count > 1
    assert len(mailbox.mails) == 1


@pytest.mark.thorough
async def test_two_replicas_send_each_moment_once(
    outputs: Outputs, variables: dict[str, str], mailbox: Mailbox
) -> None:
    async with serving(variables), serving(variables):
        for number in range(6):
            await outputs.create(a_plan(name=f"Resumo {number}"))
        await make_due(outputs)

        async def all_sent() -> bool:
            found = await outputs.sendings()
            return len(found) == 6 and all(each.state == pb.SENDING_STATE_SENT for each in found)

        await eventually(all_sent, 20)
        await make_due(outputs)
        await eventually(lambda: len(mailbox.mails) == 12, 20)
    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert len(set(ids)) == 12


@pytest.mark.thorough
async def test_what_a_killed_process_was_handing_over_is_uncertain_and_never_sent_again(
    variables: dict[str, str], mailbox: Mailbox
) -> None:
    mailbox.holding = threading.Event()
    port = free_port()
    command = [sys.executable, "-m", "sdr_reporting", "serve"]
    own = {"SDR_REPORTING_GRPC_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **variables, **own})
    try:
        async with calling(variables["DATABASE_URL"], port) as service:
            await eventually(service.answers, 20)
            await service.create(a_plan())
            await make_due(service)
            await eventually(lambda: len(mailbox.mails) == 1, 20)
    finally:
        process.kill()
        await process.wait()
    async with serving(variables) as survivor:
        # Two minutes later.
        await survivor.run("update sending set lease_until = now() - interval '1 second'")
        uncertain = await survivor.settled(pb.SENDING_STATE_UNCERTAIN)
        assert (uncertain.problem, len(mailbox.mails)) == ("process_ended", 1)
        mailbox.holding.set()
        await survivor.retry(uncertain.sending_id)
        await survivor.settled(pb.SENDING_STATE_SENT)
    assert mailbox.mails[0]["Message-ID"] == mailbox.mails[1]["Message-ID"]


async def test_a_removed_schedule_sends_nothing_more_and_keeps_its_history(outputs: Outputs, mailbox: Mailbox) -> None:
    schedule = await outputs.create(a_plan())
    await outputs.send_now(schedule.schedule_id)
    await outputs.settled(pb.SENDING_STATE_SENT)
    request = pb.DeleteScheduleRequest(
        request_id=str(uuid.uuid4()), account_id=ACCOUNT, schedule_id=schedule.schedule_id
    )
    await outputs.schedules.DeleteSchedule(request)
    assert await outputs.listed() == []
    (kept,) = await outputs.sendings()
    assert (kept.name, kept.state) == ("Resumo do dia", pb.SENDING_STATE_SENT)
    with pytest.raises(RemoteError) as gone:
        await outputs.send_now(schedule.schedule_id)
    assert gone.value.reason == "SCHEDULE_NOT_FOUND"


async def test_a_repeated_call_sends_once(outputs: Outputs, mailbox: Mailbox) -> None:
    schedule = await outputs.create(a_plan())
    request_id = str(uuid.uuid4())
    first = await outputs.send_now(schedule.schedule_id, request_id=request_id)
    await outputs.settled(pb.SENDING_STATE_SENT)
    again = await outputs.send_now(schedule.schedule_id, request_id=request_id)
    assert again == first
    assert len(mailbox.mails) == len(await outputs.sendings()) == 1
