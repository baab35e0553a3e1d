"""Where the name of a person begins: what each word, and the words around it, say for and against it."""

from __future__ import annotations

from collections.abc import Collection

from kempen_nlp.language.name_context import (
    following,
    is_field,
    name_after,
    names_a_thing,
    surname_after_initial,
    surname_after_letter,
)
from kempen_nlp.language.name_lists import (
    any_surnames,
    common_words,
    first_names,
    in_dictionary,
    is_verb,
    stop_words,
    terms,
)
from kempen_nlp.language.name_particles import chain_after, is_particle, names_a_person, surname_after
from kempen_nlp.language.name_unknown import is_unknown_name
from kempen_nlp.language.name_words import Word, forms_of, is_listed, is_possessive

_SMALL_PARTICLES = frozenset({"van", "de", "el", "ten", "ter"})
_DEGREES = ("dr", "drs", "ir", "ing", "mr", "prof", "mevr", "dhr", "mw", "msc", "bsc")


def anchor(words: list[Word], at: int, known: Collection[str]) -> int | None:
    """Return where a name begins if this word says that one does: at it, or after it."""
    word = words[at]
    if word.raw.lower() in terms("name_titles"):
        return _after_title(words, at)
    if at + 1 < len(words) and words[at + 1].joined and _is_role(word):
        start = _skip_titles(words, at + 1)
        if start < len(words) and words[start].joined and _may_follow_role(words, start):
            return start
    if _is_name(words, at, known) or _is_greeted(words, at):
        return at
    return None


def _is_greeted(words: list[Word], at: int) -> bool:
    """Say whether a letter begins or ends with this word ("Dag Pier, …", "Groet, Do")."""
    word = words[at]
    if not at or not word.is_capital or word.is_shouted or word.is_initial or is_particle(word):
        return False
    is_after = {words[at - 1].lower, words[at - 1].raw.lower()} & terms("name_greetings")
    return bool(is_after) and not is_verb(word.lower) and (is_listed(word) or not _is_plain(word))


def _is_plain(word: Word) -> bool:
    lists = (stop_words(), terms("usual_words"), terms("not_names"))
    return any(word.lower in words for words in lists) or is_verb(word.lower)


def _is_role(word: Word) -> bool:
    """Say whether a word is a role, or ends in one ("stadsdeelvoorzitter", "oud-collega")."""
    roles = terms("name_roles")
    if word.raw.lower() in roles:
        return True
    return (
        len(word.lower) > 9
        and not word.raw.endswith(".")
        and any(len(role) > 4 and word.lower.endswith(role) for role in roles)
    )


def _after_title(words: list[Word], at: int) -> int | None:
    start = _skip_titles(words, at + 1)
    if start >= len(words) or not (words[start].joined or words[at].raw.endswith(".")):
        return None
    word = words[start]
    is_letter = word.is_initial or (len(word.text) == 1 and word.raw.endswith("."))
    if is_letter or is_particle(word):
        return start if is_letter or surname_after(words, start, small=not word.is_capital) else None
    if word.is_capital:
        return start if word.lower not in terms("not_names") or is_listed(word) else None
    return start if is_listed(word) or not (_is_plain(word) or len(word.text) < 3) else None


def _skip_titles(words: list[Word], at: int) -> int:
    while at < len(words) and words[at].joined and words[at].lower in _DEGREES:
        at += 1
    return at


def _may_follow_role(words: list[Word], at: int) -> bool:
    word = words[at]
    if word.is_initial:
        return True
    if is_particle(word):
        return word.is_capital and surname_after(words, at)
    if not word.is_capital or word.is_shouted or word.lower in terms("not_names") or len(word.text) < 2:
        return False
    return not is_field(words, at)


def _is_name(words: list[Word], at: int, known: Collection[str]) -> bool:
    word = words[at]
    if word.is_initial:
        return surname_after_initial(words, at, known)
    if len(word.text) < 2 or (word.is_shouted and len(word.text) == 2):
        return surname_after_letter(words, at)
    if any(form in known for form in forms_of(word)):
        return _is_known_name(words, at)
    if is_particle(word):
        return _opens_with_particle(words, at)
    return not names_a_thing(words, at) and _is_listed_or_unknown(words, at)


def _is_listed_or_unknown(words: list[Word], at: int) -> bool:
    word = words[at]
    if not is_listed(word):
        return is_unknown_name(words, at)
    return _is_ambiguous_name(words, at) if _is_ambiguous(word) else _is_clear_name(word)


def _is_ambiguous(word: Word) -> bool:
    return any(f in terms("ambiguous_names") for f in forms_of(word)[:2]) or word.lower in terms("not_names")


def _is_known_name(words: list[Word], at: int) -> bool:
    """Say whether a word of a name that is known to occur stands for a person here."""
    word = words[at]
    if not _is_ambiguous(word):
        return word.is_capital or word.lower not in common_words()
    return word.is_capital and (not word.opens or name_after(words, at))


def _opens_with_particle(words: list[Word], at: int) -> bool:
    word = words[at]
    if at and words[at - 1].lower in ("in", "naar", "uit", "op") and not word.is_capital:
        # "in de Kempen"; but "in 't Veld" is a chain of its own.
        return chain_after(words, at)
    if names_a_thing(words, at):
        return False
    return names_a_person(words, at) or (word.is_capital and not word.opens and surname_after(words, at))


def _is_clear_name(word: Word) -> bool:
    forms = forms_of(word)
    if word.is_capital or forms[0] in first_names():
        return True
    is_first = any(form in first_names() for form in forms)
    return not is_first and len(word.text) > 4 and forms[0] in terms("surnames") and not in_dictionary(forms[0])


def _is_ambiguous_name(words: list[Word], at: int) -> bool:
    """Take a name that is a word too for one where it has a capital for no other reason, or acts as a person does."""
    word, after = words[at], following(words, at)
    is_first = any(form in first_names() for form in forms_of(word))
    acts = after is not None and is_verb(after.lower)
    if not word.is_capital:
        opens = word.opens and acts and word.lower not in terms("opening_words")
        return is_first and (opens or _small_surname_after(words, at))
    if word.lower in terms("not_names"):
        return name_after(words, at) or is_possessive(word)
    acts = acts and (is_first or word.lower not in terms("opening_words"))
    return not word.opens or acts or name_after(words, at) or is_possessive(word)


def _small_surname_after(words: list[Word], at: int) -> bool:
    """Say whether a surname follows in small letters ("wil van de berg")."""
    if at + 2 >= len(words) or words[at + 1].lower not in _SMALL_PARTICLES or not words[at + 2].joined:
        return False
    return any(form in any_surnames() for word in words[at + 2 : at + 4] for form in forms_of(word))
