"""How well the writers' own labels and the blind second labels of the shipped comments agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kempen_nlp import corpus
from kempen_nlp.agreement import competency_alpha, rank_alpha
from kempen_nlp.yardstick import competency_names


def annotation_agreement(*, n_resamples: int = 1000, seed: int = 0) -> dict[str, pd.DataFrame]:
    """
    Return how well writers' own labels and the blind second labels agree, before adjudication.

    Returns
    -------
    dict
        ``competency`` and ``rank``: Krippendorff's alpha per competency and over all, with
        intervals, as ``agreement.competency_alpha`` and ``agreement.rank_alpha`` give; ``counts``:
        how many comments were read twice, how many adjudicated, and what was decided.
    """
    folder = corpus.shipped_path("corpus", "feedback")
    second = {row["id"]: row["labels"] for row in _json_lines(folder / "second_labels.jsonl")}
    adjudicated = list(_json_lines(folder / "adjudication.jsonl"))
    before = {row["id"]: row["first_labels"] for row in adjudicated if row["decision"] == "changed"}
    names = competency_names([corpus.load_framework(name) for name in corpus.LABELLED_WITH])
    both = [c for c in corpus.load_feedback() if c.id in second]
    ranks = np.full((2, len(both), len(names)), np.nan)
    for row, comment in enumerate(both):
        own = (
            before[comment.id]
            if comment.id in before
            else [{"competency": x.competency, "rank": x.rank} for x in comment.labels]
        )
        for annotator, labels in enumerate((own, second[comment.id])):
            for label in reversed(labels):
                ranks[annotator, row, names.index(label["competency"])] = label["rank"]
    decisions = pd.Series([row["decision"] for row in adjudicated]).value_counts()
    return {
        "competency": competency_alpha(~np.isnan(ranks), names, n_resamples=n_resamples, random_state=seed),
        "rank": rank_alpha(ranks, names, n_resamples=n_resamples, random_state=seed),
        "counts": pd.DataFrame(
            {"n": pd.concat([pd.Series({"read twice": len(both), "adjudicated": len(adjudicated)}), decisions])}
        ),
    }


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
