"""What stands around a word that may begin the name of a person: initials before it, a surname or a verb after it."""

from __future__ import annotations

from collections.abc import Collection

from kempen_nlp.language.name_lists import WORDY, common_words, first_names, is_verb, surnames, terms
from kempen_nlp.language.name_particles import is_particle, surname_after
from kempen_nlp.language.name_words import Word, forms_of, is_listed

_HEADS = (
    "adviseur", "assistent", "assistente", "chef", "coördinator", "coordinator", "directeur", "directrice", "hoofd",
    "leider", "leidster", "leidinggevende", "manager", "medewerker", "medewerkster", "stagiair", "stagiaire",
    "teamlead", "trainee", "trainer", "voorzitter",
)  # fmt: skip

_LONGEST_ROW = 8
"""Words with capitals that can make one name of a thing."""


def following(words: list[Word], at: int) -> Word | None:
    """Return the next word, if nothing but white space stands between."""
    return words[at + 1] if at + 1 < len(words) and words[at + 1].joined else None


def name_after(words: list[Word], at: int) -> bool:
    """Say whether the next word goes on with a name."""
    after = following(words, at)
    if after is None or words[at].raw.endswith("."):
        return False
    if is_particle(after):
        return surname_after(words, at + 1)
    return after.is_capital and not after.is_shouted and after.lower not in terms("not_names")


def is_field(words: list[Word], at: int) -> bool:
    """Say whether a word is what somebody is the head of, or works at ("manager Bedrijfsvoering")."""
    word = words[at]
    if not at or is_listed(word) or not words[at - 1].lower.endswith(_HEADS):
        return False
    return word.lower in terms("usual_words") or (len(word.text) > 8 and word.lower.endswith(WORDY))


def names_a_thing(words: list[Word], at: int) -> bool:
    """Say whether a word stands in a row of capitals that a thing comes before ("basisschool De Regenboog")."""
    if is_field(words, at):
        return True
    if any(form in first_names() and form not in terms("ambiguous_names") for form in forms_of(words[at])):
        return False
    begin, first = at, max(0, at - _LONGEST_ROW)
    while begin > first and words[begin].joined and not words[begin].opens and (
        words[begin - 1].is_capital or is_particle(words[begin - 1])
    ) and words[begin - 1].lower not in terms("name_things"):  # fmt: skip
        begin -= 1
    return bool(begin) and words[begin].joined and words[begin - 1].lower in terms("name_things")


def surname_after_initial(words: list[Word], at: int, known: Collection[str]) -> bool:
    """Say whether a name follows initials, or they stand for one by themselves ("P.J. regelt het")."""
    # "niveau B. Daarna": a letter that names a thing, then a sentence.
    if at and words[at - 1].lower in terms("lettered"):
        return False
    if words[at].raw.count(".") > 1 and words[at].raw.isupper() and not _is_abbreviation(words, at):
        return True
    end = at
    while end + 1 < len(words) and words[end].is_initial and end - at < 4:
        end += 1
    if end == at or end >= len(words):
        return False
    word = words[end]
    if is_particle(word):
        return surname_after(words, end)
    if not word.is_capital or word.lower in common_words():
        return word.is_capital and is_listed(word)
    return len(word.text) > 1 or word.lower in known


def _is_abbreviation(words: list[Word], at: int) -> bool:
    after = following(words, at)
    return words[at].raw.lower() in terms("abbreviations") and not (after is not None and is_verb(after.lower))


def surname_after_letter(words: list[Word], at: int) -> bool:
    """Say whether a capital without a full stop is an initial ("J van Dam")."""
    after = following(words, at)
    if not words[at].is_capital or after is None or (at and words[at - 1].lower in terms("lettered")):
        return False
    if is_particle(after):
        return after.lower in ("van", "de", "el", "ten", "ter") and surname_after(words, at + 1)
    return after.is_capital and any(form in surnames() for form in forms_of(after))
