"""Find names of persons: where they begin, how far they go, and which others they vouch for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kempen_nlp.language.identifiers import Mention
from kempen_nlp.language.name_anchors import anchor
from kempen_nlp.language.name_lists import (
    WORDY,
    any_surnames,
    common_words,
    first_names,
    is_dutch,
    is_verb,
    stop_words,
    terms,
)
from kempen_nlp.language.name_particles import is_particle, names_a_person, surname_after
from kempen_nlp.language.name_words import Word, forms_of, is_mixed, words_of

_SPACES = " \t"
_LONGEST = 40
"""Characters of the longest name of an organisation."""


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
    runs = _anchored(words, known)
    runs = _vouched_for(text, words, runs, known)
    for begin, end in sorted(_repeated(words, runs, known)):
        last = words[end - 1]
        stop = last.end if last.is_initial else last.start + len(last.text)
        bare = next((w.start for w in words[begin:end] if w.is_capital or not is_particle(w)), words[begin].start)
        if not is_organisation(text, bare, stop):
            yield Mention(words[begin].start, stop, "NAAM")


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


def is_whole_name(value: str) -> bool:
    """
    Say whether a cell holds the full name of a person and nothing else.

    Examples
    --------
    >>> [is_whole_name(cell) for cell in ("Sanne de Vries", "Adviseur A", "Den Haag", "Team Noord", "De Groot")]
    [True, False, False, False, False]
    """
    words = list(words_of(value))
    if len(words) < 2 or not any(form in first_names() for form in forms_of(words[0])):
        return False
    return [(m.start, m.end) for m in find_names(value)] == [(0, len(value.rstrip()))]


def _anchored(words: list[Word], known: Collection[str]) -> list[tuple[int, int]]:
    runs, position = [], 0
    while position < len(words):
        begin = anchor(words, position, known)
        if begin is None:
            position += 1
            continue
        end = _extended(words, begin, known)
        if end > begin:
            runs.append((begin, end))
        position = max(end, position + 1)
    return runs


def _vouched_for(
    text: str, words: list[Word], runs: list[tuple[int, int]], known: Collection[str]
) -> list[tuple[int, int]]:
    """Add what stands in a row with a name: "Olumide en Blessing", "yvonne en bas", "Koning of Prins", "Knoop, P."."""
    found = list(runs)
    taken = {i for begin, end in runs for i in range(begin, end)}
    queue = list(runs)
    while queue:
        begin, end = queue.pop()
        for at in _neighbours(text, words, begin, end):
            if at not in taken and _may_join(words, at, words[begin]):
                run = (at, _free(at, _extended(words, at, known), taken))
                if any(not is_particle(word) for word in words[slice(*run)]):
                    taken.update(range(*run))
                    found.append(run)
                    queue.append(run)
    return found


def _free(at: int, end: int, taken: Collection[int]) -> int:
    """Return where a run from ``at`` to ``end`` must stop because another begins."""
    return next((i for i in range(at + 1, end) if i in taken), end)


def _neighbours(text: str, words: list[Word], begin: int, end: int) -> Iterator[int]:
    """Yield the words next to a run, with a comma, a slash, or *en* or *of* between."""
    if end + 1 < len(words) and words[end].lower in ("en", "of") and words[end].joined and words[end + 1].joined:
        yield end + 1
    if begin >= 2 and words[begin - 1].lower in ("en", "of") and words[begin - 1].joined and words[begin].joined:
        yield begin - 2
    for first, second, new in ((end - 1, end, end), (begin - 1, begin, begin - 1)):
        if first >= 0 and second < len(words):
            between = text[words[first].start + len(words[first].text) : words[second].start].strip(_SPACES)
            if between in (",", "/", "&", "+"):
                yield new


def _may_join(words: list[Word], at: int, beside: Word) -> bool:
    """Say whether a word beside a name is one too: by its capital, or by a list where all is in small letters."""
    word = words[at]
    if is_particle(word):
        is_first = at + 1 < len(words) and words[at + 1].lower in first_names()
        return not is_first and (names_a_person(words, at) or (word.lower == "van" and surname_after(words, at)))
    if (word.lower in stop_words() and word.lower not in terms("ambiguous_names")) or is_mixed(word.text):
        return False
    if not word.is_capital:
        known = any(form in first_names() or form in terms("far_first_names") for form in forms_of(word)[:2])
        return not beside.is_capital and (known or (len(word.text) > 3 and not is_dutch(word.lower)))
    if word.is_initial:
        return True
    if word.lower in terms("not_names") or word.is_shouted:
        return False
    listed = any(form in first_names() or form in any_surnames() for form in forms_of(word))
    # Dutch gives no capital to a word in the middle of a sentence for being a noun.
    is_long = len(word.text) > 8 and (word.lower.endswith(WORDY) or is_dutch(word.lower))
    return listed or not (word.lower in terms("usual_words") or is_long)


def _repeated(words: list[Word], runs: list[tuple[int, int]], known: Collection[str]) -> list[tuple[int, int]]:
    """Add where a word of a found name stands again with a capital."""
    taken = {i for begin, end in runs for i in range(begin, end)}
    seen = {w.lower for i in taken if (w := words[i]).is_capital and len(w.text) > 2 and not is_particle(w)}
    for name in ("not_names", "usual_words", "name_titles", "opening_words"):
        seen -= terms(name)
    seen -= stop_words()
    added: list[tuple[int, int]] = []
    for at, word in enumerate(words):
        if at in taken or not word.is_capital or not any(form in seen for form in forms_of(word)[:2]):
            continue
        begin = _with_particles(words, at, taken)
        end = _free(at, _extended(words, begin, known), taken)
        added.append((begin, max(end, at + 1)))
        taken.update(range(begin, max(end, at + 1)))
    return runs + added


def _with_particles(words: list[Word], at: int, taken: Collection[int]) -> int:
    """Return where a surname begins that stands at ``at``, particles with a capital before it included."""
    while at and at - 1 not in taken and words[at].joined and words[at - 1].is_capital and is_particle(words[at - 1]):
        at -= 1
    return at


def _extended(words: list[Word], begin: int, known: Collection[str]) -> int:
    """Return one past the last word of the name that begins here."""
    end = begin
    small = not words[begin].is_capital
    while end < len(words):
        word = words[end]
        if end > begin and not _continues(words, end):
            break
        if is_particle(word) and not (any(f in known for f in forms_of(word)) and word.is_capital):
            if not surname_after(words, end, small=small):
                break
            while end < len(words) and is_particle(words[end]):
                end += 1
            end = min(end + 1, len(words))
            continue
        if end > begin and not _belongs(words, end, begin, known):
            break
        end += 1
    return end


def _continues(words: list[Word], at: int) -> bool:
    before = words[at - 1]
    is_title = before.raw.lower() in terms("name_titles")
    return words[at].joined and (not before.raw.endswith(".") or len(before.text) == 1 or before.is_initial or is_title)


def _belongs(words: list[Word], at: int, begin: int, known: Collection[str]) -> bool:
    word, first = words[at], words[begin]
    if word.is_initial or word.lower in ("jr", "sr") or any(form in known for form in forms_of(word)):
        return True
    if word.is_capital:
        # "Carolien Spaans" is a name, "Carolien Jansen Spaans" hardly.
        is_surname = word.lower in any_surnames() and at == begin + 1
        is_barred = word.lower in terms("not_names") and not (word.lower in stop_words() or is_surname)
        return not is_barred and not (word.is_shouted and not first.is_shouted)
    # Typed without capitals throughout: "fatima jansen".
    if first.is_capital or word.lower in common_words() or is_verb(word.lower):
        return False
    return word.lower in any_surnames() or not (is_dutch(word.lower) or len(word.text) < 4)


def is_organisation(text: str, start: int, end: int) -> bool:
    """Say whether a stretch is, or lies within, a well-known body or brand with a person's name."""
    first = max(0, start - _LONGEST)
    around = text[first : end + _LONGEST].lower()
    for name in terms("organisations"):
        at = around.find(name)
        if 0 <= at <= start - first and end - first <= at + len(name):
            return (
                not around[max(at - 1, 0) : at].isalnum() and not around[at + len(name) : at + len(name) + 1].isalnum()
            )
    return False
