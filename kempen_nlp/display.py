"""What a notebook shows when a cell ends in a result: coloured text and tables, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from kempen_nlp.dutch import STATE_TERMS

COLORS = ("#cfe3f5", "#fde0c5", "#d5ecd4", "#f3d6e6", "#fff2b8", "#d9d3ec", "#d8eeee", "#e6dccb")
"""Light enough for black text; told apart also without seeing red and green, and never the only sign."""
_MARK = "border-radius:.2em;padding:.1em .15em;box-decoration-break:clone;-webkit-box-decoration-break:clone"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text with what stands beside it."""

    start: int
    end: int
    label: str
    color: str
    is_dashed: bool = False
    """A development point: underlined with dashes, so that colour is not the only sign."""
    is_doubtful: bool = False
    """Too uncertain to count: underlined with dots, and never on top of what counts."""


class Figure(str):
    """A number as it is written; stands right in a table."""

    __slots__ = ()


def color_of(name: str, names: Sequence[str]) -> str:
    """Return the colour of a competency; the same for the same place among ``names``."""
    return COLORS[names.index(name) % len(COLORS)] if name in names else "#e8e8e8"


def marked_text(text: str, spans: Iterable[Span]) -> str:
    """
    Return a text as HTML with coloured stretches, each followed by its label.

    Stretches may overlap: the text is cut at every border, and a piece has the colour of the
    span that began last; doubtful ones show where nothing else does. Line ends stay.

    Examples
    --------
    >>> print(marked_text("a < b", []))
    a &lt; b
    """
    known = sorted(spans, key=lambda s: (not s.is_doubtful, s.start, -s.end))
    cuts = sorted({0, len(text), *(s.start for s in known), *(s.end for s in known)})
    parts = []
    for begin, end in pairwise(cuts):
        piece = escape(text[begin:end]).replace("\n", "<br>")
        over = [s for s in known if s.start <= begin and end <= s.end]
        parts.append(_marked(piece, over) if over else piece)
        parts.extend(_label(s) for s in sorted(known, key=lambda s: s.is_doubtful) if s.end == end)
    return "".join(parts)


def _marked(piece: str, over: Sequence[Span]) -> str:
    top = over[-1]
    line = "dotted" if top.is_doubtful else "dashed" if top.is_dashed else "solid"
    titles = escape(", ".join(s.label for s in sorted(over, key=lambda s: s.is_doubtful)))
    style = f"background:{top.color};color:#111;border-bottom:2px {line} #555;{_MARK}"
    return f'<mark title="{titles}" style="{style}">{piece}</mark>'


def _label(span: Span) -> str:
    style = "font-size:.72em;font-weight:600;white-space:nowrap;margin:0 .3em 0 .1em"
    return f'<sup style="{style}">{escape(span.label)}</sup>'


def table_html(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as HTML; numbers right, texts left and wrapped, missing values empty."""
    rows = list(rows)
    head = "".join(_heading(h, [row[n] for row in rows]) for n, h in enumerate(headings))
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return f'<table style="max-width:70rem"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _heading(heading: str, values: Sequence[object]) -> str:
    """Return a heading that stands where the values of its column stand."""
    is_right = any(map(_is_number, values)) and all(_is_number(v) or v in (None, "") for v in values)
    side = "right" if is_right else "left"
    return f'<th style="text-align:{side};vertical-align:bottom;padding:.15em .6em">{escape(heading)}</th>'


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Figure))


def _cell(value: object) -> str:
    side = "right" if _is_number(value) else "left"
    shown = f"{value:.2f}".replace(".", ",") if isinstance(value, float) else "" if value is None else str(value)
    style = f"text-align:{side};white-space:normal;vertical-align:top;padding:.15em .6em"
    return f'<td style="{style}">{escape(shown)}</td>'


def comment_html(text: str, spans: Iterable[Span], problems: Sequence[str], state: str) -> str:
    """Return a comment with its coloured stretches and what became of it."""
    said = " ".join(problems) if problems else STATE_TERMS[state]
    return f'<p style="max-width:60rem;line-height:1.9">{marked_text(text, spans)} <em>({escape(said)})</em></p>'


def rank_chances(chances: Mapping[int, float]) -> str:
    """Return the chance of each rank on one line, as the Dutch write it."""
    return " · ".join(f"{rank}: {p:.2f}".replace(".", ",") for rank, p in chances.items())
