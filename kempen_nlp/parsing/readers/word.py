"""Word documents: paragraphs with their styles, list items, and tables in reading order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import takewhile
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
_SPACES = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_UNSEEN = {f"{_W}txbxContent", f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr"}
_LABEL_LENGTH = 60
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
        for element in _elements(document.element.body, document):
            _read_element(element, log)
    except ParseError:
        raise
    except Exception as error:  # the library raises whatever a malformed part leads to
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        msg = f"{path} cannot be read as a Word document ({reason}). Open and save it again in Word."
        raise ParseError(msg) from error
    return log


def _elements(body: Any, parent: Any) -> Iterator[Paragraph | Table]:  # noqa: ANN401 - elements of lxml have no types
    """Yield paragraphs and tables in order, those inside content controls too."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for element in body.iterchildren():
        if element.tag == f"{_W}p":
            yield Paragraph(element, parent)
        elif element.tag == f"{_W}tbl":
            yield Table(element, parent)
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"):
            yield from _elements(element, parent)


def _text_of(element: Any) -> str:  # noqa: ANN401 - elements of lxml have no types
    """Return what a reader sees: with tracked insertions, without deletions and text boxes."""
    parts: list[str] = []
    stack = [element]
    while stack:
        part = stack.pop()
        if part.tag == f"{_W}t":
            parts.append(part.text or "")
        elif part.tag in _SPACES:
            parts.append(_SPACES[part.tag])
        elif part.tag not in _UNSEEN:
            stack.extend(reversed(list(part.iterchildren("*"))))
    return "".join(parts)


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
    for line in _marked(paragraph, is_heading=bool(depth)).split("\n"):
        log.add(
            line,
            place,
            depth=min(depth, 9),
            style="" if depth else _emphasis(paragraph),
            glyph="•" if level is not None and not depth else "",
            indent=level or 0,
        )
    for box in paragraph._p.iter(f"{_W}txbxContent"):  # noqa: SLF001 - the library has no public name for it
        if not any(parent.tag.endswith("}Fallback") for parent in box.iterancestors()):
            text = " ".join(_text_of(part) for part in box.iter(f"{_W}p"))
            log.leave_out(text, place, "stands in a text box beside the text")


def _marked(paragraph: Paragraph, *, is_heading: bool) -> str:
    """Return the text of a paragraph; a label in bold before other text is marked as in Markdown."""
    text = _text_of(paragraph._p)  # noqa: SLF001 - the library's own text leaves insertions out
    runs = [run for run in paragraph.runs if run.text]
    label = "".join(run.text for run in takewhile(lambda run: bool(run.bold), runs)).strip()
    is_label = label and not is_heading and len(label) <= _LABEL_LENGTH and text.strip().startswith(label)
    rest = text.strip()[len(label) :].strip() if is_label else ""
    return f"**{label}** {rest}" if rest else text


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
    from docx.text.paragraph import Paragraph

    lines = []
    for element in _elements(cell._tc, cell):  # noqa: SLF001 - the library skips content controls
        if not isinstance(element, Paragraph):
            lines += [text for row in _rows(element) for text in row if text]
            continue
        text = _text_of(element._p).strip()  # noqa: SLF001
        if text:
            is_item = _list_level(element, _style_name(element)) is not None
            lines.append(f"• {text}" if is_item else text)
    return "\n".join(lines)
