"""The words of a comment, and what word lists and dictionary say of each: for finding names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from kempen_nlp.language.terms import load_terms

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_]))*\.?|['’][tsST]\b")
_SENTENCE_END = '.!?:;•|\n"“„(*'
_INITIALS = frozenset({"Th", "Chr", "Ph", "IJ", "St", "Fr", "Tj"})
_NO_VERBS = frozenset(
    {"kort", "laat", "vast", "recht", "bekend", "direct", "echt", "slecht", "best", "eerst", "laatst", "zacht", "licht"}
)
WORDY = (
    "ing",
    "ingen",
    "heid",
    "heden",
    "tie",
    "ties",
    "baar",
    "lijk",
    "schap",
    "isme",
    "teit",
    "ment",
    "nr",
    "nummer",
    "opl",
)
"""Endings of words that a dictionary may lack."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a comment, and how it stands there."""

    start: int
    end: int
    raw: str
    """With a full stop, if one follows."""
    text: str
    lower: str
    opens: bool
    """Whether it may have a capital only because a sentence begins."""
    joined: bool
    """Whether only white space, or a hyphen, stands between it and the word before."""

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[:1].isupper()

    @property
    def is_shouted(self) -> bool:
        """Whether it is in capitals throughout."""
        return len(self.text) > 1 and self.text.isupper()

    @property
    def is_initial(self) -> bool:
        """Whether it is one or more initials, with their full stops."""
        letters = self.raw.replace(".", "")
        is_short = len(letters) == 1 or letters in _INITIALS or self.raw.count(".") > 1
        return "." in self.raw and self.is_capital and is_short


@cache
def terms(name: str) -> frozenset[str]:
    """Return the terms of a list, see ``language.terms``."""
    return frozenset(load_terms(name))


def words_of(text: str) -> Iterator[Word]:
    """Yield the words of a text, in order."""
    last = 0
    for match in _WORD.finditer(text):
        between = text[last : match.start()]
        raw = match[0]
        plain = raw.rstrip(".")
        stripped = between.strip(" \t")
        opens = last == 0 or (stripped[-1:] in _SENTENCE_END and stripped != "") or "\n" in between
        if last and text[last - 1] == "." and not _is_abbreviation(text, last):
            opens = True
        joined = last > 0 and stripped in ("", "-") and "\n" not in between
        yield Word(match.start(), match.end(), raw, plain, plain.lower(), opens, joined)
        last = match.end()


def _is_abbreviation(text: str, end: int) -> bool:
    """Say whether the full stop before ``end`` belongs to an initial or an abbreviation."""
    word = re.search(r"[^\s(]+$", text[:end])
    if word is None:
        return False
    found = word[0].lower()
    is_initials = re.fullmatch(r"(?:[^\W\d_]{1,2}\.)+", word[0]) is not None and word[0][0].isupper()
    return is_initials or found in terms("name_titles") | terms("name_roles") or found in terms("abbreviations")


def is_listed(word: Word) -> bool:
    """Say whether a list of first names or surnames has the word."""
    return any(form in terms("first_names") or form in terms("surnames") for form in forms_of(word))


def forms_of(word: Word) -> tuple[str, ...]:
    """Return the word, and what is left without the ending of possession."""
    lower = word.lower
    bare = re.sub(r"['’]s$|['’]$", "", lower)
    halves = tuple(bare.split("-")) if "-" in bare and len(bare.split("-")[0]) > 2 else ()
    if bare == lower and lower.endswith("s") and len(lower) > 3:
        return (lower, lower[:-1], *halves)
    return (lower, bare, *halves)


def is_possessive(word: Word) -> bool:
    """Say whether a word has the ending of possession that only names and loan words have."""
    return word.text.endswith(("'s", "’s"))


def is_verb_like(text: str) -> bool:
    """Say whether a word has the ending of what one person does ("springt")."""
    return (
        len(text) > 3 and text.islower() and text.endswith("t") and text not in _NO_VERBS and text not in common_words()
    )


def is_surname_like(word: Word) -> bool:
    """Say whether a word with a capital after another can only be a surname."""
    if (
        not word.is_capital
        or word.is_shouted
        or word.lower in terms("not_names")
        or is_mixed(word.text)
        or len(word.text) < 3
    ):
        return False
    listed = any(f in terms("surnames") and f not in terms("ambiguous_names") for f in forms_of(word))
    return listed or not any(is_dutch(form) for form in forms_of(word)[:2])


def is_mixed(text: str) -> bool:
    """Say whether capitals stand where no name has them ("SharePoint", "Woo-verzoek", not "McDonald")."""
    halves = re.split(r"[-'’]", text)
    if "-" in text and any(half[:1].islower() for half in halves[1:]):
        return True
    return any(c.isupper() for half in halves for c in half[1:]) and not text.startswith(
        ("Mc", "Mac", "De", "Van", "Den", "IJ", "Vande")
    )


@lru_cache(maxsize=50_000)
def is_dutch(word: str) -> bool:
    """Say whether a word, or two words written as one, stand in a Dutch dictionary."""
    import simplemma

    def known(part: str) -> bool:
        return (
            bool(simplemma.is_known(part, lang="nl"))
            and part not in terms("first_names")
            and part not in terms("surnames")
        )

    if known(word):
        return True
    cuts = range(3, len(word) - 2)
    return len(word) > 7 and any(
        known(word[:cut])
        and (known(word[cut:]) or (word[cut] == "s" and len(word) - cut > 3 and known(word[cut + 1 :])))
        for cut in cuts
    )


@cache
def common_words() -> frozenset[str]:
    """Return words that are so common that without a capital they are no names."""
    from spacy.lang.nl.stop_words import STOP_WORDS

    return (
        frozenset(STOP_WORDS)
        | terms("not_names")
        | terms("name_verbs")
        | terms("name_contexts")
        | terms("ambiguous_names")
    )
