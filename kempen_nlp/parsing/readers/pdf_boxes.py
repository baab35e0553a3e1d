"""Where a page of a PDF is divided: cards side by side, and the white between two columns of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pdfplumber.page import Page

_GUTTER = 10.0
_HEAD = 0.06
_COLUMN_SHARE = 0.2
_COLUMN_WORDS = 20
_SMALLEST_CARD, _LARGEST_CARD = 0.01, 0.6
_BESIDE = 20.0
_CARD_WORDS = 5
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in points from the top left of the page."""


def find_cards(page: Page, tables: Sequence[Box]) -> list[Box]:
    """Find coloured boxes with text that stand side by side, row by row and left to right; each is read by itself."""
    area = float(page.width) * float(page.height)
    boxes = {
        clipped((s["x0"], s["top"], s["x1"], s["bottom"]), page)
        for s in (*page.rects, *page.curves)
        if s.get("fill") and _SMALLEST_CARD < (s["x1"] - s["x0"]) * (s["bottom"] - s["top"]) / area < _LARGEST_CARD
    }
    boxes = {box for box in boxes if not any(_overlap(box, table) for table in tables)}
    boxes = {box for box in boxes if not any(_overlap(box, other) for other in boxes if other != box)}
    beside = [
        box
        for box in boxes
        if any(other != box and min(box[3], other[3]) - max(box[1], other[1]) > _BESIDE for other in boxes)
    ]
    found = [box for box in beside if len(page.within_bbox(box, strict=False).extract_words()) >= _CARD_WORDS]
    return sorted(found, key=lambda box: (round(box[1] / _BESIDE), box[0])) if len(found) > 1 else []


def _overlap(box: Box, other: Box) -> bool:
    return min(box[2], other[2]) - max(box[0], other[0]) > 1 and min(box[3], other[3]) - max(box[1], other[1]) > 1


def find_gutter(page: Page, known: float | None) -> tuple[float, float, float] | None:
    """Return where the white between two columns stands, begins and ends; None for one column."""
    words = page.extract_words()
    width, height = float(page.width), float(page.height)
    found: list[tuple[float, float, float]] = []
    for x in ([known] if known else []) + [width * step / 100 for step in range(40, 61)]:
        crossing = [
            word
            for word in words
            if (word["x0"] < x + _GUTTER / 2 and word["x1"] > x - _GUTTER / 2)
            or not height * _HEAD < word["bottom"] < height * (1 - _HEAD)
        ]
        top = float(max((w["bottom"] for w in crossing if w["bottom"] < height * 0.9), default=_GUTTER))
        foot = float(min((w["top"] for w in crossing if w["bottom"] >= height * 0.9), default=height)) - 1
        left = sum(word["x1"] < x and word["top"] > top for word in words)
        right = sum(word["x0"] > x and word["top"] > top for word in words)
        is_split = min(left, right) >= _COLUMN_SHARE * len(words) and min(left, right) > _COLUMN_WORDS
        if top < height * 0.4 and (is_split or (x == known and right > 1)):
            found.append((x, top, foot))
    return min(found, key=lambda gutter: (round(gutter[1]), abs(gutter[0] - width / 2)), default=None)


def clipped(box: Box, page: Page) -> Box:
    """Return the part of a box that lies on the page."""
    x0, top, x1, bottom = box
    return max(x0, 0), max(top, 0), min(x1, float(page.width)), min(bottom, float(page.height))
