from __future__ import annotations

import asyncio
import io
import re
import sys
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sdr.dialogue.v1 import dialogue_pb2 as dialogue_pb
from sdr.dialogue.v1 import knowledge_pb2 as pb
from sdr_common.errors import ErrorKind
from sdr_common.grpc_errors import RemoteError
from sdr_dialogue.engine.scripted import ScriptedEngine
from tests.integration.dialogue.conftest import (
    ACCOUNT,
    Dialogue,
    ObedientModel,
    a_message,
    a_request,
    a_settings_request,
    running,
)
from tests.integration.dialogue.knowing import Knowledge, a_docx, a_pdf

BOTOX = "O botox de testa custa R$ 1.190."


def settings_with(*questions: tuple[str, str]) -> dialogue_pb.PutSettingsRequest:
    return a_settings_request(
        dialogue_pb.DialogueSettings(
            procedures=[
                dialogue_pb.Procedure(slug="botox", name="Botox", synonyms=["toxina"]),
                dialogue_pb.Procedure(slug="peeling", name="Peeling"),
            ],
            frequent_questions=[dialogue_pb.FrequentQuestion(question=q, answer=a) for q, a in questions],
        )
    )


async def test_a_frequent_question_answers_one_in_other_words_and_names_its_version(dialogue: Dialogue) -> None:
    knowledge = Knowledge(dialogue)
    put = await knowledge.put_faq("Quanto custa o botox?", BOTOX)
    found = await knowledge.search("qnt fica o butox na testa")
    assert (found.answered, found.passages[0].text, found.version) == (True, BOTOX, put.document.version)
    assert not found.by_meaning


async def test_a_question_beside_the_knowledge_is_not_answered(dialogue: Dialogue) -> None:
    knowledge = Knowledge(dialogue)
    await knowledge.put_faq("Quanto custa o botox?", BOTOX)
    assert not (await knowledge.search("vocês fazem transplante capilar?")).answered
    assert not (await knowledge.search("quanto tempo dura o botox?")).answered


async def test_a_price_without_a_procedure_is_of_what_the_lead_wants(dialogue: Dialogue) -> None:
    await dialogue.put_settings(settings_with())
    knowledge = Knowledge(dialogue)
    await knowledge.put_faq("Quanto custa o botox?", BOTOX)
    await knowledge.put_faq("Quanto custa o peeling?", "R$ 380 a sessão.")
    assert (await knowledge.search("quanto custa?", interest="peeling")).passages[0].text == "R$ 380 a sessão."
    assert not (await knowledge.search("quanto custa?")).answered


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cuidados.txt", b"Depois do laser evite o sol por quinze dias."),
        ("cuidados.txt", "Depois do laser evite o sol por quinze dias, mamãe.".encode("cp1252")),
        ("cuidados.md", b"# Cuidados\n\n## Depois do laser\nEvite o sol por quinze dias."),
        ("cuidados.docx", a_docx(("Heading 1", "Depois do laser"), ("Normal", "Evite o sol por quinze dias."))),
        ("cuidados.docx", a_docx(("table", "Depois do laser|evite o sol por quinze dias"))),
        ("cuidados.pdf", a_pdf("Depois do laser evite o sol", "por quinze dias.")),
    ],
    ids=["utf-8 text", "windows text", "markdown", "word", "word table", "pdf"],
)
async def test_a_file_of_every_kind_is_found_by_what_it_says(dialogue: Dialogue, name: str, data: bytes) -> None:
    knowledge = Knowledge(dialogue)
    await knowledge.put_file(name, data)
    found = await knowledge.search("posso tomar sol depois do laser?")
    assert "sol por quinze dias" in found.passages[0].text.replace("\n", " ")


async def test_equal_content_changes_nothing_and_other_content_replaces_every_passage(dialogue: Dialogue) -> None:
    knowledge = Knowledge(dialogue)
    first = await knowledge.put_file("a.md", b"# Um\nO estacionamento custa 10 reais.")
    again = await knowledge.put_file("a.md", b"# Um\nO estacionamento custa 10 reais.")
    other = await knowledge.put_file("a.md", b"# Um\nA piscina abre no ver\xc3\xa3o.")
    assert (again.changed, again.document) == (False, first.document)
    assert (other.changed, other.document.document_id) == (True, first.document.document_id)
    assert other.document.version > first.document.version
    assert not (await knowledge.search("quanto custa o estacionamento?")).passages
    assert (await dialogue.fetch("select count(*) from term where lexeme like 'estaci%'"))[0]["count"] == 0


async def test_a_deleted_document_is_neither_listed_nor_found(dialogue: Dialogue) -> None:
    knowledge = Knowledge(dialogue)
    put = await knowledge.put_faq("Tem wifi?", "Sim, aberto.")
    version = (await knowledge.delete(put.document.document_id)).version
    listed = await knowledge.documents()
    assert (list(listed.documents), listed.version) == ([], version)
    assert not (await knowledge.search("tem wifi?")).passages
    with pytest.raises(RemoteError) as failure:
        await knowledge.delete(put.document.document_id)
    assert failure.value.reason == "DOCUMENT_NOT_FOUND"


async def test_documents_are_listed_in_pages_latest_change_first(dialogue: Dialogue) -> None:
    knowledge = Knowledge(dialogue)
    for number in range(3):
        await knowledge.put_faq(f"Pergunta número {number}?", "Resposta.")
    first = await knowledge.documents(page_size=2)
    second = await knowledge.documents(page_size=2, page_token=first.next_page_token)
    titles = [document.title for document in (*first.documents, *second.documents)]
    assert titles == ["Pergunta número 2?", "Pergunta número 1?", "Pergunta número 0?"]
    assert second.next_page_token == ""


async def test_a_page_token_of_another_list_is_refused(dialogue: Dialogue) -> None:
    for token in ("x", "2026-03-02T10:00:00~1", "2026-03-02T10:00:00+00:00~-1"):
        with pytest.raises(RemoteError) as failure:
            await Knowledge(dialogue).documents(page_token=token)
        assert failure.value.reason == "INVALID_PAGE_TOKEN"
    with pytest.raises(RemoteError) as failure:
        await Knowledge(dialogue).unanswered(page_token="1~x")
    assert failure.value.reason == "INVALID_PAGE_TOKEN"


async def test_a_repeated_put_gets_the_stored_answer(dialogue: Dialogue) -> None:
    knowledge = Knowledge(dialogue)
    request = pb.PutDocumentRequest(
        request_id=str(uuid.uuid4()), faq=pb.FaqContent(question="Tem wifi?", answer="Sim.")
    )
    first, second = await asyncio.gather(knowledge.put(request), knowledge.put(request))
    assert first == second
    assert first.changed


def a_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (101 * 1024 * 1024))
    return stream.getvalue()


def an_xml_bomb() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{entities}]><x>&a11;</x>'
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(a_docx(("Normal", "x")))) as good, zipfile.ZipFile(stream, "w") as archive:
        for item in good.infolist():
            archive.writestr(item.filename, xml if item.filename == "word/document.xml" else good.read(item))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "problem"),
    [
        ("a.exe", lambda: b"MZ", "ends in none of"),
        ("a.pdf", lambda: b"no PDF at all", "is no readable PDF"),
        ("a.pdf", lambda: a_pdf("x", pages=501), "has 501 pages, at most 500"),
        ("a.pdf", a_pdf, "has no text"),
        ("a.docx", lambda: b"no zip", "is no readable DOCX"),
        ("a.docx", a_bomb, "unpacks to"),
        ("a.docx", an_xml_bomb, "is no readable DOCX"),
        ("a.txt", lambda: b"   \n ", "has no text"),
        ("a.txt", lambda: b"\x00\x01\xff\x00", "is no text"),
    ],
    ids=["exe", "no pdf", "pages", "empty pdf", "no docx", "zip bomb", "xml bomb", "blank text", "bytes"],
)
async def test_a_file_that_cannot_be_read_is_refused_by_name(
    dialogue: Dialogue, name: str, make: Callable[[], bytes], problem: str
) -> None:
    with pytest.raises(RemoteError) as failure:
        await Knowledge(dialogue).put_file(name, make())
    assert (failure.value.reason, failure.value.kind) == ("UNREADABLE_DOCUMENT", ErrorKind.INVALID)
    assert problem in str(failure.value)


async def test_a_file_that_takes_too_long_is_given_up_and_its_reader_ends(database: str, model: ObedientModel) -> None:
    async with running(database, model, document_deadline_s=1) as service:
        await service.put_settings(a_settings_request())
        with pytest.raises(RemoteError) as failure:
            await Knowledge(service).put_file("a.pdf", a_pdf(*["palavra"] * 200_000))
    assert "took longer than 1" in str(failure.value)


async def test_an_address_that_is_not_public_is_not_fetched(dialogue: Dialogue) -> None:
    for url in ("http://10.0.0.1/", "http://169.254.169.254/latest", "http://[fd00::1]/"):
        with pytest.raises(RemoteError) as failure:
            await Knowledge(dialogue).put(pb.PutDocumentRequest(url=url))
        assert "no public address" in str(failure.value), url


async def test_the_settings_questions_are_knowledge_too_and_follow_the_settings(dialogue: Dialogue) -> None:
    knowledge = Knowledge(dialogue)
    await dialogue.put_settings(settings_with(("Quanto custa o botox?", BOTOX), ("Tem wifi?", "Sim.")))
    assert (await knowledge.search("qual o preço do botox")).answered
    (wifi,) = [item for item in (await knowledge.documents()).documents if item.title == "Tem wifi?"]
    assert wifi.origin == pb.DOCUMENT_ORIGIN_SETTINGS
    for refused in (knowledge.delete(wifi.document_id), knowledge.put_faq("Tem wifi?", "Não.")):
        with pytest.raises(RemoteError) as failure:
            await refused
        assert failure.value.reason == "DOCUMENT_FROM_SETTINGS"
    await dialogue.put_settings(settings_with(("Quanto custa o botox?", "R$ 900.")))
    assert [item.title for item in (await knowledge.documents()).documents] == ["Quanto custa o botox?"]
    assert (await knowledge.search("qual o preço do botox")).passages[0].text == "R$ 900."
    assert len((await dialogue.get_settings()).settings.frequent_questions) == 1


async def test_accounts_do_not_read_each_other_s_knowledge(dialogue: Dialogue) -> None:
    await dialogue.put_settings(a_settings_request(account_id=8))
    await Knowledge(dialogue).put_faq("Quanto custa o botox?", BOTOX)
    assert not (await Knowledge(dialogue, 8).search("quanto custa o botox?")).passages


async def test_an_account_that_was_never_set_up_has_no_knowledge(dialogue: Dialogue) -> None:
    for refused in (Knowledge(dialogue, 99).search("oi?"), Knowledge(dialogue, 99).put_faq("Oi oi?", "Oi.")):
        with pytest.raises(RemoteError) as failure:
            await refused
        assert failure.value.reason == "ACCOUNT_NOT_FOUND"


async def test_a_turn_s_engine_gets_what_was_found_and_its_record_keeps_the_citation(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    put = await Knowledge(dialogue).put_faq("Quanto custa o botox?", BOTOX)
    await dialogue.respond(a_request(1, a_message(10, "oi"), a_message(11, "quanto custa o botox?")))
    (found,) = model.calls[0].found
    assert (found.question, found.answered, found.passages[0].text) == ("quanto custa o botox?", True, BOTOX)
    (turn,) = (await dialogue.turns()).turns
    assert [(item.document_id, item.title) for item in turn.citations] == [
        (put.document.document_id, "Quanto custa o botox?")
    ]
    assert turn.knowledge_version == put.document.version


async def test_questions_that_nothing_answers_are_grouped_and_approved_into_the_knowledge(
    database: str,
) -> None:
    async with running(database, ScriptedEngine()) as service:
        await service.put_settings(a_settings_request())
        knowledge = Knowledge(service)
        words = ("vcs fazem transplante capilar?", "voces fazem transplante capilar", "tem estacionamento?")
        for number, text in enumerate(words, start=1):
            await service.respond(a_request(1, a_message(number, text), conversation_id=number))
        questions = (await knowledge.unanswered()).questions
        assert [(item.question, item.asked_count) for item in questions] == [(words[1], 2), (words[2], 1)]
        await knowledge.approve(questions[0].unanswered_id, "Fazem transplante capilar?", "Sim, às quintas.")
        await knowledge.reject(questions[1].unanswered_id)
        assert not (await knowledge.unanswered()).questions
        answer = await service.respond(a_request(2, a_message(9, words[0]), conversation_id=1))
        assert answer.answer == "Sim, às quintas."
        with pytest.raises(RemoteError) as failure:
            await knowledge.reject(questions[0].unanswered_id)
        assert failure.value.reason == "UNANSWERED_NOT_FOUND"


async def test_a_redone_turn_counts_its_unanswered_question_once(database: str) -> None:
    async with running(database, ScriptedEngine()) as service:
        await service.put_settings(a_settings_request())
        first = a_message(1, "vcs fazem transplante capilar?")
        await service.respond(a_request(1, first))
        await service.respond(a_request(2, first, a_message(2, "e moro em Moema")))
        (question,) = (await Knowledge(service).unanswered()).questions
        assert question.asked_count == 1


async def test_a_burst_that_asks_nothing_searches_nothing(dialogue: Dialogue, model: ObedientModel) -> None:
    await Knowledge(dialogue).put_faq("Quanto custa o botox?", BOTOX)
    await dialogue.respond(a_request(1, a_message(10, "meu nome é Ana")))
    assert model.calls[0].found == ()


@pytest.mark.thorough
async def test_the_command_line_adds_lists_searches_and_deletes(dialogue: Dialogue, tmp_path: Path) -> None:
    file = tmp_path / "cuidados.md"
    file.write_text("# Cuidados\n## Depois do laser\nEvite o sol por quinze dias.")
    common = ("--account", str(ACCOUNT), "--target", f"127.0.0.1:{dialogue.port}")
    added = await _command("add", str(file), *common)
    assert re.fullmatch(r"stored: \d+  markdown  1 passages  Cuidados\n", added)
    number = added.split()[1]
    assert await _command("list", *common) == added.removeprefix("stored: ") + "knowledge version 1\n"
    assert "answered, knowledge version 1" in await _command("search", "posso tomar sol depois do laser?", *common)
    assert await _command("delete", number, *common) == "deleted, knowledge version 2\n"


async def _command(*words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sdr_dialogue", "knowledge", *words), stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate()
    assert process.returncode == 0
    return written.decode()
