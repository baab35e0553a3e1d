"""What a careful editor would mark in a framework without comparing any two levels."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from kempen_nlp.distinctness.wording import differing_words, opens_behaviour
from kempen_nlp.framework import Competency, Framework, Indicator, Level
from kempen_nlp.language.terms import load_terms

LINT_COLUMNS = ["rule", "competency", "rank", "indicator_id", "text", "finding"]
MAX_WORDS = 25
"""Longer sentences have to be read twice; Dutch plain-language guides stop between 15 and 25."""
MIN_EASE = 30
"""Flesch-Douma reading ease below which a sentence is hard for most adults."""
RULES = (
    "empty level", "one indicator", "missing definition", "unequal counts", "headline repeats an indicator",
    "same opening", "compound indicator", "vague words", "long sentence", "hard to read",
)  # fmt: skip
_VOWELS = re.compile(r"aai|ooi|oei|eeu|ieu|aa|ee|oo|uu|ie|oe|eu|ui|ei|ij|au|ou|[aeiouyéèëïöüáó]")


def lint(framework: Framework) -> pd.DataFrame:
    """
    Return one row a finding, by rule and then in handbook order.

    Returns
    -------
    DataFrame of shape (n_findings, 6)
        ``rule`` is one of ``RULES``; ``rank``, ``indicator_id`` and ``text`` are empty where the
        finding is about a whole competency; ``finding`` is one Dutch sentence.
    """
    found = [row for competency in framework for row in _of_competency(competency)]
    table = pd.DataFrame(found, columns=LINT_COLUMNS).astype({"rank": "Int64"})
    order = table["rule"].map({rule: number for number, rule in enumerate(RULES)})
    return table.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _of_competency(competency: Competency) -> Iterator[tuple[object, ...]]:
    name = competency.name
    if not competency.definition:
        yield "missing definition", name, None, "", "", "De competentie heeft geen definitie."
    counts = {level.rank: len(level.indicators) for level in competency.levels if level.applicable}
    if counts and max(counts.values()) >= 2 * max(1, min(counts.values())) and len(set(counts.values())) > 1:
        listed = ", ".join(f"niveau {rank}: {n}" for rank, n in counts.items())
        yield (
            "unequal counts",
            name,
            None,
            "",
            "",
            f"De niveaus hebben heel verschillende aantallen indicatoren ({listed}).",
        )
    yield from _same_openings(competency)
    for level in competency.levels:
        if level.applicable:
            yield from _of_level(name, level)


def _same_openings(competency: Competency) -> Iterator[tuple[object, ...]]:
    """Find sentences of two levels that open with the same two words, the second of them a word of content."""
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    lines = [(level.rank, i.id, i.text) for level in competency.levels for i in level.indicators]
    heads = [(level.rank, "", level.headline) for level in competency.levels if level.headline]
    for rank, id_, text in sorted([*lines, *heads]):
        words = re.findall(r"[\w'’-]+", text.lower())[:2]
        if len(words) < 2 or words[1] in load_terms("functional") or words[1] in load_terms("not_verbs"):
            continue
        opening = (words[0], words[1])
        if opening in seen and seen[opening][0] != rank:
            finding = f"Begint zoals op niveau {seen[opening][0]} ({' '.join(opening)} …): {seen[opening][1]}"
            yield "same opening", competency.name, rank, id_, text, finding
        seen.setdefault(opening, (rank, text))


def _of_level(name: str, level: Level) -> Iterator[tuple[object, ...]]:
    if not level.indicators:
        yield "empty level", name, level.rank, "", "", "Het niveau heeft geen enkele indicator."
    if len(level.indicators) == 1:
        only = level.indicators[0]
        finding = "Het niveau rust op één indicator; dan valt niets te vergelijken."
        yield "one indicator", name, level.rank, only.id, only.text, finding
    for indicator in level.indicators:
        if level.headline and _repeats(level.headline, indicator.text):
            finding = f"Zegt vrijwel hetzelfde als de kernzin: {level.headline}"
            yield "headline repeats an indicator", name, level.rank, indicator.id, indicator.text, finding
        for rule, finding in _of_indicator(indicator):
            yield rule, name, level.rank, indicator.id, indicator.text, finding


def _repeats(headline: str, text: str) -> bool:
    only_head, only_text = differing_words(headline, text)
    n_words = len(re.findall(r"\w+", headline + " " + text)) / 2
    return len(only_head) + len(only_text) <= 0.25 * n_words


def _of_indicator(indicator: Indicator) -> Iterator[tuple[str, str]]:
    text = indicator.text
    asked = asked_behaviours(text)
    if len(asked) > 1:
        yield "compound indicator", f"Vraagt {len(asked)} dingen tegelijk: {', '.join(asked)}."
    vague = [w for w in load_terms("vague") if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text.lower())]
    if vague:
        yield "vague words", f"Iedere lezer vult dit anders in: {', '.join(vague)}."
    n_words = len(re.findall(r"[\w'’-]+", text))
    if n_words > MAX_WORDS:
        yield "long sentence", f"De zin telt {n_words} woorden."
    ease = reading_ease(text)
    if n_words >= 8 and ease < MIN_EASE:
        yield "hard to read", f"Leesgemak (Flesch-Douma) {ease:.0f}; onder {MIN_EASE} is een zin moeilijk."


def asked_behaviours(text: str) -> list[str]:
    """
    Return the finite verbs that open a behaviour, in text order; more than one asks several things at once.

    A rule of thumb: the first word, and words in -t after a comma, "en" or "of" outside a subordinate clause.

    Examples
    --------
    >>> asked_behaviours("Luistert goed en reageert snel.")
    ['luistert', 'reageert']
    """
    plain = re.sub(
        r"\([^)]*\)|,?\s*\b(?:die|dat|wat|waar\w*|zodat|als|wanneer|om|door|zoals|indien|alvorens)\b[^,;.]*", "", text
    )
    opening = re.match(r"\s*(\w+)", plain)
    verbs = [opening[1].lower()] if opening else []
    for match in re.finditer(r"(?:[,;]|\ben\b|\bof\b)\s+(?:weet\b|(\w{3,}t|is|doet|gaat|ziet)\b)", plain.lower()):
        word = match[1] or "weet"
        if opens_behaviour(word):
            verbs.append(word)
    return list(dict.fromkeys(verbs))


def reading_ease(text: str) -> float:
    """
    Return the Flesch-Douma reading ease of one sentence; 100 is very easy, below 30 hard, it may be negative.

    References
    ----------
    Douma, W. H. (1960). De leesbaarheid van landbouwbladen. Wageningen.
    """
    words = re.findall(r"[^\W\d_][\w'’-]*", text.lower())
    if not words:
        return 100.0
    n_syllables = sum(max(1, len(_VOWELS.findall(word))) for word in words)
    n_sentences = max(1, len(re.findall(r"[.;!?](?:\s|$)", text)))
    return 206.84 - 0.93 * len(words) / n_sentences - 77 * n_syllables / len(words)
