"""Files into text, in a process of its own: what a file does to its parser, it does to nobody else.

`python -m sdr_dialogue.clients.extraction KIND` reads the bytes on standard input and writes one JSON object:
`{"title", "text"}`, or `{"problem", "limit"}` for a file that cannot be read. The caller kills it after its time.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator

PAGES_LIMIT = 500
"""Pages of a PDF."""
UNPACKED_LIMIT = 100 * 1024 * 1024
"""Bytes that the parts of a DOCX may come to when unpacked."""
PARTS_LIMIT = 5_000
"""Parts of a DOCX."""
TEXT_LIMIT = 2_000_000
"""Characters of a text."""
MEMORY_LIMIT = 1024 * 1024 * 1024
"""Bytes of address space that the process may take."""

_BLANK = re.compile(r"\n{3,}")
_BOM = "\ufeff"


class Unreadable(Exception):
    """The file cannot be read, or is beyond a limit (0: none is at stake)."""

    def __init__(self, problem: str, limit: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.limit = limit


def extract(kind: str, data: bytes) -> tuple[str, str]:
    """Title (may be empty) and text of a file.

    Args:
        kind: text, markdown, pdf, docx or html.
        data: The file's bytes.

    Raises:
        Unreadable: it is none of its kind, broken, empty or beyond a limit.
    """
    readers = {"text": _text, "markdown": _markdown, "pdf": _pdf, "docx": _docx, "html": _html}
    title, text = readers[kind](data)
    text = _BLANK.sub("\n\n", text.replace("\x00", "")).strip()
    if not text:
        raise Unreadable("has no text" + (" (a scan needs text recognition first)" if kind == "pdf" else ""))
    if len(text) > TEXT_LIMIT:
        raise Unreadable(f"has {len(text)} characters, at most {TEXT_LIMIT} are read", TEXT_LIMIT)
    return " ".join(title.replace("\x00", "").split())[:200], text


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError:
        if b"\x00" in data[:4096]:
            raise Unreadable("is no text: it has zero bytes") from None
        return data.decode("cp1252", errors="replace")  # what older Windows programs write


def _text(data: bytes) -> tuple[str, str]:
    # A plain text has no headings: a line of it that begins with # is none.
    return "", re.sub(r"^(?=#)", " ", _decoded(data), flags=re.MULTILINE)


def _markdown(data: bytes) -> tuple[str, str]:
    text = _decoded(data)
    first = re.search(r"^#\s+(.+?)\s*#*$", text, re.MULTILINE)
    return (first[1] if first else ""), text


def _pdf(data: bytes) -> tuple[str, str]:
    from pypdf import PdfReader  # noqa: PLC0415  (loaded for a PDF alone)
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is locked by a password")
        count = len(reader.pages)
        if count > PAGES_LIMIT:
            raise Unreadable(f"has {count} pages, at most {PAGES_LIMIT} are read", PAGES_LIMIT)
        text = "\n\n".join(page.extract_text() for page in reader.pages)
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # What a broken file makes a parser raise is the parser's own affair.
        raise Unreadable(f"is no readable PDF ({type(error).__name__})") from error
    # A line's end inside a sentence is the page's, not the text's.
    return title, re.sub(r"(?<=[^\s.!?:;])\n(?=[a-zà-ÿ(])", " ", text)


def _docx(data: bytes) -> tuple[str, str]:
    from docx import Document  # noqa: PLC0415  (loaded for a DOCX alone)
    from docx.opc.exceptions import OpcError  # noqa: PLC0415
    from lxml.etree import LxmlError  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive)
        document = Document(io.BytesIO(data))
        return document.core_properties.title or "", "\n".join(_blocks(document))
    except (zipfile.BadZipFile, OpcError, LxmlError, KeyError, ValueError, AttributeError) as error:
        raise Unreadable(f"is no readable DOCX ({type(error).__name__})") from error


def _check_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > PARTS_LIMIT:
        raise Unreadable(f"has {len(parts)} parts, at most {PARTS_LIMIT} are read", PARTS_LIMIT)
    size = sum(part.file_size for part in parts)
    if size > UNPACKED_LIMIT:
        raise Unreadable(f"unpacks to {size} bytes, at most {UNPACKED_LIMIT} are read", UNPACKED_LIMIT)


def _blocks(document: object) -> Iterator[str]:
    from docx.document import Document  # noqa: PLC0415  (loaded for a DOCX alone)
    from docx.table import Table  # noqa: PLC0415

    if not isinstance(document, Document):
        raise TypeError("a document is needed")
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield " | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells if cell.text.strip()))
            yield ""
            continue
        style = block.style.name if block.style is not None and block.style.name else ""
        level = re.fullmatch(r"(?:Heading|Título) (\d)|(Title)", style)
        text = block.text.strip()
        yield f"\n{'#' * int(level[1] or 1)} {text}" if level and text else text


def _html(data: bytes) -> tuple[str, str]:
    from inscriptis import get_text  # noqa: PLC0415  (loaded for a page alone)
    from lxml import html  # noqa: PLC0415
    from lxml.etree import LxmlError  # noqa: PLC0415

    try:
        page = html.document_fromstring(data, parser=html.HTMLParser(huge_tree=False, encoding=_charset(data)))
    except (LxmlError, ValueError, LookupError) as error:
        raise Unreadable(f"is no readable page ({type(error).__name__})") from error
    title = page.findtext(".//title") or ""
    for element in page.xpath(
        "//script|//style|//noscript|//nav|//footer|//form|//template|//svg|//iframe|//comment()"
    ):
        element.drop_tree()
    for heading in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6"):
        words = " ".join(heading.text_content().split())
        for child in list(heading):
            heading.remove(child)
        heading.text = f"{'#' * int(heading.tag[1])} {words}" if words else ""
    text: str = get_text(html.tostring(page, encoding="unicode"))
    return title, "\n".join(line.strip() for line in text.splitlines())


def _charset(data: bytes) -> str:
    named = re.search(rb"charset=[\"']?([\w-]+)", data[:4096])
    if named:
        return named[1].decode("ascii")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def main(kind: str) -> None:
    """Reads standard input, writes the answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    try:
        title, text = extract(kind, sys.stdin.buffer.read())
        answer: dict[str, object] = {"title": title, "text": text}
    except Unreadable as error:
        answer = {"problem": error.problem, "limit": error.limit}
    except MemoryError:
        answer = {"problem": f"needs more than {MEMORY_LIMIT} bytes of memory", "limit": MEMORY_LIMIT}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
