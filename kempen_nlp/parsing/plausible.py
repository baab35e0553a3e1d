"""How likely a reading is: a handbook describes each competency at the same levels, in sentences, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kempen_nlp.framework import Framework
from kempen_nlp.parsing.scales import is_scale_word, read_level
from kempen_nlp.parsing.words import column_role, is_label

_NAME_WORDS = 8
_NAME_LETTERS = 4
_OFTEN = 3
_LONG = 60


def plausibility(framework: Framework, n_words: int, n_stray: int = 0) -> float:
    """
    Return how regular a framework is and how much of its document it explains, from 0 to 1.

    Only readings of one document can be compared: how much of it is behaviour differs from one to the next.

    Parameters
    ----------
    framework : Framework
        What was read.
    n_words : int
        Words in the document.
    n_stray : int
        Words of list items that were read as part of a definition, which they seldom are.
    """
    competencies = framework.competencies
    ranks = [tuple(level.rank for level in c.levels) for c in competencies]
    usual, n_usual = Counter(ranks).most_common(1)[0]
    levels = [level for c in competencies for level in c.levels if level.applicable]
    texts = [i.text for level in levels for i in level.indicators]
    if not texts:
        return 0.0
    n_behaviour = sum(len(text.split()) for text in texts)
    covered = n_behaviour / max(n_words, 1)
    empty = sum(not level.indicators for level in levels) / max(len(levels), 1)
    names = [c.name for c in competencies]
    long_definitions = sum(len((c.definition or "").split()) > _LONG for c in competencies) / len(competencies)
    return float(
        min(covered, 1.0) ** 0.5
        * (0.4 + 0.6 * n_usual / len(ranks))
        * (0.7 + 0.3 * sum(found == tuple(range(1, len(found) + 1)) for found in ranks) / len(ranks))
        * (1 - empty)
        * (1 - _odd_texts(texts)) ** 2
        * (1 - _odd_names(names)) ** 2
        * (1 - 0.5 * long_definitions)
        * n_behaviour
        / (n_behaviour + n_stray)
        * len(names)
        / (len(names) + 0.5)
        * (1.0 if len(usual) > 1 else 0.3)
    )


def _odd_texts(texts: Sequence[str]) -> float:
    """Return the share of texts that are no behaviour: labels, questions, and what stands at every level."""
    often = {text for text, n in Counter(texts).items() if n >= _OFTEN}
    odd = [t for t in texts if t in often or t.endswith("?") or is_label(t) or column_role(t) or _names_level(t)]
    return len(odd) / len(texts)


def _odd_names(names: Sequence[str]) -> float:
    odd = [
        name
        for name in names
        if len(name.split()) > _NAME_WORDS
        or sum(map(str.isalpha, name)) < _NAME_LETTERS
        or not name[:1].isupper()
        or name.endswith((".", ";", ",", "?", ":", ")"))
        or is_label(name)
        or column_role(name)
        or is_scale_word(name)
        or _names_level(name)
    ]
    return len(odd) / len(names)


def _names_level(text: str) -> bool:
    mark = read_level(text, loose=True)
    return mark is not None and not mark.rest
