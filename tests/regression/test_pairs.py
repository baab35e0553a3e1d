"""The judged pairs keep what their description promises."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from kempen_nlp.distinctness import check_framework
from kempen_nlp.distinctness.wording import content_lemmas


@pytest.fixture(scope="module")
def pairs(corpus_dir):
    lines = (corpus_dir / "distinctness" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


SIZES = {
    "tune": {kind: {"near": 14, "middle": 6, "far": 4} for kind in ("within", "across", "between")},
    "report": {
        "within": {"near": 20, "middle": 40, "far": 6},
        "across": {"near": 30, "middle": 8, "far": 3},
        "between": {"near": 24, "middle": 8, "far": 3},
    },
}


def test_pairs_are_spread_over_kinds_and_strata_as_described(pairs):
    """72 to tune on, 142 to report on, none in both."""
    counts = Counter((pair["part"], pair["kind"], pair["stratum"]) for pair in pairs)
    texts = [frozenset((p["a"]["framework"] + p["a"]["indicator_id"], p["b"]["framework"] + p["b"]["indicator_id"]))
             for p in pairs]  # fmt: skip

    assert counts == {(part, kind, stratum): n for part, kinds in SIZES.items() for kind, sizes in kinds.items()
                      for stratum, n in sizes.items()}  # fmt: skip
    assert len(set(texts)) == len(pairs)


def test_every_indicator_has_one_rewording_that_shares_few_words(corpus_dir, kempen, welzijn):
    """Same id, other words: less than half of its words of content stand in the original."""
    lines = (corpus_dir / "distinctness" / "paraphrases.jsonl").read_text(encoding="utf-8").splitlines()
    reworded = {(p["framework"], p["indicator_id"]): p["text"] for p in map(json.loads, lines)}
    own = {(f.id, i.id): i.text for f in (kempen, welzijn) for c in f for i in c.indicators}
    shared = [len({*content_lemmas(own[key])} & {*content_lemmas(text)}) / max(1, len(content_lemmas(text)))
              for key, text in reworded.items()]  # fmt: skip

    assert set(reworded) == set(own)
    assert sum(shared) / len(shared) < 0.2


def test_judged_pairs_of_the_reporting_part_are_found(pairs, kempen, welzijn):
    """The promise of the closing note, on the pairs within one framework: no worse than when they were first scored."""
    both = [p for p in pairs if p["part"] == "report" and p["reader_1"] == p["reader_2"] and p["kind"] != "between"]
    found = {frozenset(texts) for f in (kempen, welzijn) for table in [check_framework(f).confusable]
             for texts in zip(table["text_a"], table["text_b"], strict=True)}  # fmt: skip
    hits = [(frozenset((p["a"]["text"], p["b"]["text"])) in found, p["reader_1"] == "confusable") for p in both]
    n_flagged, n_right, n_confusable = (sum(flag for flag, _ in hits), sum(flag and y for flag, y in hits),
                                        sum(y for _, y in hits))  # fmt: skip

    assert n_right / n_flagged >= 0.85
    assert n_right / n_confusable >= 0.70


def test_every_pair_quotes_the_frameworks_and_has_two_readings(pairs, kempen, welzijn):
    """A corrected handbook must not leave the list behind."""
    by_framework = {"kempen": kempen, "welzijn": welzijn}

    for pair in pairs:
        assert {pair["reader_1"], pair["reader_2"]} <= {"confusable", "distinct"}
        for side in (pair["a"], pair["b"]):
            level = by_framework[side["framework"]][side["competency"]].level(side["rank"])
            assert (side["indicator_id"], side["text"]) in {(i.id, i.text) for i in level.indicators}
