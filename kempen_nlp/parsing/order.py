"""Whether the first level of a handbook is the highest one, by its words or by how its letters stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from kempen_nlp.framework import Framework
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.scales import read_level

_LEVEL = r"(?:niveau|level|graad|trede|fase|stap)"
_FIRST = rf"{_LEVEL}\s+(?:1|i|een|één|a)\b\s*(?:\([^)]*\)\s*)?"
_HIGHEST = rf"(?:het |de )?(?:zwaarste|hoogste|meest complexe|meest gevorderde)\s*{_LEVEL}?"
_SAYS_HIGHEST = re.compile(
    rf"\b(?:is\s+{_FIRST}|{_FIRST}(?:=|is|staat voor|geldt als|vormt)\s+){_HIGHEST}\s*(?=[,.;(]|en\b|$)", re.IGNORECASE
)
_FEWEST = 2


def first_level_is_highest(blocks: Sequence[Block]) -> str:
    """
    Return the words by which a handbook says so; empty when it does not.

    Examples
    --------
    >>> from kempen_nlp.parsing.blocks import to_blocks
    >>> first_level_is_highest(to_blocks(["Niveau 1 is het zwaarste niveau, niveau 4 het lichtste."]))
    'Niveau 1 is het zwaarste niveau'
    """
    for block in blocks:
        if block.kind in ("item", "row"):
            continue
        if match := _SAYS_HIGHEST.search(" ".join(block.text.split())):
            return match[0].strip()
    return ""


def letters_run_back(blocks: Sequence[Block]) -> str:
    """
    Return the first and last of letters that stand from left to right as D, C, B, A; empty when they do not.

    Tables are read towards the higher level, so A is the highest there, as in Flemish local government.

    Examples
    --------
    >>> from kempen_nlp.parsing.blocks import to_blocks
    >>> letters_run_back(to_blocks(["| Niveau C | Niveau B |"]))
    'Niveau C … Niveau B'
    """
    found = ""
    for block in blocks:
        marks = [mark for cell in block.cells or (block.text,) if (mark := read_level(cell, loose=True))]
        ranks = [mark.rank or 0 for mark in marks if mark.notation == "letter" and not mark.rest]
        if len(ranks) < len(marks) or (ranks and (len(ranks) < _FEWEST or ranks != sorted(ranks, reverse=True))):
            return ""
        if ranks and not found:
            found = f"{marks[0].label} … {marks[-1].label}"
    return found


def reversed_ranks(framework: Framework) -> Framework:
    """Return the framework with its ranks turned round, so that rank 1 is the lowest; indicators get new names."""
    highest = max(level.rank for c in framework.competencies for level in c.levels)

    def turned(rank: int) -> int:
        return highest + 1 - rank

    competencies = tuple(
        replace(
            c,
            levels=tuple(
                replace(
                    level,
                    rank=turned(level.rank),
                    indicators=tuple(
                        replace(i, id=f"{c.id}/{turned(level.rank)}/{n}") for n, i in enumerate(level.indicators, 1)
                    ),
                )
                for level in reversed(c.levels)
            ),
        )
        for c in framework.competencies
    )
    return replace(
        framework,
        competencies=competencies,
        level_scheme=tuple(sorted((turned(rank), text) for rank, text in framework.level_scheme)),
        profiles=tuple(
            replace(p, required=MappingProxyType({name: turned(rank) for name, rank in p.required.items()}))
            for p in framework.profiles
        ),
    )
