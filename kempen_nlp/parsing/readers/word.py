"""Word documents: paragraphs with their styles, list items, and tables in reading order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.pages import PageLog, open_package

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_HEADING_STYLE = re.compile(r"^(?:heading|kop|überschrift|titre)\s*(\d)", re.IGNORECASE)
_LIST_STYLE = re.compile(r"^(?:list|lijst|opsomming)", re.IGNORECASE)
_TOC_STYLE = re.compile(r"^(?:toc|inhopg|inhoudsopgave)", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAX_DEPTH = 100


def read_word(content: bytes, path: Path) -> PageLog:
    """
    Read a .docx file; headers, footers, comments and the table of contents are left out.

    Raises
    ------
    ParseError
        If the file is damaged, protected, or unpacks to more than a handbook can be.
    """
    from docx import Document

    open_package(content, path, "word/document.xml").close()
    log = PageLog(path)
    try:
        document = Document(io.BytesIO(content))
        _check_depth(document.element.body, path)
        for element in document.iter_inner_content():
            _read_element(element, log)
    except ParseError:
        raise
    except Exception as error:  # the library raises whatever a malformed part leads to
        msg = f"{path} cannot be read as a Word document ({type(error).__name__}: {error}). Open and save it again in Word."
        raise ParseError(" ".join(msg.split())) from error
    return log


def _check_depth(body: Any, path: Path) -> None:  # noqa: ANN401 - an element of lxml, which has no types
    depth, stack = 0, [(body, 1)]
    while stack:
        element, depth = stack.pop()
        if depth > MAX_DEPTH:
            msg = f"{path} nests its parts {MAX_DEPTH} deep; Word never does. Copy the text to a new document."
            raise ParseError(msg)
        stack += [(child, depth + 1) for child in element]


def _read_element(element: Paragraph | Table, log: PageLog) -> None:
    from docx.text.paragraph import Paragraph

    if isinstance(element, Paragraph):
        _read_paragraph(element, log)
        return
    table = log.new_table()
    for cells in _rows(element):
        place = f"table {table}"
        if len(cells) == 1 and len({*cells}) == 1:
            for line in cells[0].split("\n"):
                log.add(line, place)
        else:
            log.add_row(cells, place, table)


def _read_paragraph(paragraph: Paragraph, log: PageLog) -> None:
    style = _style_name(paragraph)
    if _TOC_STYLE.match(style):
        return
    heading = _HEADING_STYLE.match(style)
    depth = int(heading[1]) if heading else 1 if style.lower() in ("title", "titel") else _outline_depth(paragraph)
    level = _list_level(paragraph, style)
    place = f"paragraph {len(log.lines) + 1}"
    for line in paragraph.text.split("\n"):
        log.add(
            line.replace("\t", " "),
            place,
            depth=min(depth, 9),
            style="" if depth else _emphasis(paragraph),
            glyph="•" if level is not None and not depth else "",
            indent=level or 0,
        )


def _style_name(paragraph: Paragraph) -> str:
    return str((paragraph.style.name if paragraph.style is not None else "") or "")


def _outline_depth(paragraph: Paragraph) -> int:
    found = paragraph._p.find(f"{_W}pPr/{_W}outlineLvl")  # noqa: SLF001 - the library has no public name for it
    value = found.get(f"{_W}val") if found is not None else None
    return int(value) + 1 if value and value.isdigit() and int(value) < 9 else 0


def _list_level(paragraph: Paragraph, style: str) -> int | None:
    found = paragraph._p.find(f"{_W}pPr/{_W}numPr")  # noqa: SLF001 - the library has no public name for it
    if found is None:
        return 0 if _LIST_STYLE.match(style) else None
    level = found.find(f"{_W}ilvl")
    value = level.get(f"{_W}val") if level is not None else "0"
    return int(value) if value and value.isdigit() else 0


def _emphasis(paragraph: Paragraph) -> str:
    runs = [run for run in paragraph.runs if run.text.strip()]
    if not runs:
        return ""
    style = paragraph.style.font if paragraph.style is not None else None
    if all(run.bold or (run.bold is None and style is not None and style.bold) for run in runs):
        return "bold"
    if all(run.italic or (run.italic is None and style is not None and style.italic) for run in runs):
        return "italic"
    return ""


def _rows(table: Table) -> Iterator[list[str]]:
    for row in table.rows:
        cells, previous = [], None
        for cell in row.cells:
            # A merged cell comes back once for each column that it spans.
            cells.append("" if previous is not None and cell._tc is previous else _cell_text(cell))  # noqa: SLF001
            previous = cell._tc  # noqa: SLF001
        yield cells


def _cell_text(cell: Any) -> str:  # noqa: ANN401 - `_Cell` is not public
    lines = []
    for paragraph in cell.paragraphs:
        text = paragraph.text.strip()
        if text:
            is_item = _list_level(paragraph, _style_name(paragraph)) is not None
            lines.append(f"• {text}" if is_item else text)
    return "\n".join(lines)
