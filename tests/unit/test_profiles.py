"""Found ranks against required ranks."""

from __future__ import annotations

import pandas as pd
import pytest

from kempen_nlp.profiles import compare_with_profile


def _frame(*rows):
    return pd.DataFrame(rows, columns=["competency", "rank", "polarity", "state"])


@pytest.mark.parametrize(
    ("ranks", "found", "status"),
    [
        ([3, 3], 3, "desired"),
        ([4, 4, 1], 4, "growth"),
        ([4, 2, 1], 2, "surpassed"),
        ([4], None, None),
        ([], None, None),
    ],
    ids=["required", "above", "one high quote is not enough", "one quote", "nothing"],
)
def test_found_rank_is_the_highest_that_two_strengths_reach(kempen, ranks, found, status):
    """An Adviseur A needs rank 3; a single quote says too little."""
    frame = _frame(*[("Samenwerken", rank, "strength", "assigned") for rank in ranks])

    row = compare_with_profile(frame, kempen, kempen.profile("Adviseur A")).set_index("competency").loc["Samenwerken"]

    assert row["required"] == 3
    assert (None if pd.isna(row["found"]) else row["found"]) == found
    assert (None if pd.isna(row["status"]) else row["status"]) == status


def test_development_points_and_doubtful_quotes_lift_nothing(kempen):
    """They are counted apart, or not at all."""
    frame = _frame(
        ("Samenwerken", 4, "development", "assigned"),
        ("Samenwerken", 4, "strength", "abstained"),
        ("Samenwerken", 1, "strength", "assigned"),
        ("Samenwerken", 2, "strength", "assigned"),
    )

    row = compare_with_profile(frame, kempen, kempen.profile("Directeur B")).set_index("competency").loc["Samenwerken"]

    assert (row["found"], row["n_strengths"], row["n_developments"]) == (1, 2, 1)
