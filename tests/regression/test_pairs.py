"""The judged pairs keep what their description promises."""

from __future__ import annotations

import json
from collections import Counter

import pytest


@pytest.fixture(scope="module")
def pairs(corpus_dir):
    lines = (corpus_dir / "distinctness" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_there_are_seventy_two_pairs_spread_over_kinds_and_strata(pairs):
    """24 of each kind: 14 near, 6 middle, 4 far."""
    counts = Counter((pair["kind"], pair["stratum"]) for pair in pairs)
    sizes = {"near": 14, "middle": 6, "far": 4}

    assert counts == {(kind, s): n for kind in ("within", "across", "between") for s, n in sizes.items()}


def test_every_pair_quotes_the_frameworks_and_has_two_readings(pairs, kempen, welzijn):
    """A corrected handbook must not leave the list behind."""
    by_framework = {"kempen": kempen, "welzijn": welzijn}

    for pair in pairs:
        assert {pair["reader_1"], pair["reader_2"]} <= {"confusable", "distinct"}
        for side in (pair["a"], pair["b"]):
            level = by_framework[side["framework"]][side["competency"]].level(side["rank"])
            assert (side["indicator_id"], side["text"]) in {(i.id, i.text) for i in level.indicators}
