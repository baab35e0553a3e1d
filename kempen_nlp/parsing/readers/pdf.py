"""PDF with text: lines with their size and weight, ruled tables; running heads and feet left out."""

from __future__ import annotations

import io
import itertools
import logging
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.blocks import text_block
from kempen_nlp.parsing.columns import ColumnTable, PrintedLine, Word, find_tables, repeated_heads
from kempen_nlp.parsing.pages import PageLog
from kempen_nlp.parsing.readers.pdf_boxes import Box, clipped, find_cards, find_gutter
from kempen_nlp.parsing.readers.pdf_streams import check_streams
from kempen_nlp.parsing.scales import read_level
from kempen_nlp.parsing.words import competency_label

if TYPE_CHECKING:
    from pdfplumber.page import Page

MAX_PAGES = 250
MAX_SECONDS = 90.0
MAX_MARKS_ON_PAGE = 60_000
_MARGIN = 0.12
_HEADING_SIZE = 1.12
_WORD_GAP = 1.5
_FOOT_GAP = 2.0
_SMALL_PRINT = 0.93
_LOWEST = 0.945
_HEIGHT_STEP = 12.0
_FEW_PAGES = 4
_MANY_PAGES = 60
_WHITE = 1.4
_UNNAMED_SIGN = re.compile(r"^\s*\(cid:\d+\)\s*")


@dataclass(frozen=True, slots=True)
class _Line:
    """One printed line, or one row of a ruled table."""

    page: int
    top: float
    bottom: float
    x0: float
    text: str = ""
    size: float = 0.0
    style: str = ""
    cells: tuple[str, ...] = ()
    table: int = 0
    is_marginal: bool = False
    is_lowest: bool = False
    """True in the outermost part of the foot of the page, where no text of the page itself stands."""
    words: tuple[Word, ...] = ()

    @property
    def printed(self) -> PrintedLine:
        """The line as the search for tables wants it."""
        return PrintedLine(self.words, self.top, self.size, self.style == "bold", _WHITE * self.size)


def read_pdf(content: bytes, path: Path) -> PageLog:
    """
    Read a PDF that holds text.

    Raises
    ------
    ParseError
        If it is damaged, protected, scanned (pictures without text), longer than 250 pages, or
        takes longer than a handbook should.
    """
    if b"%PDF" not in content[:1024]:
        msg = f"{path} is not a PDF file: it does not begin with %PDF. Save or export it again."
        raise ParseError(msg)
    check_streams(content, path)
    with _listening() as heard:
        lines = _all_lines(content, path)
    if any("Data-loss" in message for message in heard):
        raise _damaged(path, "a part of its text cannot be unpacked")
    if not any(line.text or line.cells for line in lines):
        msg = (
            f"{path} holds pictures of pages and no text, as a scanner makes them. Run it through text "
            "recognition (OCR) first, or ask for the original document."
        )
        raise ParseError(msg)
    return _to_log(lines, path)


def _all_lines(content: bytes, path: Path) -> list[_Line]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    started = time.process_time()
    lines: list[_Line] = []
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            _check_pages(document.doc, path)
            pages = list(document.pages)
            plain = _plain_lines(pages, started, path)
            heads = repeated_heads(line.printed for found in plain.values() for line in found if not line.is_marginal)
            gutter: float | None = None
            for number, page in enumerate(pages, start=1):
                _check_time(started, number, path)
                found, gutter = _page_lines(page, number, gutter, heads, plain.get(number))
                lines += found
                page.close()
    except ParseError:
        raise
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise _protected(path) from error
    except PdfminerException as error:
        cause = error.args[0] if error.args else error
        if isinstance(cause, (PDFPasswordIncorrect, PDFEncryptionError)):
            raise _protected(path) from error
        raise _damaged(path, cause) from error
    except Exception as error:  # the library raises whatever a malformed object leads to
        raise _damaged(path, error) from error
    return lines


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Gather what the library would say on standard error: that it skipped damaged text must not go unseen."""
    heard: list[str] = []
    logger, handler = logging.getLogger("pdfminer"), logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield heard
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates


def _check_time(started: float, page: int, path: Path) -> None:
    if time.process_time() - started > MAX_SECONDS:
        msg = f"{path}: reading stopped at page {page} after {MAX_SECONDS:.0f} seconds of work. Split it into parts."
        raise ParseError(msg)


def _protected(path: Path) -> ParseError:
    return ParseError(f"{path} is protected with a password. Save it without one.")


def _damaged(path: Path, error: object) -> ParseError:
    named = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    reason = " ".join(named.split())[:120]
    return ParseError(f"{path} cannot be read as a PDF ({reason}). Open it and print or export it as PDF again.")


def _check_pages(document: Any, path: Path) -> None:  # noqa: ANN401 - pdfminer's document has no types
    from pdfminer.pdfpage import PDFPage

    for number, _ in enumerate(PDFPage.create_pages(document), start=1):
        if number > MAX_PAGES:
            msg = f"{path} has more than {MAX_PAGES} pages; no handbook does. Take out those with the competencies."
            raise ParseError(msg)


def _plain_lines(pages: Sequence[Page], started: float, path: Path) -> dict[int, list[_Line]]:
    """Lay each page out as if it held text alone, where the document is not long; what comes back may title columns."""
    found: dict[int, list[_Line]] = {}
    for number, page in enumerate(pages if len(pages) <= _MANY_PAGES else (), start=1):
        _check_time(started, number, path)
        _check_marks(page, number)
        found[number] = list(_text_lines(page, number, float(page.height)))
    return found


def _check_marks(page: Page, number: int) -> None:
    if len(page.chars) > MAX_MARKS_ON_PAGE or len(page.lines) + len(page.rects) > MAX_MARKS_ON_PAGE // 10:
        msg = f"page {number} holds more marks than any page of a handbook"
        raise ValueError(msg)


def _page_lines(
    page: Page, number: int, known_gutter: float | None, heads: Collection[str], plain: list[_Line] | None
) -> tuple[list[_Line], float | None]:
    """
    Return the lines of a page, and where its columns divide; where they did on the page before, few words do.

    ``plain`` are the lines as if the page held text alone, where they are known: they need not be laid out again.
    """
    _check_marks(page, number)
    tables = [t for t in _tables(page) if max(len(row.cells) for row in t.rows) > 1 and _holds_text(t)]
    found = [line for table in tables for line in _table_rows(table, number)]
    outside = page
    for table in tables:
        outside = outside.outside_bbox(clipped(table.bbox, page), strict=False)
    cards = find_cards(page, [table.bbox for table in tables])
    for card in cards:
        outside = outside.outside_bbox(card, strict=False)
    gutter = None if tables or cards else find_gutter(page, known_gutter)
    whole = plain if plain is not None and outside is page else list(_text_lines(outside, number, float(page.height)))
    # Where a page has two columns of text, two levels that happen to stand beside each other are no table.
    aligned = [
        t for t in find_tables([line.printed for line in whole], heads) if gutter is None or len(t.rows[0][2]) > 2
    ]
    if gutter is None or aligned:
        found += _with_tables(whole, aligned)
        found.sort(key=lambda line: line.top)
        return _with_cards(found, cards, page, number), known_gutter
    x, top, foot = gutter
    width, height = float(page.width), float(page.height)
    for box in ((0, 0, width, top), (0, top, x, foot), (x, top, width, foot), (0, foot, width, height)):
        if box[3] - box[1] > 1:
            found += _text_lines(page.within_bbox(box), number, height)
    return found, x


def _with_tables(lines: Sequence[_Line], tables: Sequence[ColumnTable]) -> list[_Line]:
    """Put rows in the place of lines that are a table without ruling."""
    found: list[_Line] = []
    position = 0
    for table in tables:
        found += lines[position : table.first]
        for first, last, cells in table.rows:
            top, bottom = lines[first].top, lines[last].bottom
            found.append(_Line(lines[first].page, top, bottom, lines[first].x0, cells=cells, table=id(table)))
        position = table.last + 1
    return [*found, *lines[position:]]


def _with_cards(lines: Sequence[_Line], cards: Sequence[Box], page: Page, number: int) -> list[_Line]:
    """Put the text of each card where the card begins, in one piece."""
    found: list[_Line] = []
    rest = list(lines)
    for card in cards:
        while rest and rest[0].top < card[1]:
            found.append(rest.pop(0))
        found += _text_lines(page.within_bbox(card, strict=False), number, float(page.height))
    return [*found, *rest]


def _tables(page: Page) -> list[Any]:
    return list(page.find_tables()) if page.lines or page.rects or page.edges else []


def _holds_text(table: Any) -> bool:  # noqa: ANN401 - pdfplumber's table has no types
    """Tell a table from a bar of titles: of one row only, some cell must hold several lines."""
    return len(table.rows) > 1 or any("\n" in (cell or "").strip() for cells in table.extract() for cell in cells)


def _table_rows(table: Any, number: int) -> Iterator[_Line]:  # noqa: ANN401 - pdfplumber's table has no types
    for row, cells in zip(table.rows, table.extract(), strict=False):
        texts = tuple("\n".join(_readable(line) for line in (cell or "").strip().split("\n")) for cell in cells)
        yield _Line(number, float(row.bbox[1]), float(row.bbox[3]), float(row.bbox[0]), cells=texts, table=id(table))


def _text_lines(page: Page, number: int, height: float) -> Iterator[_Line]:
    for line in page.extract_text_lines(return_chars=True, x_tolerance=1.5, y_tolerance=2):
        text = _readable(str(line["text"]))
        chars = [char for char in line["chars"] if str(char["text"]).strip()]
        if not chars:
            continue
        size = Counter(round(float(char["size"]) * 2) / 2 for char in chars).most_common(1)[0][0]
        top, bottom = float(line["top"]), float(line["bottom"])
        is_marginal = top < height * _MARGIN or bottom > height * (1 - _MARGIN)
        words = tuple(_words(line["chars"]))
        x0 = float(line["x0"])
        yield _Line(
            number, top, bottom, x0, text, size, _style(chars), is_marginal=is_marginal, words=words,
            is_lowest=top > height * _LOWEST,
        )  # fmt: skip


def _words(chars: Sequence[Any]) -> Iterator[Word]:
    word: list[Any] = []
    # A sign without a letter is listed once for each character of its number.
    for char in [*(char for char, _ in itertools.groupby(chars)), None]:
        is_blank = char is None or not str(char["text"]).strip()
        if word and (is_blank or float(char["x0"]) - float(word[-1]["x1"]) > _WORD_GAP):
            text = _readable("".join(str(c["text"]) for c in word))
            yield Word(float(word[0]["x0"]), float(word[-1]["x1"]), text)
            word = []
        if not is_blank:
            word.append(char)


def _readable(text: str) -> str:
    """Read a sign without a letter at the front of a line as a bullet: its font does not say what it shows."""
    return _UNNAMED_SIGN.sub("• ", text)


def _style(chars: Sequence[Any]) -> str:
    # The bullet in front of a bold line is often not bold itself.
    names = [str(char["fontname"]).lower() for char in chars]
    if sum("bold" in name or "black" in name or "heavy" in name for name in names) >= 0.9 * len(names):
        return "bold"
    return "italic" if sum("italic" in n or "oblique" in n for n in names) >= 0.9 * len(names) else ""


def _to_log(lines: Sequence[_Line], path: Path) -> PageLog:
    log = PageLog(path, is_wrapped=True)
    printed = [line for line in lines if line.text]
    sizes = Counter(dict.fromkeys({line.size for line in printed}, 0))
    for line in printed:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    depths = {s: d for d, s in enumerate(sorted((s for s in sizes if s > body * _HEADING_SIZE), reverse=True), start=1)}
    pitch = _pitch(printed)
    furniture = _running_lines(printed)
    table = 0
    previous: _Line | None = None
    row: _Line | None = None
    header: tuple[str, ...] = ()
    for line in lines:
        if line in furniture:
            log.leave_out(line.text, f"page {line.page}", "stands at the head or foot of several pages")
            continue
        if line.cells:
            goes_on = previous is not None and previous.cells and len(previous.cells) == len(line.cells)
            if not (goes_on and (previous is None or previous.table == line.table or previous.page < line.page)):
                table, header = log.new_table(), line.cells
                log.add_row(line.cells, f"page {line.page}", table)
            elif line.cells != header and row is not None and _goes_on_over_page(row, line):
                log.add_to_row(line.cells)
            elif line.cells != header:
                log.add_row(line.cells, f"page {line.page}", table)
            else:
                log.leave_out("\t".join(line.cells), f"page {line.page}", "repeats the head of the table")
            row = line if line.cells != header else row
        else:
            if _has_gap(previous, line, pitch):
                log.gap()
            depth = depths.get(line.size, 0)
            log.add(line.text, f"page {line.page}", depth=min(depth, 6), style=line.style, indent=round(line.x0 / 6))
        previous = line
    return log


def _goes_on_over_page(above: _Line, line: _Line) -> bool:
    """Tell whether a row is the rest of the last one on the page before, cut in the middle of a sentence."""
    if above.page >= line.page or not above.cells or line.cells[0]:
        return False
    return any(
        first and rest and not first.endswith((".", "!", "?", ";", ":")) and rest[:1].islower()
        for first, rest in zip(above.cells, line.cells, strict=False)
    )


def _pitch(lines: Sequence[_Line]) -> float:
    steps = [b.top - a.top for a, b in itertools.pairwise(lines) if a.page == b.page and 2 < b.top - a.top < 40]
    return Counter(round(step) for step in steps).most_common(1)[0][0] if steps else 12.0


def _has_gap(previous: _Line | None, line: _Line, pitch: float) -> bool:
    if previous is None or previous.cells:
        return True
    if previous.page != line.page:
        return False
    return line.top - previous.top > 1.35 * pitch or previous.style != line.style or previous.size != line.size


def _running_lines(lines: Sequence[_Line]) -> set[_Line]:
    """Find lines that stand in the margin of several pages with the same words, page numbers aside."""
    pages: dict[tuple[str, int], set[int]] = {}
    for line in lines:
        if line.is_marginal:
            pages.setdefault(_place_of(line), set()).add(line.page)
    feet = _feet(lines)
    sizes = Counter(line.size for line in lines)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    n_pages = max((line.page for line in lines), default=0)
    return {
        line
        for line in lines
        if line.is_marginal
        and not _is_of_framework(line.text)
        and (
            line in feet
            or len(pages[_place_of(line)]) >= max(2 if n_pages < _FEW_PAGES else 3, n_pages // 3)
            or re.fullmatch(r"\W*\d{1,3}\W*", line.text)
            or (line.is_lowest and line.size < _SMALL_PRINT * body)
        )
    }


def _place_of(line: _Line) -> tuple[str, int]:
    """Return the words of a line and its height on the page: a running head stands at one height."""
    return _without_numbers(line.text), round(line.top / _HEIGHT_STEP)


def _feet(lines: Sequence[_Line]) -> set[_Line]:
    """Find the last line of each page that ends in the number of the page and stands far below the text."""
    pitch = _pitch(lines)
    last = {line.page: line for line in sorted(lines, key=lambda line: line.top)}
    above = {
        page: max((other.top for other in lines if other.page == page and other.top < line.top), default=0.0)
        for page, line in last.items()
    }
    return {
        line
        for page, line in last.items()
        if line.is_marginal
        and line.top - above[page] > _FOOT_GAP * pitch
        and re.search(rf"(?<!\d){page}\W*$", line.text)
    }


def _is_of_framework(text: str) -> bool:
    is_item = text_block(text, 1).kind == "item" and any(char.isalpha() for char in text)
    return is_item or read_level(text, loose=True) is not None or competency_label(text) is not None


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text)
