"""What word lists and a dictionary say of a word, in lower case: name, Dutch word, verb."""

from __future__ import annotations

from functools import cache, lru_cache

from kempen_nlp.language.terms import load_terms

WORDY = (
    "ing", "ingen", "heid", "heden", "tie", "ties", "baar", "lijk", "schap", "isme", "teit", "ment", "nr", "nummer",
    "opl",
)  # fmt: skip
"""Endings of words that a dictionary may lack."""
_NO_VERBS = frozenset(
    {"kort", "laat", "vast", "recht", "bekend", "direct", "echt", "slecht", "best", "eerst", "laatst", "zacht", "licht"}
)


@cache
def terms(name: str) -> frozenset[str]:
    """Return the terms of a list, see ``language.terms``."""
    return frozenset(load_terms(name))


@cache
def first_names() -> frozenset[str]:
    """Return first names of the Netherlands and Flanders; those that are words too only from the list by hand."""
    return terms("first_names") | (terms("near_first_names") - terms("words_as_names"))


@cache
def surnames() -> frozenset[str]:
    """Return surnames of the Netherlands and Flanders; those that are words too only from the list by hand."""
    return terms("surnames") | (terms("near_surnames") - terms("words_as_names"))


@cache
def any_surnames() -> frozenset[str]:
    """Return surnames, those that are words too among them: for where one is expected."""
    return terms("surnames") | terms("near_surnames") | terms("ambiguous_names")


@cache
def common_words() -> frozenset[str]:
    """Return words that are so common that without a capital they are no names."""
    return (
        stop_words()
        | terms("not_names")
        | terms("name_verbs")
        | terms("name_contexts")
        | terms("ambiguous_names")
        | terms("usual_words")
    )


@cache
def stop_words() -> frozenset[str]:
    """Return articles, pronouns, prepositions and the like."""
    from spacy.lang.nl.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)


@lru_cache(maxsize=50_000)
def is_dutch(word: str) -> bool:
    """Say whether a word, or two words written as one, stand in a Dutch dictionary or in the shipped comments."""
    if _is_known(word):
        return True
    cuts = range(3, len(word) - 2)
    return len(word) > 7 and any(
        _is_known(word[:cut])
        and (_is_known(word[cut:]) or (word[cut] == "s" and len(word) - cut > 3 and _is_known(word[cut + 1 :])))
        for cut in cuts
    )


def _is_known(part: str) -> bool:
    if part in first_names() or part in surnames():
        return False
    return in_dictionary(part) or part in terms("comment_words") or part in terms("usual_words")


def in_dictionary(word: str) -> bool:
    """Say whether a dictionary has the word, be it a name too or not."""
    import simplemma

    return bool(simplemma.is_known(word, lang="nl"))


@lru_cache(maxsize=50_000)
def is_verb(word: str) -> bool:
    """
    Say whether a word in lower case can be what one person, or several, do or did.

    Examples
    --------
    >>> [is_verb(word) for word in ("zet", "springt", "belde", "klant", "snel")]
    [True, True, True, False, False]
    """
    if word in terms("name_verbs"):
        return True
    if not word.islower() or len(word) < 3 or word in _NO_VERBS or word in terms("ambiguous_names"):
        return False
    import simplemma

    lemma = simplemma.lemmatize(word, lang="nl")
    if (
        lemma != word
        and lemma.endswith("en")
        and len(lemma) > 3
        and lemma[:2] == word[:2]
        and word.endswith(("t", "de", "te"))
    ):
        return True
    return len(word) > 3 and word.endswith("t") and word not in common_words() and lemma == word and not _is_known(word)
