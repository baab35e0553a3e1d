"""Competencies as a spaCy component: spans with rank, polarity, probability and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from kempen_nlp.comments import Comment

if TYPE_CHECKING:
    from kempen_nlp.assignments import Assignment, Evidence
    from kempen_nlp.classifier import Classifier

SPANS_KEY = "competencies"
EXTENSIONS = ("rank", "polarity", "probability", "evidence")


@Language.factory(
    "kempen_competencies",
    assigns=["doc.spans"],
    default_config={"framework": "welzijn", "model": None, "min_precision": None},
)
def create_competencies(
    nlp: Language, name: str, framework: str, model: str | None, min_precision: float | None
) -> CompetencyComponent:
    """
    Add assignments to a document, as ``doc.spans["competencies"]``.

    A span's label is the competency; ``span._.rank``, ``span._.polarity``, ``span._.probability`` and
    ``span._.evidence`` (a dictionary with the indicator's id, text, rank and similarity) say the rest.
    Spans begin and end at tokens, so that a quote that ends within a token is widened. The component
    cuts segments itself and needs nothing before it. Framework and model are written to the
    pipeline's config by name or path; a pipeline read back from disk looks for them there again.
    """
    # spaCy imports this module for every pipeline that anybody makes.
    from kempen_nlp.persistence import load_classifier

    return CompetencyComponent(nlp, name, load_classifier(framework, model=model, min_precision=min_precision))


class CompetencyComponent:
    """The component behind ``kempen_competencies``."""

    def __init__(self, nlp: Language, name: str, classifier: Classifier) -> None:
        self.name = name
        self.classifier = classifier
        self._batch_size = nlp.batch_size
        for extension in EXTENSIONS:
            if not Span.has_extension(extension):
                Span.set_extension(extension, getter=partial(_read, name=extension))

    def __call__(self, doc: Doc) -> Doc:
        """Set the spans of one document."""
        return self._annotated([doc])[0]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """Set the spans of many documents, a batch at a time."""
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            yield from self._annotated(batch)

    def _annotated(self, documents: list[Doc]) -> list[Doc]:
        comments = [Comment(str(number), doc.text, number) for number, doc in enumerate(documents, start=1)]
        for doc, result in zip(documents, self.classifier.classify_comments(comments), strict=True):
            doc.spans[SPANS_KEY] = [_span(doc, assignment) for assignment in result.assignments]
        return documents


def _span(doc: Doc, assignment: Assignment) -> Span:
    span = doc.char_span(assignment.start, assignment.end, label=assignment.competency, alignment_mode="expand")
    # Two competencies may share a stretch, and spaCy keeps what is set on a span by its ends alone.
    doc.user_data[_key(span)] = {
        "rank": assignment.rank,
        "polarity": assignment.polarity,
        "probability": assignment.probability,
        "evidence": _plain(assignment.evidence),
    }
    return span


def _key(span: Span) -> tuple[str, int, int, str]:
    return SPANS_KEY, span.start, span.end, span.label_


def _read(span: Span, name: str) -> Any:  # noqa: ANN401 - four extensions of four types
    return span.doc.user_data.get(_key(span), {}).get(name)


def _plain(evidence: Evidence) -> dict[str, Any]:
    return {
        "indicator_id": evidence.indicator_id,
        "text": evidence.text,
        "rank": evidence.rank,
        "similarity": evidence.similarity,
    }
