"""What a sentence says in words of content: its clauses, their lemmas, and the words that set two sentences apart."""

from __future__ import annotations

import re
from functools import lru_cache

from kempen_nlp.language.terms import load_terms

_OPENING = re.compile(r"(?:[,;]|\ben\b|\bof\b)\s+(?=(weet|\w{3,}t|is|doet|gaat|ziet)\b)")
_NOUN_ENDINGS = ("heid", "iteit", "ment", "schat", "kracht", "cht")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def clauses(text: str) -> list[str]:
    """
    Split a sentence before each further behaviour that it asks, in text order; at least one piece.

    A rule of thumb, without a parser: "en", "of", a comma or a semicolon, and then a word that looks like a verb.

    Examples
    --------
    >>> clauses("Maakt zaken af en komt afspraken na.")
    ['Maakt zaken af', 'komt afspraken na.']
    """
    pieces, begin = [], 0
    for match in _OPENING.finditer(text):
        piece = text[begin : match.start()].rstrip()
        # A bare verb shares its object with the next: "maakt en houdt zich aan afspraken".
        if opens_behaviour(match[1]) and len(_WORD.findall(piece)) > 1:
            pieces.append(piece)
            begin = match.end()
    return [*pieces, text[begin:]]


def opens_behaviour(word: str) -> bool:
    """Say whether a word that looks like a Dutch verb in the third person is one."""
    return word.lower() not in load_terms("not_verbs") and not word.lower().endswith(_NOUN_ENDINGS)


@lru_cache(maxsize=100_000)
def content_lemmas(text: str) -> tuple[str, ...]:
    """
    Return the lemmas of a text without small words and words of degree, in text order; may be empty.

    Examples
    --------
    >>> content_lemmas("Neemt zeer grote risico's.")
    ('nemen', 'risico')
    """
    found = ((word, lemma(word)) for word in _WORD.findall(text.lower()))
    return tuple(base for word, base in found if not _says_little(word) and not _says_little(base))


def _says_little(word: str) -> bool:
    return word in load_terms("functional") or word in load_terms("degree") or word in load_terms("light_verbs")


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """Return the dictionary form of a Dutch word, in lower case."""
    from simplemma import lemmatize

    return lemmatize(word, lang="nl").lower()


def differing_words(first: str, second: str) -> tuple[list[str], list[str]]:
    """
    Return the words that only one of two texts has in any form, in text order, small words left out.

    Examples
    --------
    >>> differing_words("Neemt een klein risico.", "Neemt grote risico's met klanten.")
    (['klein'], ['grote', 'klanten'])
    """
    words = [_WORD.findall(text.lower()) for text in (first, second)]
    forms = [{*own, *(lemma(word) for word in own)} for own in words]
    sides = ((words[0], forms[1]), (words[1], forms[0]))
    return tuple([w for w in dict.fromkeys(own) if _is_new(w, other)] for own, other in sides)  # type: ignore[return-value]


def _is_new(word: str, other: set[str]) -> bool:
    return word not in other and lemma(word) not in other and word not in load_terms("functional")
