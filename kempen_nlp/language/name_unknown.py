"""Words that no list of names has: taken for a name where Dutch does not know them, or the words around ask for one."""

from __future__ import annotations

from kempen_nlp.language.name_context import following, name_after
from kempen_nlp.language.name_lists import WORDY, is_dutch, is_verb, stop_words, terms
from kempen_nlp.language.name_particles import is_particle, names_a_person, surname_after
from kempen_nlp.language.name_words import Word, forms_of, is_mixed, is_possessive, is_surname_like

_BEFORE_THINGS = frozenset({"de", "het", "een", "deze", "dit", "onze", "elke", "ieder", "in", "uit", "te", "'t"})
_BEFORE_PARTS = frozenset({"van", "naar", "heel", "des"})
_BEFORE_PLACES = frozenset({"in", "uit", "naar", "te", "vanuit", "rond", "bij", "tussen", "regio", "omgeving"})
_LONGEST = 7
"""Letters of the longest word that Dutch knows and that is taken for a surname by its capital alone."""


def is_unknown_name(words: list[Word], at: int) -> bool:
    """
    Say whether a word that is on no list begins a name.

    Parameters
    ----------
    words : list of Word
    at : int
        Of a word that is no particle and on no list of names of the Netherlands and Flanders.
    """
    word = words[at]
    if word.is_shouted or word.lower in terms("not_names") or is_mixed(word.text):
        return False
    if not word.is_capital:
        return word.lower in terms("far_first_names")
    if _before(words, at) in _BEFORE_THINGS or (word.opens and word.lower in terms("usual_words")):
        return False
    if len(word.text) == 2:
        return _is_short_name(words, at)
    if _has_surname(words, at):
        return word.lower not in terms("name_things")
    is_owner = word.opens and is_possessive(word) and not is_dutch(forms_of(word)[1])
    return is_owner or (not _is_place(words, at) and _is_by_itself(words, at))


def _before(words: list[Word], at: int) -> str:
    return words[at - 1].lower if at and words[at].joined else ""


def _acts(words: list[Word], at: int) -> bool:
    after = following(words, at)
    return after is not None and is_verb(after.lower)


def _is_by_itself(words: list[Word], at: int) -> bool:
    word, acts = words[at], _acts(words, at)
    if any(is_dutch(form) for form in (word.lower, *forms_of(word)[:2])):
        return _is_word_as_name(words, at, acts=acts)
    return not word.opens or _opens_as_name(words, at, acts=acts)


def _is_word_as_name(words: list[Word], at: int, *, acts: bool) -> bool:
    """Dutch gives no capital to a noun for being one; bodies and subjects have longer names than persons."""
    word, before = words[at], _before(words, at)
    if not before or word.opens or words[at - 1].raw.endswith("."):
        return False
    is_plain = word.lower in terms("usual_words") or word.lower.endswith(WORDY) or len(word.text) > _LONGEST
    # "het Rode Kruis": the second word of a thing's name.
    is_second = words[at - 1].is_capital and not words[at - 1].opens
    is_asked = before in terms("name_contexts") or before in terms("name_objects")
    return is_asked or (before not in _BEFORE_PARTS and (acts or not (is_plain or is_second)))


def _is_place(words: list[Word], at: int) -> bool:
    before = _before(words, at)
    stands_so = not before or before in _BEFORE_PLACES or words[at - 1].is_shouted
    return stands_so and words[at].lower in terms("places")


def _has_surname(words: list[Word], at: int) -> bool:
    """Say whether a surname follows, with or without a particle that has a capital, as the Flemish write it."""
    after = following(words, at)
    if after is None:
        return False
    if not (after.is_capital and is_particle(after)):
        return is_surname_like(after)
    return names_a_person(words, at + 1) or (after.lower in ("van", "de") and surname_after(words, at + 1))


def _opens_as_name(words: list[Word], at: int, *, acts: bool) -> bool:
    """Any word may begin a sentence, and dictionaries lack many; what people do follows a name, or another name."""
    word, after = words[at], following(words, at)
    if word.lower in terms("far_names"):
        return True
    later = words[at + 1] if at + 1 < len(words) else None
    in_a_row = later is not None and not later.joined and not later.opens and later.is_capital
    joins = after is not None and after.lower in ("en", "of")
    is_label = word.then == ":" and len(word.text) < 9
    return (acts or joins or in_a_row or is_label or name_after(words, at)) and not word.lower.endswith(WORDY)


def _is_short_name(words: list[Word], at: int) -> bool:
    """Say whether a word of two letters with one capital is a name ("Mo", "Li")."""
    word = words[at]
    lists = (stop_words(), terms("abbreviations"), terms("name_titles"), terms("name_roles"))
    if any(word.lower in found or word.raw.lower() in found for found in lists):
        return False
    after = following(words, at)
    return not word.opens or (after is not None and is_verb(after.lower))
