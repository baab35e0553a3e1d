"""Bring the signals together: one verdict a pair of neighbouring levels, and one list of what to mend first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from kempen_nlp.distinctness import _levels
from kempen_nlp.distinctness import order as order_tests
from kempen_nlp.distinctness.described import BY_DEGREE, BY_MARKER, BY_OTHER, SAME
from kempen_nlp.distinctness.pairs import WITHIN

DISTINCT, IN_ORDER, REVERSED, BLURRED = "onderscheiden", "op volgorde", "omgekeerd", "vloeit over"
NOT_SHOWN, TOO_FEW = "niet aangetoond", "te weinig indicatoren om iets te zeggen"
_KEYS = ["competency", "lower_rank", "upper_rank"]
SUMMARY_COLUMNS = [
    "competency", "lower_rank", "upper_rank", "n_lower", "n_upper", "distinct_votes", "order_votes", "reversed_votes",
    "overlap_votes", "n_confusable", "distinct", "order", "is_blurred",
]  # fmt: skip
MEND_COLUMNS = ["urgency", "what", "competency", "ranks", "text", "other_text", "why", "sharpen"]
FEW_WORDS = 2
"""Sentences that differ in no more words than these count as near-duplicates, whatever the words are."""
_CONTRAST_URGENCY = {SAME: 2, BY_DEGREE: 2, BY_OTHER: 5, BY_MARKER: 6}


def summarize(levels: pd.DataFrame, adjacent: pd.DataFrame, confusable: pd.DataFrame) -> pd.DataFrame:
    """
    Return one row a pair of neighbouring levels, with how many of the three signals say what.

    ``distinct`` and ``order`` need two signals that show it after correction for many tests; a pair
    is reversed when two signals find the lower level reading higher, and blurred when two find its
    indicators no more alike within the levels than between them, and two the upper reading no higher.
    """
    n_confusable = _n_by_pair(confusable)
    tested: dict[Any, pd.DataFrame] = dict(iter(levels.groupby(_KEYS, sort=False)))
    lower = adjacent.assign(not_higher=adjacent["higher"] <= 0.5).groupby(_KEYS, sort=False)["not_higher"].sum()
    found = []
    for row in order_votes(adjacent).to_dict("records"):
        key = (row["competency"], row["lower_rank"], row["upper_rank"])
        pair = tested[key]
        distinct, overlap = int((pair["verdict"] == _levels.DISTINCT).sum()), int((pair["margin"] <= 0).sum())
        too_few = bool((pair["verdict"] == _levels.TOO_FEW).all())
        found.append((
            *key, int(pair["n_lower"].iloc[0]), int(pair["n_upper"].iloc[0]), distinct, row["order_votes"],
            row["reversed_votes"], overlap, n_confusable[key],
            DISTINCT if distinct >= 2 else TOO_FEW if too_few else NOT_SHOWN, row["order"],
            not too_few and overlap >= 2 and int(lower[key]) >= 2,
        ))  # fmt: skip
    return pd.DataFrame(found, columns=SUMMARY_COLUMNS)


def order_votes(adjacent: pd.DataFrame) -> pd.DataFrame:
    """
    Count for each pair of neighbours how many signals call it in order, and how many reversed.

    Returns columns ``competency, lower_rank, upper_rank, order_votes, reversed_votes, order``; ``order`` needs two.
    """
    found = []
    key: Any
    for key, signals in adjacent.groupby(_KEYS, sort=False):
        in_order = int((signals["verdict"] == order_tests.IN_ORDER).sum())
        reversed_ = int((signals["verdict"] == order_tests.REVERSED).sum())
        none = bool((signals["verdict"] == order_tests.TOO_FEW).all())
        verdict = REVERSED if reversed_ >= 2 else IN_ORDER if in_order >= 2 else TOO_FEW if none else NOT_SHOWN
        found.append((*key, in_order, reversed_, verdict))
    return pd.DataFrame(found, columns=[*_KEYS, "order_votes", "reversed_votes", "order"])


def _n_by_pair(confusable: pd.DataFrame) -> Counter[tuple[str, int, int]]:
    ranks = confusable[["rank_a", "rank_b"]].astype(int)
    lower, upper = ranks.min(axis=1), ranks.max(axis=1)
    return Counter(zip(confusable["competency_a"].astype(str), lower, upper, strict=True))


def per_competency(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """
    Return one row a competency: is it in order as a whole, and how much in it was flagged.

    ``order_votes`` counts the signals whose readings rise with rank (q at most 0.05); two make
    "op volgorde". ``put_back_votes`` counts those that put indicators back better than chance.
    """
    found = []
    for competency, order in tables["order"].groupby("competency", sort=False):
        votes = int((order["q"] <= order_tests.ALPHA).sum())
        back = tables["put_back"][tables["put_back"]["competency"] == competency]
        within = tables["confusable"]
        within = within[(within["kind"] == WITHIN) & (within["competency_a"] == competency)]
        odd = tables["indicators"][tables["indicators"]["competency"] == competency]
        verdict = IN_ORDER if votes >= 2 else TOO_FEW if order["p"].isna().all() else NOT_SHOWN
        found.append((
            competency, int(order["n"].iloc[0]), votes, verdict, int((back["p"] <= _levels.ALPHA).sum()), len(within),
            int((odd["verdict"] == "flag").sum()),
        ))  # fmt: skip
    columns = ["competency", "n", "order_votes", "order", "put_back_votes", "n_confusable", "n_misplaced"]
    return pd.DataFrame(found, columns=columns)


def mend_list(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """
    Return what to mend, most urgent first.

    Returns
    -------
    DataFrame of shape (n_findings, 8)
        ``urgency`` 1 levels that stand the wrong way round; 2 indicators of two levels that only words
        of degree, two words or nothing set apart; 3 neighbours that run into each other; 4 indicators
        that read like another rank or stand in two competencies word for word; 5 and 6 other indicators
        that say the same; 7 levels without or with one indicator. The other columns are Dutch
        sentences, or quotes.
    """
    found = [
        *_from_summary(tables["summary"]),
        *_from_pairs(tables["confusable"]),
        *_from_indicators(tables["indicators"]),
        *_from_lint(tables["lint"]),
    ]
    table = pd.DataFrame(found, columns=MEND_COLUMNS)
    return table.sort_values("urgency", kind="stable", ignore_index=True)


def _from_summary(summary: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for row in summary.to_dict("records"):
        ranks = f"{row['lower_rank']} en {row['upper_rank']}"
        if row["order"] == REVERSED:
            why = (
                f"{row['reversed_votes']} van de 3 signalen lezen niveau {row['lower_rank']} hoger dan "
                f"{row['upper_rank']}."
            )
            yield 1, "niveaus in omgekeerde volgorde", row["competency"], ranks, "", "", why, ""
        elif row["is_blurred"]:
            why = (
                f"Volgens {row['overlap_votes']} van de 3 signalen lijken de indicatoren van de twee niveaus evenveel "
                "op elkaar als op hun eigen niveau, en leest het hogere niveau niet hoger."
            )
            yield 3, "niveaus vloeien in elkaar over", row["competency"], ranks, "", "", why, ""


def _from_pairs(confusable: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for row in confusable.to_dict("records"):
        within = row["kind"] == WITHIN
        n_words = len(f"{row['only_in_a']} {row['only_in_b']}".split())
        urgency = 2 if n_words <= FEW_WORDS else _CONTRAST_URGENCY[row["contrast"]]
        # Said twice in two competencies, a thing is rated twice; said at two levels, nobody can rate it.
        urgency = urgency if within else max(urgency, 4)
        what = "zelfde gedrag op twee niveaus" if within else "zelfde gedrag in twee competenties"
        names = row["competency_a"] if within else f"{row['competency_a']} / {row['competency_b']}"
        yield (urgency, what, names, f"{row['rank_a']} en {row['rank_b']}", row["text_a"], row["text_b"], row["why"],
               row["sharpen"])  # fmt: skip


def _from_indicators(indicators: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for row in indicators[indicators["verdict"] == "flag"].to_dict("records"):
        why = (
            f"Leest als niveau {row['reads_like']}, staat op {row['rank']}; {row['n_votes']} van de 3 signalen zijn "
            "het eens."
        )
        yield 4, "indicator leest als een ander niveau", row["competency"], str(row["rank"]), row["text"], "", why, ""


def _from_lint(lint: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for row in lint[lint["rule"].isin(["empty level", "one indicator"])].to_dict("records"):
        yield 7, "te weinig indicatoren", row["competency"], str(row["rank"]), row["text"], "", row["finding"], ""
