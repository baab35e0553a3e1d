"""How likely a reading is: a handbook describes each competency at the same levels, in sentences, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kempen_nlp.framework import Framework
from kempen_nlp.parsing.scales import is_scale_word, read_level
from kempen_nlp.parsing.words import column_role, is_label, is_other_section, label_in_front

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


def oddities(framework: Framework) -> list[tuple[int, str, str]]:
    """Return line, text and what is odd about it, for names and indicators that a reader of the handbook should see."""
    texts = Counter(i.text for c in framework.competencies for level in c.levels for i in level.indicators)
    usual, n_usual = Counter(tuple(level.rank for level in c.levels) for c in framework.competencies).most_common(1)[0]
    found: list[tuple[int, str, str]] = []
    for competency in framework.competencies:
        indicators = [i for level in competency.levels for i in level.indicators]
        line = indicators[0].lines[0] if indicators else 0
        if _is_odd_name(competency.name):
            found.append((line, competency.name, "does not look like the name of a competency"))
        if n_usual > 1 and tuple(level.rank for level in competency.levels) != usual:
            own, others = (", ".join(map(str, r)) for r in ((v.rank for v in competency.levels), usual))
            found.append((line, competency.name, f"has no level but {own}; most competencies have {others}"))
        found += [
            (i.lines[0], i.text, "was read as behaviour, and does not look like it")
            for i in indicators
            if _is_odd_text(i.text) or texts[i.text] >= _OFTEN
        ]
    return found


def _odd_texts(texts: Sequence[str]) -> float:
    """Return the share of texts that are no behaviour: labels, questions, and what stands at every level."""
    often = {text for text, n in Counter(texts).items() if n >= _OFTEN}
    return sum(text in often or _is_odd_text(text) for text in texts) / len(texts)


def _is_odd_text(text: str) -> bool:
    labelled = is_other_section(label_in_front(text))
    return text.endswith("?") or labelled or is_label(text) or column_role(text) is not None or _names_level(text)


def _odd_names(names: Sequence[str]) -> float:
    return sum(map(_is_odd_name, names)) / len(names)


def _is_odd_name(name: str) -> bool:
    return (
        len(name.split()) > _NAME_WORDS
        or sum(map(str.isalpha, name)) < _NAME_LETTERS
        or not name[:1].isupper()
        or name.endswith((".", ";", ",", "?", ":", ")"))
        or is_label(name)
        or column_role(name) is not None
        or is_scale_word(name)
        or _names_level(name)
    )


def _names_level(text: str) -> bool:
    mark = read_level(text, loose=True)
    return mark is not None and not mark.rest
