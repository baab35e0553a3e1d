"""How handbooks write levels: 'Niveau 2', 'Level B', 'Basisniveau (1)', 'Gevorderd', '++'."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from kempen_nlp.parsing.words import LABEL_IN_BOLD, without_numbering

_KEY = (
    r"(?:(?:competentie|beheersings|gedrags|kennis|functie|vaardigheids)?-?"
    r"(?:niveau|level|trede)|fase|nivo|nivau|niveua|nievau|niv\.?)"
)
_ORDINAL = r"(?P<ordinal>\d{1,2}|[IVX]{1,4}|[A-H]|een|één|twee|drie|vier|vijf|zes)"
_NUMBERED = re.compile(
    rf"^{_KEY}\s*[:.]?\s*{_ORDINAL}(?P<suffix>[A-Z])?(?![\w/+&]|-\w)\s*(?P<tail>.*)$", re.IGNORECASE | re.DOTALL
)
_LABELLED = re.compile(rf"^{_KEY}\s*:\s*(?P<label>[^\W\d_][\w -]{{1,30}}?)\s*$", re.IGNORECASE)
_NAME_THEN_NUMBER = re.compile(
    rf"^(?P<name>[^\W\d_][\w/ -]{{1,40}}?)\s*(?:\((?:{_KEY}\s*)?(?P<rank>\d)\)|[-–—]\s*{_KEY}\s*(?P<rank2>\d))"
    r"\s*(?P<tail>[:.–—-].*)?$",
    re.IGNORECASE,
)
_NUMBER_THEN_NAME = re.compile(r"^(?P<rank>\d)\s*(?:[.:)=–—-]\s*)+(?P<name>[^\W\d_][\w -]{1,30}?)$")
_SEPARATED = re.compile(r"^[:.)=|–—-]+\s*(?P<rest>.*)$", re.DOTALL)
_IN_BRACKETS = re.compile(r"^\((?P<name>[^()]{1,40})\)\s*(?P<tail>.*)$", re.DOTALL)
_TRAILING = re.compile(
    rf"(?:(?<=[.!?;:*)”\"’'])\s+|[ \xa0]{{2,}}|(?<=[a-z][.!?])(?=[A-Z]))"
    rf"(?P<mark>{_KEY}\s*:?\s*(?:\d{{1,2}}|[A-H])\s*[:.]?|[^\W\d_]\w{{2,30}}niveau\s*\(\d\)\s*:?)\s*$",
    re.IGNORECASE,
)
_WHITE = re.compile(r"[ \xa0]{3,}")
_WORD_NUMBERS = {"een": 1, "één": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6}
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_SIGNS = ("--", "-", "0", "+/-", "+", "++", "+++")
_STARS = re.compile(r"^(?:\*{1,6}|[★☆✩✭⭐]{1,6}|[●○]{2,6})$")
_ABOUT_LEVELS = re.compile(r"\w*(?:niveaus?|niveau\w+|levels?)\b|\bschaal\b|\btreden\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LevelMark:
    """A stretch of text that names a level."""

    label: str
    """As printed, without what follows: ``Niveau 2``, ``Gevorderd``."""
    rank: int | None
    """None when only a name is given; its place on the scale is found from the others."""
    name: str = ""
    """What the handbook calls the level beside its number; empty when it has no name."""
    rest: str = ""
    """Text that follows on the same line."""
    notation: str = "number"
    """``number``, ``letter``, ``name``, or ``counted`` under words that do not speak of levels: how it is written."""


def read_level(text: str, *, loose: bool = False) -> LevelMark | None:
    """
    Read a text that begins with a numbered or lettered level; None when it does not.

    Parameters
    ----------
    text : str
        One block, heading or cell.
    loose : bool
        True for headings and cells, where a name may follow without a colon.

    Examples
    --------
    >>> read_level("Niveau 2: Biedt hulp aan.").rest
    'Biedt hulp aan.'
    >>> read_level("Basisniveau (1)").rank
    1
    >>> read_level("Niveau 2 is bereikt als alles lukt.") is None
    True
    """
    text = LABEL_IN_BOLD.sub(r"\1: ", without_numbering(text.strip())).strip("*_").strip()
    first, _, below = text.partition("\n")
    if below and (mark := read_level(first, loose=loose)) and not mark.rest:
        return replace(mark, rest=" ".join(below.split()))
    if match := _NUMBERED.match(text):
        return _numbered(match, loose=loose)
    if match := _NAME_THEN_NUMBER.match(text):
        is_level = match["rank2"] or _ABOUT_LEVELS.search(text) or is_scale_word(match["name"])
        if is_level:
            rest = (match["tail"] or "").lstrip(":.–—- ")
            rank = int(match["rank"] or match["rank2"])
            return LevelMark(text.removesuffix(match["tail"] or ""), rank, name=_bare(match["name"]), rest=rest)
    if (match := _NUMBER_THEN_NAME.match(text)) and is_scale_word(match["name"]):
        return LevelMark(text, int(match["rank"]), name=match["name"])
    return None


def read_named_level(text: str) -> LevelMark | None:
    """
    Read a text that is, or begins with, a word of a known scale; None when it is not.

    Examples
    --------
    >>> read_named_level("Gevorderd: biedt uit zichzelf hulp aan.").label
    'Gevorderd'
    >>> read_named_level("Niveau: tactisch").label
    'tactisch'
    >>> read_named_level("Goed in samenwerken") is None
    True
    """
    text = LABEL_IN_BOLD.sub(r"\1: ", without_numbering(text.strip())).strip("*_").strip()
    if match := _LABELLED.match(text):
        return LevelMark(match["label"], None, name=match["label"], notation="name")
    label, separator, rest = _partition(text)
    if is_scale_word(label) and (separator or not rest):
        return LevelMark(label, None, name=label, rest=rest, notation="name")
    return None


def read_column_level(text: str) -> LevelMark | None:
    """
    Read the title of a column or row as a level: also a lone number, letter, sign or row of stars.

    Examples
    --------
    >>> [read_column_level(cell).rank for cell in ("1", "Niveau 2", "III", "★★★★")]
    [1, 2, 3, 4]
    >>> read_column_level("Definitie") is None
    True
    """
    if found := read_level(text, loose=True):
        return found
    first, _, below = text.strip().partition("\n")
    if below and (found := read_column_level(first)) and not found.rest:
        return replace(found, rest=" ".join(below.split()))
    text = " ".join(text.split()).strip()
    if found := read_level(text, loose=True):
        return found
    if text in _SIGNS:
        return LevelMark(text, None, name=text, notation="name")
    return read_lone_sign(text) or read_named_level(text)


def read_lone_sign(text: str) -> LevelMark | None:
    """Read a number, letter, Roman number or row of stars that stands alone; None when it is something else."""
    bare = text.rstrip(":.").strip("*_ ") or text
    if match := re.fullmatch(r"(?:[NL]\s?)?([1-9]|10)|([1-9])[A-Z]", bare, re.IGNORECASE):
        return LevelMark(text, int(match[1] or match[2]))
    if bare in _ROMAN:
        return LevelMark(text, _ROMAN[bare])
    if re.fullmatch(r"[A-F]", bare):
        return LevelMark(text, ord(bare) - ord("A") + 1, notation="letter")
    if _STARS.match(text):
        return LevelMark(text, sum(char not in "☆○" for char in text))
    return None


def order_names(names: Iterable[str]) -> dict[str, int]:
    """
    Give each name of a scale its rank: by the known scale that holds most of them, else as they come.

    Examples
    --------
    >>> order_names(["Uitstekend", "Goed", "Onvoldoende"])
    {'onvoldoende': 1, 'goed': 2, 'uitstekend': 3}
    """
    keys = list(dict.fromkeys(_key(name) for name in names))
    if all(key in _SIGNS for key in keys):
        return {key: rank for rank, key in enumerate((s for s in _SIGNS if s in keys), start=1)}
    best = max(_scales(), key=lambda scale: sum(key in scale for key in keys))
    if all(key in best for key in keys):
        keys.sort(key=lambda key: best[key])
    return {key: rank for rank, key in enumerate(keys, start=1)}


def is_ordered(names: Iterable[str]) -> bool:
    """Return whether one known scale holds all of these names."""
    keys = {_key(name) for name in names}
    return keys <= set(_SIGNS) or any(keys <= set(scale) for scale in _scales())


def rank_of_name(name: str, ranks: dict[str, int]) -> int | None:
    """Look a name up in what ``order_names`` returned."""
    return ranks.get(_key(name))


def is_scale_word(text: str) -> bool:
    """Return whether a text is a word of a known scale."""
    return _key(text) in {word for scale in _scales() for word in scale}


def is_about_levels(text: str) -> bool:
    """Return whether a heading speaks of levels in general, such as 'Uitleg niveaus'."""
    return bool(_ABOUT_LEVELS.search(text))


def split_at_levels(text: str) -> list[str]:
    """
    Cut a level mark off the end of a sentence, where some page layouts leave it.

    Examples
    --------
    >>> split_at_levels("Deelt kennis.   Niveau 2:")
    ['Deelt kennis.', 'Niveau 2:']
    >>> split_at_levels("Werkt op niveau 2")
    ['Werkt op niveau 2']
    """
    for gap in re.finditer(r"(?<=\S)[ \xa0]{2,}(?=\S)", text):
        rest = text[gap.end() :].strip()
        if len(rest) <= 60 and (mark := read_level(rest, loose=True)) and not mark.rest:
            return [text[: gap.start()].rstrip(), rest]
    plain = _WHITE.sub("  ", text)
    match = _TRAILING.search(plain)
    if match and plain[: match.start()].strip().strip("*_#-•"):
        return [plain[: match.start()].rstrip(), match["mark"]]
    return [text]


def _numbered(match: re.Match[str], *, loose: bool) -> LevelMark | None:
    ordinal, tail = match["ordinal"], match["tail"].strip()
    label = match.string[: match.start("tail")].strip().rstrip(":.")
    notation, rank = _rank(ordinal)
    name = ordinal + match["suffix"] if match["suffix"] else ""
    if bracket := _IN_BRACKETS.match(tail):
        name, tail = bracket["name"].strip(), bracket["tail"].strip()
    if separated := _SEPARATED.match(tail):
        return LevelMark(label, rank, name, separated["rest"].strip().strip("*_").strip(), notation)
    if not tail:
        return LevelMark(label, rank, name, "", notation)
    is_name = loose and len(tail.split()) <= 5 and not tail.endswith((".", "?", "!")) and not tail[0].islower()
    if is_name or (loose and is_scale_word(tail)):
        return LevelMark(label, rank, tail.strip("()*_ "), "", notation)
    return None


def _rank(ordinal: str) -> tuple[str, int]:
    if ordinal.isdigit():
        return "number", int(ordinal)
    if ordinal.casefold() in _WORD_NUMBERS:
        return "number", _WORD_NUMBERS[ordinal.casefold()]
    if ordinal.upper() in _ROMAN:
        return "number", _ROMAN[ordinal.upper()]
    return "letter", ord(ordinal.upper()) - ord("A") + 1


def _partition(text: str) -> tuple[str, str, str]:
    match = re.match(r"^(.{1,30}?)\s*(?:(:)|\s([–—-])\s)\s*(.*)$", text, re.DOTALL)
    if not match:
        return text.rstrip(":").strip(), "", ""
    return match[1].strip("*_ "), match[2] or match[3], match[4].strip().strip("*_").strip()


def _bare(name: str) -> str:
    return name.strip(" -–—:")


def _key(name: str) -> str:
    text = " ".join(name.casefold().split()).rstrip(":.")
    if text in _SIGNS:
        return text
    shorter = re.sub(r"[ -]?niveau$", "", text)
    return shorter or text


@cache
def _scales() -> tuple[dict[str, int], ...]:
    text = (files("kempen_nlp.parsing") / "terms" / "scales.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(
        {word.strip(): rank for rank, words in enumerate(line.split(","), start=1) for word in words.split("/")}
        for line in lines
    )
