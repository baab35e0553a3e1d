"""What stands between first name and surname (van den, el): which rows of it only names have."""

from __future__ import annotations

from kempen_nlp.language.name_lists import any_surnames, common_words, stop_words, surnames, terms
from kempen_nlp.language.name_words import Word, forms_of

_MAX_PARTICLES = 3
_OPENING = frozenset({"el", "al", "ben", "ait", "aït", "abu", "vande", "vanden", "vander"})
_PREPOSITIONS = frozenset({"op", "in", "aan", "uit", "bij", "onder", "over", "te", "tot"})
_CHAINS = frozenset({"van der", "van den", "van 't", "van ’t", "in 't", "in ’t", "ter", "ten", "op den", "uit den"})
"""After these a word with a capital is a surname, whatever it is."""
_LOOSE_CHAINS = frozenset({"van de", "op de", "op 't", "uit de", "von", "van het", "aan de", "de la", "d'", "over de"})
"""After these only a known one."""


def is_particle(word: Word) -> bool:
    """Say whether a word can stand between first name and surname."""
    return word.lower in terms("name_particles") and not (len(word.text) == 1 and word.text in "DV")


def names_a_person(words: list[Word], at: int) -> bool:
    """Say whether particles begin here that only names have ("van der Meer", "El Amrani")."""
    if not is_particle(words[at]):
        return False
    end = _past_particles(words, at)
    if end >= len(words) or not words[end].joined or not words[end].is_capital or words[end].is_shouted:
        return False
    last = words[end]
    is_known = any(form in surnames() for form in forms_of(last))
    if end == at + 1 and is_known and (words[at].is_capital or words[at].lower not in _PREPOSITIONS):
        return True
    chain = _chain(words, at, end)
    if last.lower in terms("not_names"):
        return chain in ("ter", "ten")
    if words[at].lower in _OPENING and words[at].is_capital:
        return True
    # A text that begins with a small letter, and a surname: "van Oorschot en ter Haar".
    begins = at == 0 and chain in ("van", "de") and not words[at].is_capital and last.lower not in terms("usual_words")
    return chain in _CHAINS or (chain in _LOOSE_CHAINS and is_known) or begins


def chain_after(words: list[Word], at: int) -> bool:
    """Say whether particles begin here that only names have, whatever follows with a capital."""
    end = _past_particles(words, at)
    return names_a_person(words, at) and _chain(words, at, end) in _CHAINS


def surname_after(words: list[Word], at: int, *, small: bool = False) -> bool:
    """
    Say whether a surname stands after the particles that begin here.

    Parameters
    ----------
    words : list of Word
    at : int
    small : bool
        Whether the name is typed without capitals, so that any word will do that is not common.
    """
    end = _past_particles(words, at)
    if end >= len(words) or not words[end].joined:
        return False
    last = words[end]
    if last.is_capital:
        return last.lower not in terms("not_names") or _chain(words, at, end) in _CHAINS
    if small:
        is_plain = last.lower in common_words() or _chain(words, at, end) in _PREPOSITIONS
        return last.lower in any_surnames() or (len(last.text) > 3 and not is_plain)
    return any(form in surnames() for form in forms_of(last)) and last.lower not in stop_words()


def _past_particles(words: list[Word], at: int) -> int:
    end = at
    while (
        end < len(words) and end - at < _MAX_PARTICLES and is_particle(words[end]) and (end == at or words[end].joined)
    ):
        end += 1
    return end


def _chain(words: list[Word], at: int, end: int) -> str:
    return " ".join(w.lower for w in words[at:end])
