"""Read a handbook in each way that its structure allows, and keep the reading that explains most of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Framework
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.coverage import Account
from kempen_nlp.parsing.layout import Layout
from kempen_nlp.parsing.order import first_level_is_highest, letters_run_back, reversed_ranks
from kempen_nlp.parsing.plausible import oddities, plausibility
from kempen_nlp.parsing.reader import Reader
from kempen_nlp.parsing.recognise import recognise
from kempen_nlp.parsing.repair import Repaired
from kempen_nlp.parsing.series import level_series, levels_above
from kempen_nlp.parsing.source import SourceText
from kempen_nlp.parsing.titles import Style, lift_titles, may_be_title, part_titles, raise_items, style_of

_MOST_SERIES = 6
_MOST_STYLES = 4
_MARGIN = 1.03


def read_best(source: SourceText, repaired: Repaired) -> tuple[Framework, Account]:
    """
    Return the framework of the most plausible reading, and what became of each line.

    Raises
    ------
    ParseError
        If no reading finds a competency with levels that count up from 1; the error is that of the first reading.
    """
    n_words = sum(len(block.text.split()) for block in repaired.blocks)
    best: tuple[float, Framework, Account] | None = None
    first_error: ParseError | None = None
    for blocks, layout in _ways(repaired.blocks):
        try:
            framework, account = Reader(source, repaired, blocks, layout).read()
        except ParseError as error:
            first_error = first_error or error
            continue
        score = plausibility(framework, n_words, _n_stray(blocks, account))
        # The first reading goes by what levels are usually called; another must explain more.
        if best is None or score > _MARGIN * best[0]:
            best = (score, framework, account)
    if best is None:
        raise first_error or ParseError(f"{source.path} holds no text. Expected a handbook.")
    _, framework, account = best
    said = first_level_is_highest(repaired.blocks)
    letters = letters_run_back(repaired.blocks)
    if said or letters:
        reason = f"'{said}'" if said else f"'{letters}' from left to right"
        account.doubts.append(f"{source.path}: {reason}: ranks were turned round. --reverse-levels turns them back.")
        framework = reversed_ranks(framework)
    for line, text, reason in oddities(framework):
        account.doubts.append(f"{account.where(line)}: '{' '.join(text.split())[:60]}' {reason}.")
    return framework, account


def _n_stray(blocks: Sequence[Block], account: Account) -> int:
    used = account.close().used
    return sum(len(b.text.split()) for b in blocks if b.kind == "item" and used.get(b.lines[0]) == "definition")


def _ways(blocks: Sequence[Block]) -> Iterator[tuple[Sequence[Block], Layout]]:
    for found, note in ((blocks, ""), *islice(level_series(blocks), _MOST_SERIES), *levels_above(blocks)):
        prepared = part_titles(raise_items(lift_titles(found)))
        seen: list[tuple[object, ...]] = []
        for style in (None, *_styles(prepared)):
            layout = recognise(prepared, style)
            # Another kind of title often leads to the same layout; all that depends on it is compared.
            own = (layout.titles, layout.marks, layout.explanations, layout.orphans, layout.inverted, layout.parts)
            if own in seen:
                continue
            seen.append(own)
            if note:
                layout.notes.append(note)
            yield prepared, layout


def _styles(blocks: Sequence[Block]) -> list[Style]:
    counts = Counter(style_of(block) for block in blocks if may_be_title(block))
    return [style for style, n in counts.most_common(_MOST_STYLES) if n > 1]
