from __future__ import annotations

import csv
import io
import zipfile

import grpc
import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2 as pb
from sdr.reporting.v1.reporting_pb2 import LEAD_SORT_SCORE
from sdr_common.grpc_errors import RemoteError, from_rpc_error
from tests.integration.reporting.conftest import (
    ACCOUNT,
    Reporting,
    a_turn,
    at,
    delivered,
    judged,
    learned,
    timestamp,
    told_outcome,
)


async def download(reporting: Reporting, request: pb.ExportLeadsRequest) -> tuple[str, str, bytes]:
    """A file's name, type and content."""
    request.account_id = ACCOUNT
    pieces = [piece async for piece in reporting.reports.ExportLeads(request, timeout=60)]
    return pieces[0].file_name, pieces[0].media_type, b"".join(piece.data for piece in pieces)


async def lines(reporting: Reporting, request: pb.ExportLeadsRequest | None = None) -> list[list[str]]:
    """Cells of a CSV as Excel in Brazil reads them."""
    _, _, content = await download(reporting, request or pb.ExportLeadsRequest())
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


async def test_a_lead_is_a_line_that_excel_in_brazil_opens(reporting: Reporting) -> None:
    turn = a_turn(0, name="José Ávila")
    turn.turn_finished.contact_phone = "5511987654321"
    await reporting.record(
        *(turn, learned(1, procedure="botox", known=4), judged(6, score=95, temperature=lead.TEMPERATURE_HOT)),
        *(delivered(0.5, team="vendas", closer="ana@c.example"), told_outcome(90, lead.LEAD_OUTCOME_WON)),
    )
    name, media_type, content = await download(reporting, pb.ExportLeadsRequest())
    assert name.startswith("leads-")
    assert (name[-4:], media_type) == (".csv", "text/csv; charset=utf-8")
    assert content.startswith("﻿Nome;Telefone;".encode())
    heading, line = await lines(reporting)
    assert dict(zip(heading, line, strict=True)) == {
        "Nome": "José Ávila",
        "Telefone": "5511987654321",
        "Situação": "qualificado",
        "Temperatura": "quente",
        "Pontos": "95",
        "Procedimento": "botox",
        "Informações conhecidas": "4",
        "Canal": "WhatsApp",
        "Caixa de entrada": "",
        "Time": "vendas",
        "Closer": "ana@c.example",
        "Primeira mensagem": "02/03/2026 09:00:00",
        "Segundos até a primeira resposta": "30",
        "Qualificado em": "02/03/2026 09:06:00",
        "Resultado": "venda ganha",
        "Resultado em": "02/03/2026 10:30:00",
        "Última novidade": "02/03/2026 09:06:00",
        "Contato": "501",
        "Conversa": "1501",
    }


@pytest.mark.parametrize("name", ["=1+2", "+55 11", "-1", "@SUM(A1)", '=HYPERLINK("http://x";"a")'])
async def test_a_name_that_a_spreadsheet_would_compute_is_kept_from_it(reporting: Reporting, name: str) -> None:
    await reporting.record(a_turn(0, name=name))
    assert (await lines(reporting))[1][0] == f"'{name}"


async def test_that_leads_were_taken_away_is_in_the_audit_trail(reporting: Reporting) -> None:
    await lines(reporting)
    assert [(row["action"], row["detail"]) for row in await reporting.fetch("select action, detail from audit")] == [
        ("export_leads", {"format": "csv"})
    ]


async def test_quotes_and_separators_in_a_name_stay_in_its_cell(reporting: Reporting) -> None:
    await reporting.record(a_turn(0, name='Ana "Bia"; Caio'))
    assert (await lines(reporting))[1][0] == 'Ana "Bia"; Caio'


async def test_a_file_has_the_leads_on_the_screen_in_their_order(reporting: Reporting) -> None:
    await reporting.record(
        *(a_turn(number, contact_id=number, name=f"Ana {number}") for number in range(1, 4)),
        *(judged(8, contact_id=1, score=50), judged(9, contact_id=3, score=90), a_turn(4, contact_id=4, name="Caio")),
    )

    async def contacts(request: pb.ExportLeadsRequest) -> list[str]:
        return [line[-2] for line in (await lines(reporting, request))[1:]]

    assert await contacts(pb.ExportLeadsRequest()) == ["3", "1", "4", "2"]
    assert await contacts(pb.ExportLeadsRequest(search="ana", sort=LEAD_SORT_SCORE)) == [
        "3",
        "1",
        "2",
    ]
    assert await contacts(pb.ExportLeadsRequest(until=timestamp(at(2)))) == ["1"]
    assert await contacts(pb.ExportLeadsRequest(search="ninguém")) == []


async def test_a_file_in_english_has_commas_and_english_words(reporting: Reporting) -> None:
    await reporting.record(a_turn(0, name="Ana"))
    _, _, content = await download(reporting, pb.ExportLeadsRequest(language="en"))
    heading, line = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert (heading[0], line[2], line[11]) == ("Name", "in progress", "2026-03-02 09:00:00")


async def test_a_sheet_holds_texts_numbers_and_instants(reporting: Reporting) -> None:
    await reporting.record(a_turn(0, name="=1+2"), judged(6, score=95))
    name, media_type, content = await download(reporting, pb.ExportLeadsRequest(format="xlsx"))
    assert name.endswith(".xlsx")
    assert media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert '<c r="A2" t="inlineStr"><is><t>=1+2</t></is></c>' in page
    assert '<c r="E2"><v>95</v></c>' in page
    assert '<c r="L2" s="2"><v>46083.375</v></c>' in page  # 2 March 2026, nine o'clock in São Paulo


async def test_a_filter_that_no_lead_can_pass_is_refused_before_the_file_begins(reporting: Reporting) -> None:
    request = pb.ExportLeadsRequest(account_id=ACCOUNT, until=timestamp(at(0)))
    getattr(request, "from").FromDatetime(at(1))
    with pytest.raises(RemoteError) as caught:
        await _first_piece(reporting, request)
    assert caught.value.details["field"] == "until"


async def _first_piece(reporting: Reporting, request: pb.ExportLeadsRequest) -> None:

    try:
        async for _ in reporting.reports.ExportLeads(request, timeout=60):
            return
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error
