"""A classifier that looks for words: the page is tested with it where the model would take minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence
from kempen_nlp.comments import Comment
from kempen_nlp.framework import Framework

WORDS = {"klant": (0, 0.9), "collega": (-1, 0.8), "team": (-1, 0.3)}
"""Word to the place of a competency in the framework, and a probability."""
LOWEST = 0.5


class StandIn:
    """Has what the page asks of a ``Classifier``."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.thresholds = dict.fromkeys(framework.names, LOWEST)
        self.trained, self.matched = framework.names, ()

    def classify_comments(self, comments: Iterable[Comment]) -> Iterator[ClassifiedComment]:
        """A word of ``WORDS`` is evidence at the lowest rank with an indicator; in order, as the model."""
        for comment in comments:
            found = [self._assignment(comment.text, word) for word in WORDS if word in comment.text]
            yield ClassifiedComment(
                id=comment.id,
                text=comment.text,
                assignments=tuple(a for a in found if a.probability >= LOWEST),
                abstained=tuple(a for a in found if a.probability < LOWEST),
                problems=comment.problems,
                extra=comment.extra,
            )

    def _assignment(self, text: str, word: str) -> Assignment:
        place, probability = WORDS[word]
        competency = self.framework.competencies[place]
        level = next(one for one in competency.levels if one.indicators)
        start = text.index(word)
        indicator = level.indicators[0]
        return Assignment(
            competency=competency.name,
            rank=level.rank,
            polarity="strength",
            start=start,
            end=start + len(word),
            quote=word,
            probability=probability,
            rank_probabilities={one.rank: float(one is level) for one in competency.levels},
            evidence=Evidence(indicator.id, indicator.text, level.rank, 0.5),
        )


def load(framework: Framework, **_options: object) -> StandIn:
    """Give the stand-in where ``load_classifier`` would give the model."""
    return StandIn(framework)
