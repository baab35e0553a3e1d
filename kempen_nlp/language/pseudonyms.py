"""Put placeholders where a text says who somebody is, and keep the way back to the original places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from kempen_nlp.language.identifiers import KINDS, Mention, find_identifiers
from kempen_nlp.language.names import find_names, name_words

Finder = Callable[[str], Iterable[Mention]]
_PLACEHOLDER = re.compile(r"\[(?:" + "|".join(map(re.escape, KINDS)) + r")-\d+\]")


@dataclass(frozen=True, slots=True)
class Pseudonymised:
    """A text with placeholders. Everything that follows, offsets included, is about this text."""

    text: str
    mentions: tuple[Mention, ...]
    """What was replaced, at its place in the original."""
    places: tuple[tuple[int, int], ...]
    """Start and end of each placeholder in ``text``, in the order of ``mentions``."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """
        Return the place in the original of a stretch of ``text``; a placeholder counts whole.

        Examples
        --------
        >>> masked = Pseudonymiser().mask("Mevrouw Jansen belt terug.")
        >>> masked.text, masked.original_span(17, 21)
        ('Mevrouw [NAAM-1] belt terug.', (15, 19))
        """
        return self._original(start, at_end=False), self._original(end, at_end=True)

    def _original(self, offset: int, *, at_end: bool) -> int:
        index = bisect_right([begin for begin, _ in self.places], offset - at_end) - 1
        if index < 0:
            return offset
        begin, end = self.places[index]
        mention = self.mentions[index]
        if begin < offset < end or (at_end and offset == end) or (not at_end and offset == begin):
            return mention.end if at_end else mention.start
        return mention.end + (offset - end)


class Pseudonymiser:
    """
    Replace names, addresses and numbers by ``[NAAM-1]``, ``[E-MAIL-1]`` and the like.

    Numbers count within a comment: the same name in one comment gets the same placeholder, and
    nothing ties a person in one comment to the same person in another. So a comment's text is
    replaced the same whatever stands around it.

    Parameters
    ----------
    names : iterable of str
        Names that occur in the file, such as those of its name columns.
    finder : callable, optional
        Finds more mentions in a text, such as ``deduce_finder()``.
    """

    def __init__(self, names: Iterable[str] = (), *, finder: Finder | None = None) -> None:
        self._known = {word for name in names for word in name_words(name)}
        self._finder = finder

    def mask(self, text: str, *, names: Collection[str] = ()) -> Pseudonymised:
        """
        Replace what is found.

        Parameters
        ----------
        text : str
        names : collection of str
            Names, addresses or numbers of the persons that this very text is about; found in
            any spelling of capitals.
        """
        known = self._known | {word for name in names for word in name_words(name)}
        found = [*find_identifiers(text), *_own(text, names), *find_names(text, known)]
        if self._finder is not None:
            found += self._finder(text)
        kept = [m for m in _without_overlap(found) if not _PLACEHOLDER.search(text, max(m.start - 1, 0), m.end + 1)]
        return _replaced(text, kept)


def _own(text: str, names: Collection[str]) -> Iterable[Mention]:
    """Find the row's own names and numbers as they stand in its columns, capitals ignored."""
    for name in names:
        stripped = name.strip()
        if not stripped:
            continue
        kind = "E-MAIL" if "@" in stripped else "PERSONEELSNUMMER" if any(map(str.isdigit, stripped)) else "NAAM"
        forms = [stripped] if kind != "NAAM" else [stripped, *name_words(stripped)]
        for form in forms:
            if len(form) > 2:
                pattern = re.compile(rf"(?<!\w){re.escape(form)}(?=s?(?!\w))", re.IGNORECASE)
                yield from (Mention(m.start(), m.end(), kind) for m in pattern.finditer(text))


def _without_overlap(mentions: Iterable[Mention]) -> list[Mention]:
    """Keep the more certain kind of two that overlap, and the longer of the same kind; return them in text order."""
    found = set(mentions)
    # Nine digits of a longer telephone number may happen to pass the eleven test.
    numbers = sorted(m for m in found if m.kind == "TELEFOON")
    found -= {m for m in found if m.kind == "BSN" and _lies_within(m, numbers)}
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (KINDS.index(m.kind), m.start - m.end, m.start)):
        at = bisect_right(kept, mention)
        is_free_before = at == 0 or kept[at - 1].end <= mention.start
        if is_free_before and (at == len(kept) or mention.end <= kept[at].start):
            kept.insert(at, mention)
    return kept


def _lies_within(mention: Mention, longer: list[Mention]) -> bool:
    before = bisect_right(longer, mention) - 1
    return before >= 0 and longer[before].start < mention.start and mention.end <= longer[before].end


def _replaced(text: str, mentions: list[Mention]) -> Pseudonymised:
    numbers: dict[tuple[str, str], int] = {}
    counts: Counter[str] = Counter()
    pieces, places, last, length = [], [], 0, 0
    for mention in mentions:
        key = (mention.kind, _sameness(text[mention.start : mention.end], mention.kind))
        if key not in numbers:
            counts[mention.kind] += 1
            numbers[key] = counts[mention.kind]
        number = numbers[key]
        placeholder = f"[{mention.kind}-{number}]"
        before = text[last : mention.start]
        pieces += [before, placeholder]
        places.append((length + len(before), length + len(before) + len(placeholder)))
        length += len(before) + len(placeholder)
        last = mention.end
    return Pseudonymised("".join([*pieces, text[last:]]), tuple(mentions), tuple(places))


def _sameness(mention: str, kind: str) -> str:
    lowered = mention.casefold()
    return " ".join(lowered.split()) if kind == "NAAM" else re.sub(r"[\W_]", "", lowered)


def deduce_finder() -> Finder:
    """
    Return a finder that asks ``deduce`` for names of persons; needs the extra ``names``.

    Its very first use takes one to three minutes, later ones some seconds a process: its tables are kept as a pickle in
    a folder that only the user may write to, ``~/.cache/kempen_nlp/deduce`` or what ``DEDUCE_CACHE`` names.

    Raises
    ------
    ModuleNotFoundError
        If deduce is not installed.
    """
    from kempen_nlp.language.deduced import find_with_deduce, import_deduce

    import_deduce()  # What is lacking is found out now, not at the first comment.
    return find_with_deduce
