"""The words of a comment, and how each stands there: for finding names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kempen_nlp.language.name_lists import first_names, is_dutch, surnames, terms

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"
    # "dossier-Veenhuizen" is two words, "Jan-Willem" is one.
    r"|[a-z]{3,}(?=-[A-ZÀ-Ý])"
    r"|[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_]))*(?:(?<=[sxz])['’](?=\s)|\.?)"
    r"|['’][tsST]\b"
)
_SENTENCE_END = '.!?:;•|\n"“„*'
_INITIALS = frozenset({"Th", "Chr", "Ph", "IJ", "St", "Fr", "Tj"})


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

    then: str
    """The character after it, empty at the end."""

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
        # "v/d" is two words of one name.
        is_slashed = stripped == "/" and text[last - 2 : last].strip().lower() == "v"
        joined = last > 0 and (stripped in ("", "-") or is_slashed) and "\n" not in between
        yield Word(
            match.start(), match.end(), raw, plain, plain.lower(), opens, joined, text[match.end() : match.end() + 1]
        )
        last = match.end()


def _is_abbreviation(text: str, end: int) -> bool:
    """Say whether the full stop before ``end`` belongs to an initial or an abbreviation."""
    word = re.search(r"[^\s(]+$", text[max(0, end - 30) : end])
    if word is None:
        return False
    found = word[0].lower()
    is_initials = re.fullmatch(r"(?:[^\W\d_]{1,2}\.)+", word[0]) is not None and word[0][0].isupper()
    return is_initials or found in terms("name_titles") | terms("name_roles") or found in terms("abbreviations")


def is_listed(word: Word) -> bool:
    """Say whether a list of first names or surnames has the word."""
    return any(form in first_names() or form in surnames() for form in forms_of(word))


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
    return word.text.endswith(("'s", "’s", "'", "’"))


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
    listed = any(f in surnames() and f not in terms("ambiguous_names") for f in forms_of(word))
    return listed or not any(is_dutch(form) for form in forms_of(word)[:2])


def is_mixed(text: str) -> bool:
    """Say whether capitals stand where no name has them ("SharePoint", "Woo-verzoek", not "McDonald")."""
    halves = re.split(r"[-'’]", text)
    if "-" in text and any(half[:1].islower() for half in halves[1:]):
        return True
    return any(c.isupper() for half in halves for c in half[1:]) and not text.startswith(
        ("Mc", "Mac", "De", "Van", "Den", "IJ", "Vande")
    )
