"""Find names of persons: by titles, initials, known first names and surnames, and what stands around them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kempen_nlp.language.identifiers import Mention
from kempen_nlp.language.name_words import (
    WORDY,
    Word,
    common_words,
    forms_of,
    is_dutch,
    is_listed,
    is_mixed,
    is_possessive,
    is_surname_like,
    is_verb_like,
    terms,
    words_of,
)

_MAX_PARTICLES = 3
_OPENING = frozenset({"el", "al", "ben", "ait", "aït", "abu", "vande", "vanden", "vander"})
_CHAINS = frozenset({"van der", "van den", "van 't", "van ’t", "in 't", "in ’t", "ter", "ten", "op den", "uit den"})
"""After these a word with a capital is a surname, whatever it is."""
_LOOSE_CHAINS = frozenset({"van de", "op de", "op 't", "uit de", "von", "van het", "aan de", "de la", "d'", "over de"})
"""After these only a known one."""
_BEFORE_THINGS = frozenset({"de", "het", "een", "deze", "dit", "onze", "elke", "ieder", "in", "uit", "te", "'t"})


def find_names(text: str, known: Collection[str] = ()) -> Iterator[Mention]:
    """
    Yield names of persons, first names, surnames and what stands between them as one mention.

    Parameters
    ----------
    text : str
    known : collection of str
        Words of names that are known to occur, in lower case; see ``name_words``.

    Examples
    --------
    >>> text = "Samen met mevr. A. van den Berg en fatima hielp hij Noor."
    >>> [text[m.start : m.end] for m in find_names(text, {"noor"})]
    ['A. van den Berg', 'fatima', 'Noor']
    """
    words = list(words_of(text))
    position = 0
    while position < len(words):
        begin = _anchor(words, position, known)
        if begin is None:
            position += 1
            continue
        end = _extended(words, begin, known)
        if end > begin:
            last = words[end - 1]
            stop = last.end if last.is_initial else last.start + len(last.text)
            yield Mention(words[begin].start, stop, "NAAM")
        position = max(end, position + 1)


def name_words(name: str) -> set[str]:
    """
    Return the words of a name as a column gives it, in lower case, particles and initials left out.

    Examples
    --------
    >>> sorted(name_words("Berg, Noor van den (N.)"))
    ['berg', 'noor']
    """
    found = {word.lower for word in words_of(name) if not word.is_initial and len(word.text) > 1}
    return found - terms("name_particles") - terms("name_titles")


def _anchor(words: list[Word], at: int, known: Collection[str]) -> int | None:
    """Return where a name begins if this word says that one does: at it, or after it."""
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) and words[at + 1].joined else None
    if word.raw.lower() in terms("name_titles"):
        return _after_title(words, at)
    if following and word.raw.lower() in terms("name_roles"):
        start = _skip_titles(words, at + 1)
        if start < len(words) and words[start].joined and _may_follow_role(words, start):
            return start
    if _is_name(words, at, known):
        return at
    return None


def _after_title(words: list[Word], at: int) -> int | None:
    start = _skip_titles(words, at + 1)
    if start >= len(words) or not (words[start].joined or words[at].raw.endswith(".")):
        return None
    word = words[start]
    is_letter = word.is_initial or (len(word.text) == 1 and word.raw.endswith("."))
    if is_letter or word.lower in terms("name_particles"):
        return start if is_letter or _surname_after(words, start) else None
    if word.is_capital:
        return start if word.lower not in terms("not_names") or is_listed(word) else None
    acts = start + 1 < len(words) and words[start + 1].lower in terms("name_verbs")
    return start if is_listed(word) or (acts and word.lower not in common_words() and len(word.text) > 2) else None


def _skip_titles(words: list[Word], at: int) -> int:
    titles = ("dr", "drs", "ir", "ing", "mr", "prof", "mevr", "dhr", "mw", "msc", "bsc")
    while at < len(words) and words[at].joined and words[at].lower in titles:
        at += 1
    return at


def _may_follow_role(words: list[Word], at: int) -> bool:
    word = words[at]
    if word.is_initial:
        return True
    if word.lower in terms("name_particles"):
        return word.is_capital and _surname_after(words, at)
    return word.is_capital and not word.is_shouted and word.lower not in terms("not_names") and len(word.text) > 1


def _is_name(words: list[Word], at: int, known: Collection[str]) -> bool:  # noqa: PLR0911 - one for each kind of word
    word = words[at]
    if len(word.text) < 2 or word.is_initial:
        return _surname_after_initial(words, at, known) if word.is_initial else _surname_after_letter(words, at)
    forms = forms_of(word)
    ambiguous = any(form in terms("ambiguous_names") for form in forms[:2]) or word.lower in terms("not_names")
    if any(form in known for form in forms):
        return (word.is_capital and not (ambiguous and word.opens and not _name_after(words, at))) or (
            not ambiguous and word.lower not in common_words()
        )
    if word.lower in terms("name_particles"):
        return _particle_name(words, at) or (word.is_capital and not word.opens and _surname_after(words, at))
    first = any(form in terms("first_names") for form in forms)
    if first or any(form in terms("surnames") for form in forms):
        if not ambiguous:
            return (
                word.is_capital
                or forms[0] in terms("first_names")
                or (not first and len(word.text) > 4 and forms[0] in terms("surnames"))
            )
        if not word.is_capital and first and at + 2 < len(words) and words[at + 1].lower in terms("name_particles"):
            return (
                any(form in terms("surnames") for w in words[at + 2 : at + 4] for form in forms_of(w))
                and words[at + 2].joined
            )
        is_mid = word.is_capital and not word.opens and word.lower not in terms("not_names")
        acts = first and at + 1 < len(words) and words[at + 1].joined and words[at + 1].lower in terms("name_verbs")
        return is_mid or (word.is_capital and (acts or _name_after(words, at)))
    return _is_unknown_name(words, at)


def _is_unknown_name(words: list[Word], at: int) -> bool:  # noqa: PLR0911 - one for each reason
    """Take a word with a capital for a name where Dutch does not know it, or the words around it ask for a name."""
    word = words[at]
    if not word.is_capital or word.is_shouted or len(word.text) < 3 or word.lower in terms("not_names"):
        return False
    if is_mixed(word.text):
        return False
    before = words[at - 1].lower if at and word.joined else ""
    if before in _BEFORE_THINGS:
        return False
    following = words[at + 1] if at + 1 < len(words) and words[at + 1].joined else None
    acts = following is not None and following.lower in terms("name_verbs")
    if following is not None and (
        is_surname_like(following) or (following.is_capital and _particle_name(words, at + 1))
    ):
        return True
    if word.opens and is_possessive(word) and not is_dutch(forms_of(word)[1]):
        return True
    if any(is_dutch(form) for form in (word.lower, *forms_of(word)[:2])):
        return (
            bool(before)
            and not word.opens
            and (acts or before in terms("name_contexts") or before in terms("name_objects"))
        )
    if not word.opens:
        return True
    # Any word may begin a sentence, and dictionaries lack many; a name is followed by what people do, or by another.
    in_a_row = at + 1 < len(words) and not words[at + 1].joined and not words[at + 1].opens and words[at + 1].is_capital
    acts = acts or (following is not None and is_verb_like(following.text))
    joins = following is not None and following.lower in ("en", "of")
    return (acts or joins or in_a_row or _name_after(words, at)) and not word.lower.endswith(WORDY)


def _particle_name(words: list[Word], at: int) -> bool:
    """Say whether particles begin here that only names have ("van der Meer", "El Amrani")."""
    word = words[at]
    if word.lower not in terms("name_particles"):
        return False
    end = at
    while (
        end < len(words)
        and end - at < _MAX_PARTICLES
        and words[end].lower in terms("name_particles")
        and (end == at or words[end].joined)
    ):
        end += 1
    if end >= len(words) or not words[end].joined or not words[end].is_capital or words[end].is_shouted:
        return False
    last = words[end]
    if end == at + 1 and any(form in terms("surnames") for form in forms_of(last)):
        return True
    if last.lower in terms("not_names"):
        return False
    chain = " ".join(w.lower for w in words[at:end])
    if word.lower in _OPENING and word.is_capital:
        return True
    is_known = any(form in terms("surnames") for form in forms_of(last))
    return chain in _CHAINS or (chain in _LOOSE_CHAINS and is_known)


def _surname_after(words: list[Word], at: int) -> bool:
    end = at
    while (
        end < len(words)
        and end - at < _MAX_PARTICLES
        and words[end].lower in terms("name_particles")
        and (end == at or words[end].joined)
    ):
        end += 1
    if end >= len(words) or not words[end].joined:
        return False
    return (words[end].is_capital and words[end].lower not in terms("not_names")) or any(
        form in terms("surnames") for form in forms_of(words[end])
    )


def _surname_after_initial(words: list[Word], at: int, known: Collection[str]) -> bool:
    end = at
    while end + 1 < len(words) and words[end].is_initial and end - at < 4:
        end += 1
    # "niveau B. Daarna": a letter that names a thing, then a sentence.
    if at and words[at - 1].joined is not None and words[at - 1].lower in terms("lettered"):
        return False
    if end == at or end >= len(words):
        return False
    word = words[end]
    if word.lower in terms("name_particles"):
        return _surname_after(words, end)
    if not word.is_capital or word.lower in terms("not_names") or word.lower in common_words():
        return word.is_capital and is_listed(word)
    return len(word.text) > 1 or word.lower in known


def _surname_after_letter(words: list[Word], at: int) -> bool:
    """Say whether a capital without a full stop is an initial ("J van Dam")."""
    if not words[at].is_capital or at + 1 >= len(words) or not words[at + 1].joined:
        return False
    if at and words[at - 1].lower in terms("lettered"):
        return False
    following = words[at + 1]
    if following.lower in terms("name_particles"):
        return following.lower in ("van", "de", "van", "el", "ten", "ter") and _surname_after(words, at + 1)
    return following.is_capital and any(form in terms("surnames") for form in forms_of(following))


def _name_after(words: list[Word], at: int) -> bool:
    if at + 1 >= len(words) or not words[at + 1].joined or words[at].raw.endswith("."):
        return False
    following = words[at + 1]
    if following.lower in terms("name_particles"):
        return _surname_after(words, at + 1)
    return following.is_capital and not following.is_shouted and following.lower not in terms("not_names")


def _extended(words: list[Word], begin: int, known: Collection[str]) -> int:
    """Return one past the last word of the name that begins here."""
    end = begin
    while end < len(words):
        word = words[end]
        if end > begin and (not _continues(words, end)):
            break
        if word.lower in terms("name_particles") and not (any(f in known for f in forms_of(word)) and word.is_capital):
            if not _surname_after(words, end):
                break
            while words[end].lower in terms("name_particles"):
                end += 1
            end += 1
            continue
        if end > begin and not _belongs(word, words[begin], known):
            break
        end += 1
    return end


def _continues(words: list[Word], at: int) -> bool:
    before = words[at - 1]
    return words[at].joined and (not before.raw.endswith(".") or before.is_initial or _is_title(before))


def _is_title(word: Word) -> bool:
    return word.raw.lower() in terms("name_titles")


def _belongs(word: Word, first: Word, known: Collection[str]) -> bool:
    if word.is_initial or any(form in known for form in forms_of(word)):
        return True
    if word.is_capital:
        return word.lower not in terms("not_names") and not (word.is_shouted and not first.is_shouted)
    # Typed without capitals throughout: "fatima jansen".
    return not first.is_capital and word.lower in terms("surnames") and word.lower not in common_words()
