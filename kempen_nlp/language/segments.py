"""Cut comments into sentences, and sentences into clauses that can carry a judgement of their own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kempen_nlp.language.terms import load_terms

SPANS_KEY = "segments"
MAX_CHARS = 100_000
_SENTENCE_END = frozenset(".!?…")
_CLOSERS = frozenset("\"'”’)]»")
_JOINTS = frozenset(";|•·–—")
_MIN_WORDS = 2
_CONTRAST = frozenset(load_terms("contrast"))
_OPENS_ANYWHERE = frozenset({"hoewel", "alhoewel", "terwijl"})
_DENIALS = frozenset({"niet", "geen"})
_BEFORE_LIMITING_MAAR = frozenset({"ook", "nog", "zeg", "alleen", "slechts"})
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a comment: a sentence or a clause."""

    start: int
    """First character, counted from 0."""
    end: int
    """One past the last character."""
    text: str
    """``comment[start:end]``, always."""
    sentence: tuple[int, int]
    """Start and end of the sentence that it is part of."""


@cache
def dutch_pipeline() -> Language:
    """Return ``spacy.blank("nl")`` with the segmenter; made once a process."""
    nlp = spacy.blank("nl")
    nlp.max_length = MAX_CHARS + 1
    nlp.add_pipe("kempen_segments")
    return nlp


@Language.factory("kempen_segments", assigns=["token.is_sent_start", "doc.spans"], default_config={})
def create_segmenter(nlp: Language, name: str) -> Segmenter:
    """
    Add sentence starts, and clauses as ``doc.spans["segments"]``, to a document.

    Needs nothing before it; abbreviations with a full stop are made single tokens of the
    pipeline's own tokenizer.
    """
    return Segmenter(nlp, name)


class Segmenter:
    """The component behind ``kempen_segments``."""

    def __init__(self, nlp: Language, name: str = "kempen_segments") -> None:
        self.name = name
        for abbreviation in load_terms("abbreviations"):
            for form in {abbreviation, abbreviation.capitalize()}:
                nlp.tokenizer.add_special_case(form, [{"ORTH": form}])

    def __call__(self, doc: Doc) -> Doc:
        """Set sentence starts and segment spans."""
        starts = _sentence_starts(doc)
        for token in doc:
            token.is_sent_start = token.i in starts
        bounds = [*sorted(starts), len(doc)]
        spans = []
        for first, last in pairwise(bounds):
            spans += [doc[a:b] for a, b in _clauses(doc, first, last)]
        doc.spans[SPANS_KEY] = spans
        return doc


def split_segments(text: str) -> list[Segment]:
    """
    Cut a comment into segments, in order; stretches without letters or digits are left out.

    Parameters
    ----------
    text : str
        Of at most 100,000 characters.

    Examples
    --------
    >>> [s.text for s in split_segments("Luistert goed, maar maakt niets af. Top!")]
    ['Luistert goed', 'maar maakt niets af.', 'Top!']
    """
    if not _WORD.search(text):
        return []
    return list(segments_of(dutch_pipeline()(text)))


def split_all(texts: Iterable[str]) -> list[list[Segment]]:
    """
    Cut many comments; see ``split_segments``.

    spaCy remembers every word that it ever met; here it forgets those that these texts brought,
    so that a million comments take no more memory than a few.
    """
    with dutch_pipeline().memory_zone():
        return [split_segments(text) for text in texts]


def segments_of(doc: Doc) -> Iterator[Segment]:
    """Yield the segments that the component set, without white space at their ends."""
    text = doc.text
    # Asking a span for its sentence searches the whole document each time.
    sentences = list(doc.sents)
    starts = [sentence.start for sentence in sentences]
    for span in doc.spans[SPANS_KEY]:
        start, end = _trimmed(text, span.start_char, span.end_char)
        if not _WORD.search(text, start, end):
            continue
        sentence = sentences[bisect_right(starts, span.start) - 1]
        yield Segment(start, end, text[start:end], _trimmed(text, sentence.start_char, sentence.end_char))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in ",;|•·–—-*"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;|•·–—"):
        end -= 1
    return start, end


def _sentence_starts(doc: Doc) -> set[int]:
    starts = {0} if len(doc) else set()
    for token in doc[:-1]:
        following = doc[token.i + 1]
        if token.is_space and "\n" in token.text:
            starts.add(following.i)
        elif token.text[-1:] in _SENTENCE_END and _ends_sentence(doc, token.i):
            position = token.i + 1
            while position < len(doc) and doc[position].text[:1] in _CLOSERS and not doc[position - 1].whitespace_:
                position += 1
            if position < len(doc):
                starts.add(position)
    return starts


def _ends_sentence(doc: Doc, index: int) -> bool:
    token, following = doc[index], doc[index + 1]
    if not token.whitespace_ and not following.is_space and following.text[:1] not in _CLOSERS:
        return False
    if len(token.text) > 1 and token.text.endswith("."):
        return False
    # An initial ("J. de Vries") is one capital and a full stop.
    before = doc[index - 1] if index else None
    is_initial = before is not None and len(before) == 1 and before.is_upper and not before.whitespace_
    return not (token.text == "." and is_initial)


def _clauses(doc: Doc, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield token bounds of the clauses of one sentence."""
    begin = first
    for index in range(first + 1, last):
        joint = _is_joint(doc, index, begin)
        if joint and _n_words(doc, begin, index) >= _MIN_WORDS and _n_words(doc, index, last) >= _MIN_WORDS:
            yield begin, index
            begin = index
    if begin < last:
        yield begin, last


def _is_joint(doc: Doc, index: int, begin: int) -> bool:
    """Say whether a new clause begins at this token; ``begin`` is where the present one began."""
    before = doc[index - 1]
    if before.text in _JOINTS or (before.text == "-" and before.whitespace_):
        return True
    word = doc[index].lower_
    if word == "maar":
        # "niet bellen maar mailen" and "ook maar" correct or limit; they do not turn the judgement.
        corrects = before.text != "," and any(t.lower_ in _DENIALS for t in doc[begin:index])
        return not corrects and before.lower_ not in _BEFORE_LIMITING_MAAR
    return word in _CONTRAST and (before.text == "," or word in _OPENS_ANYWHERE)


def _n_words(doc: Doc, first: int, last: int) -> int:
    return sum(bool(_WORD.search(token.text)) for token in doc[first:last])
