"""Frameworks invented to a size, so that what a check can find is seen as a function of how many indicators it has."""

from __future__ import annotations

from functools import cache

import numpy as np

from kempen_nlp.errors import FrameworkError
from kempen_nlp.framework import Competency, Framework, Indicator, Level
from kempen_nlp.language.terms import load_terms

N_RANKS = 4
MAX_COMPETENCIES = 8
MAX_INDICATORS = 100


def simulated_framework(
    n_indicators: int, *, clarity: float = 0.5, n_competencies: int = 8, seed: int = 0
) -> Framework:
    """
    Invent a framework of four levels in plain Dutch: what is done with what, and how a level sounds.

    Parameters
    ----------
    n_indicators : int
        Indicators a level, 1 to 100.
    clarity : float
        Chance that an indicator sounds like its level; otherwise it sounds like none. At 0 nothing tells levels apart.
    n_competencies : int
        2 to 8; each has a subject of its own.
    seed : int

    Raises
    ------
    FrameworkError
        If a size is out of range.
    """
    if not (1 <= n_indicators <= MAX_INDICATORS and 2 <= n_competencies <= MAX_COMPETENCIES):
        msg = (
            f"Cannot invent {n_competencies} competencies with {n_indicators} indicators a level. "
            f"Expected 2 to {MAX_COMPETENCIES} and 1 to {MAX_INDICATORS}."
        )
        raise FrameworkError(msg)
    rng = np.random.default_rng(seed)
    competencies = []
    for topic in range(1, n_competencies + 1):
        # Subject and action are dealt out over all levels, so that only the sound of a level can tell levels apart.
        pairs = [(thing, action) for thing in _parts()[f"topic {topic}"] for action in _parts()["action 0"]]
        dealt = [pairs[i % len(pairs)] for i in rng.permutation(max(len(pairs), N_RANKS * n_indicators))]
        levels = []
        for rank in range(1, N_RANKS + 1):
            own = dealt[(rank - 1) * n_indicators : rank * n_indicators]
            texts = [_sentence(pair, rank if rng.random() < clarity else 0, rng) for pair in own]
            found = tuple(Indicator(f"c{topic}/{rank}/{n}", text, (0, 0)) for n, text in enumerate(texts, start=1))
            levels.append(Level(rank, None, applicable=True, indicators=found))
        competencies.append(Competency(f"c{topic}", f"Competentie {topic}", None, tuple(levels)))
    return Framework(f"verzonnen, {n_indicators} per niveau", "Verzonnen raamwerk", {}, tuple(competencies))


def _sentence(pair: tuple[str, str], rank: int, rng: np.random.Generator) -> str:
    thing, action = pair
    return f"{action.capitalize()} {thing} {rng.choice(_parts()[f'sound {rank}'])}."


@cache
def _parts() -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for line in load_terms("simulation"):
        part, _, words = line.partition(":")
        parts.setdefault(part, []).append(words.strip())
    return parts
