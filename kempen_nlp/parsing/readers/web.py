"""Web pages: headings, paragraphs, list items and tables; scripts, menus and footers left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.pages import PageLog

if TYPE_CHECKING:
    from bs4 import Tag

_HEADINGS = {f"h{depth}": depth for depth in range(1, 7)}
_LEFT_OUT = {"script", "style", "head", "nav", "footer", "noscript", "template", "svg", "button", "select", "title"}
_BLOCKS = {"p", "div", "li", "dt", "dd", "table", "ul", "ol", "section", "article", "main", "blockquote", "summary",
           "details", "header", "aside", "body", "html", "pre", "figure", "figcaption", "form", "fieldset", "dl",
           "center", "address", "hr", "legend", *_HEADINGS}  # fmt: skip
_TITLES = {"dt", "summary", "legend"}
_LABEL_LENGTH = 60
MAX_DEPTH = 200
MAX_BYTES = 5_000_000
_CHARSET = re.compile(rb"charset=[\"']?\s*([\w-]+)", re.IGNORECASE)


def read_html(content: bytes, path: Path) -> PageLog:
    """
    Read a web page.

    Raises
    ------
    ParseError
        If it is nested deeper than any page is, or cannot be read as HTML.
    """
    from bs4 import BeautifulSoup

    if len(content) > MAX_BYTES:
        msg = f"{path} has {len(content):,} bytes; a page of text has at most {MAX_BYTES:,}. Save it without pictures."
        raise ParseError(msg)
    try:
        soup = BeautifulSoup(_decoded(content), "lxml")
    except Exception as error:  # the parser raises whatever a malformed page leads to
        msg = f"{path} cannot be read as HTML ({type(error).__name__}). Open it in a browser and save it again."
        raise ParseError(msg) from error
    log = PageLog(path)
    _Walker(log).walk(soup)
    return log


def _decoded(content: bytes) -> str:
    declared = _CHARSET.search(content[:2048])
    for encoding in ("utf-8-sig", declared[1].decode("ascii", "ignore") if declared else "cp1252", "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


class _Walker:
    """Walks a page and gathers text until a block begins or ends."""

    def __init__(self, log: PageLog) -> None:
        self._log = log
        self._parts: list[tuple[str, str]] = []

    def walk(self, tag: Tag, depth: int = 0, *, list_depth: int = 0) -> None:
        """Read the children of a tag in order."""
        from bs4 import Comment, Tag
        from bs4.element import NavigableString

        if depth > MAX_DEPTH:
            msg = f"{self._log.path} nests its parts over {MAX_DEPTH} deep. Open it in a browser and save it as text."
            raise ParseError(msg)
        for child in tag.children:
            if isinstance(child, NavigableString):
                if not isinstance(child, Comment) and type(child) is NavigableString:
                    self._parts.append((str(child), _emphasis(tag)))
            elif isinstance(child, Tag) and child.name not in _LEFT_OUT and not _is_footnote(child):
                self._read_tag(child, depth, list_depth)
        if depth == 0:
            self._flush()

    def _read_tag(self, tag: Tag, depth: int, list_depth: int) -> None:
        if tag.name == "table" and _is_grid(tag):
            self._flush()
            self._read_table(tag)
        elif tag.name == "br":
            self._flush()
        elif tag.name in _HEADINGS:
            self._flush()
            self._log.add(_text(tag), self._place(tag), depth=_HEADINGS[tag.name])
        elif tag.name in _BLOCKS or tag.name in ("tr", "td", "th", "tbody", "thead"):
            self._flush()
            self.walk(tag, depth + 1, list_depth=list_depth + (tag.name in ("ul", "ol")))
            self._flush(
                glyph="•" if tag.name == "li" else "", indent=list_depth, style="bold" if tag.name in _TITLES else ""
            )
        elif list_depth and any(parent.name == "li" for parent in tag.parents):
            self.walk(tag, depth + 1, list_depth=list_depth)
        else:
            self.walk(tag, depth + 1, list_depth=list_depth)

    def _flush(self, *, glyph: str = "", indent: int = 0, style: str = "") -> None:
        parts = [(part, found) for part, found in self._parts if part.strip()]
        text = " ".join("".join(part for part, _ in self._parts).split())
        self._parts.clear()
        styles = {found for _, found in parts}
        label = " ".join("".join(part for part, _ in takewhile(lambda pair: pair[1] == "bold", parts)).split())
        if len(styles) > 1 and label and len(label) <= _LABEL_LENGTH and text.startswith(label):
            # A label in bold before other text is marked as in Markdown.
            text = f"**{label}** {text[len(label) :].strip()}"
        only = styles.pop() if len(styles) == 1 else ""
        self._log.add(text, self._place(), style=style or only, glyph=glyph, indent=indent)

    def _place(self, tag: Tag | None = None) -> str:
        line = getattr(tag, "sourceline", None)
        return f"line {line} of the page" if line else f"text {len(self._log.lines) + 1}"

    def _read_table(self, tag: Tag) -> None:
        table = self._log.new_table()
        spans: dict[int, int] = {}
        for row in tag.find_all("tr"):
            if row.find_parent("table") is not tag:
                continue
            cells: list[str] = []
            for cell in row.find_all(["td", "th"], recursive=False):
                while spans.get(len(cells), 0):
                    spans[len(cells)] -= 1
                    cells.append("")
                across, down = _span(cell, "colspan"), _span(cell, "rowspan")
                if down > 1:
                    spans.update({len(cells) + extra: down - 1 for extra in range(across)})
                cells += ["\n".join(_cell_lines(cell)), *[""] * (across - 1)]
            if len(cells) == 1:
                for line in cells[0].split("\n"):
                    self._log.add(line, f"table {table}")
            else:
                self._log.add_row(cells, f"table {table}", table)


def _is_grid(tag: Tag) -> bool:
    """Tell a table from one that only lays out the page: that one holds headings or tables."""
    return tag.find(["table", *_HEADINGS]) is None


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1")
    return min(int(value), 50) if value.isdigit() and int(value) > 0 else 1


def _cell_lines(cell: Tag) -> Iterator[str]:
    """Yield the lines of a cell; a list item keeps a bullet, so that it is told from a broken line."""
    from bs4 import Tag
    from bs4.element import NavigableString

    line = ""
    for part in cell.descendants:
        if isinstance(part, Tag) and (part.name in _BLOCKS or part.name == "br"):
            if line.strip():
                yield " ".join(line.split())
            line = "• " if part.name == "li" else ""
        elif isinstance(part, NavigableString) and not (part.parent and _is_footnote(part.parent)):
            line += str(part)
    if line.strip(" •"):
        yield " ".join(line.split())


def _is_footnote(tag: Tag) -> bool:
    return tag.name == "sup" and re.fullmatch(r"[\d*†‡\[\]]{1,4}", tag.get_text().strip()) is not None


def _emphasis(tag: Tag) -> str:
    names = {tag.name, *(parent.name for _, parent in zip(range(4), tag.parents, strict=False))}
    if names & {"b", "strong"}:
        return "bold"
    return "italic" if names & {"i", "em"} else ""


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
