"""Two frameworks side by side: which competency and rank of one answers to which of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kempen_nlp.crosswalk.content import competency_pairs, orphans, with_definitions
from kempen_nlp.crosswalk.scales import level_answers
from kempen_nlp.distinctness import require_indicators
from kempen_nlp.distinctness.described import confusable_pairs
from kempen_nlp.distinctness.pairs import BETWEEN, Lines
from kempen_nlp.distinctness.signals import Rows, read_signals
from kempen_nlp.framework import Framework

if TYPE_CHECKING:
    from kempen_nlp.encoders import Encoder

__all__ = ["Crosswalk", "compare_frameworks", "crosswalk_study"]


@dataclass(frozen=True)
class Crosswalk:
    """What two frameworks have in common; tables."""

    first: Framework
    second: Framework
    competencies: pd.DataFrame
    """Every pair of competencies with both content signals and whether they answer to each other."""
    levels: pd.DataFrame
    """Each level of the first, read on the ranks of the second; ``second`` names what answers."""
    orphans: pd.DataFrame
    """Competencies of either side without an answer."""
    confusable: pd.DataFrame
    """Indicators that say the same on both sides."""

    def matrix(self, signal: str = "semantic") -> pd.DataFrame:
        """Return similarities, competencies of the first as rows and of the second as columns."""
        table = self.competencies.pivot_table(index="first", columns="second", values=signal, sort=False)
        return table.reindex(index=self.first.names, columns=self.second.names)


def compare_frameworks(
    first: Framework, second: Framework, *, encoder: Encoder | None = None, seed: int = 20261122
) -> Crosswalk:
    """
    Find which competencies and ranks of two frameworks answer to each other; one may answer to several, or to none.

    Competencies are compared by what their indicators, headlines and definitions say, never by their
    names: nearest sentences, both ways, against as many from the other competencies. Ranks are compared by reading
    the indicators of the one with what all levels of the other teach.

    Parameters
    ----------
    first, second : Framework
    encoder : Encoder, optional
        The general encoder by default.
    seed : int

    Raises
    ------
    FrameworkError
        If either has no indicators.
    """
    from kempen_nlp.encoders import load_encoder

    require_indicators(first, second)
    lines = Rows.of(first, second, with_headlines=True)
    content = with_definitions(lines)
    encoder = encoder or load_encoder("general")
    content_signals = read_signals(content.texts, encoder)
    competencies = competency_pairs(content, content_signals, np.random.default_rng(seed))
    pairs = confusable_pairs(Lines.read(lines, encoder))
    chosen = np.flatnonzero(lines.is_indicator)
    levels = level_answers(lines.take(chosen), content_signals.take(chosen), competencies)
    return Crosswalk(first, second, competencies, levels, orphans(competencies),
                     pairs[pairs["kind"] == BETWEEN].reset_index(drop=True))  # fmt: skip


def crosswalk_study(
    framework: Framework,
    *,
    rewordings: Mapping[str, str],
    encoder: Encoder | None = None,
    n_trials: int = 20,
    seed: int = 20261203,
) -> pd.DataFrame:
    """
    Lay a framework beside changed copies of itself and count what the crosswalk finds.

    Each competency goes to the first framework, the second or both; of those in both one is divided over two
    competencies of the second. Names say nothing; headlines and definitions are left out.

    Parameters
    ----------
    framework : Framework
        With at least three competencies.
    rewordings : mapping
        Indicator id to the same behaviour in other words, for every indicator; when empty, copies are halves only.
    encoder : Encoder, optional
        The general encoder by default.
    n_trials : int
        Copies a plant; they share the framework's texts, so the 95 % intervals are about this framework.
    seed : int

    Returns
    -------
    DataFrame
        Columns ``framework, plant, measure, found, n, share, low, high``.
    """
    from kempen_nlp.crosswalk._planted import crosswalk_counts
    from kempen_nlp.encoders import load_encoder

    require_indicators(framework)
    return crosswalk_counts(
        framework, encoder or load_encoder("general"), rewordings=rewordings, n_trials=n_trials, seed=seed
    )
