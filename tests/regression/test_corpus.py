"""The labelled comments keep what the data statement promises; the frozen test part stays as it is."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from kempen_nlp.comments import read_comments
from kempen_nlp.corpus import (
    REGISTERS,
    TRAP_TAGS,
    load_challenge,
    load_feedback,
    load_framework,
    read_feedback,
    sha256_of,
    shared_runs,
    verify_corpus,
)
from kempen_nlp.errors import CorpusError

FROZEN_TEST = "c912c8970f0790b9ca8cd29d5cb547d6d95c422378661f93d59d8046fd52a429"
COMPETENCIES = (*load_framework("welzijn").names, "Samenwerken")


@pytest.fixture(scope="module")
def comments():
    return load_feedback()


@pytest.fixture(scope="module")
def sentences():
    levels = [level for name in ("kempen", "welzijn") for c in load_framework(name) for level in c.levels]
    return [text for level in levels for text in level.text.split("\n")]


def _share(comments, holds):
    return sum(map(holds, comments)) / len(comments)


def test_the_frozen_test_part_is_the_one_that_figures_were_measured_on(corpus_dir):
    """Changing it makes every published figure incomparable; then say so and give it a new name."""
    assert sha256_of(corpus_dir / "feedback" / "test.jsonl") == FROZEN_TEST


def test_every_shipped_file_is_as_the_manifest_says():
    """`make corpus` writes the manifest."""
    assert len(verify_corpus()) >= 10


def test_there_are_enough_comments_and_quotes(comments):
    """1,500 and 2,200 at least; 400 in the test part."""
    assert len(comments) >= 1500
    assert sum(len(c.labels) for c in comments) >= 2200
    assert len(load_feedback("test")) >= 400


def test_every_competency_and_rank_has_at_least_forty_quotes(comments):
    """Coachen has no rank 1."""
    cells = Counter((label.competency, label.rank) for c in comments for label in c.labels)
    expected = {(name, rank) for name in COMPETENCIES for rank in (1, 2, 3, 4)} - {("Coachen", 1)}

    assert set(cells) == expected
    assert min(cells.values()) >= 40


def test_development_points_are_well_over_a_third(comments):
    """35 to 40 %."""
    polarities = Counter(label.polarity for c in comments for label in c.labels)

    assert 0.35 <= polarities["development"] / polarities.total() <= 0.40


def test_registers_are_about_equal(comments):
    """A quarter each, give or take two percent points."""
    counts = Counter(c.register for c in comments)

    assert set(counts) == set(REGISTERS)
    assert all(abs(n / len(comments) - 0.25) <= 0.02 for n in counts.values())


def test_sectors_voices_and_varieties_are_spread(comments):
    """Ten sectors, twelve writers; Flemish, typing errors and personal data."""
    assert len({c.sector for c in comments}) >= 10
    assert len({c.writer for c in comments}) >= 12
    assert _share(comments, lambda c: "typos" in c.tags) >= 0.09
    assert _share(comments, lambda c: "pii" in c.tags) >= 0.08
    assert sum("flemish" in c.tags for c in comments) >= 160


def test_a_quarter_evidences_several_competencies_and_a_fifth_none(comments):
    """Two or three in most of the former."""
    assert _share(comments, lambda c: len({x.competency for x in c.labels}) > 1) >= 0.25
    assert 0.18 <= _share(comments, lambda c: not c.labels) <= 0.24


def test_at_least_250_comments_hold_a_trap_of_every_kind(comments):
    """Ten kinds."""
    assert sum(bool(set(c.tags) & set(TRAP_TAGS)) for c in comments) >= 250
    assert all(sum(tag in c.tags for c in comments) >= 15 for tag in TRAP_TAGS)


def test_no_comment_borrows_five_words_in_a_row_from_a_handbook(comments, sentences):
    """Else a model could pass by memory."""
    assert [c.id for c in comments if shared_runs(c.text, sentences)] == []
    assert [c.id for c in read_comments_of_sample() if shared_runs(c.text, sentences)] == []


def read_comments_of_sample():
    from kempen_nlp.corpus import shipped_path

    return read_comments(shipped_path("corpus", "feedback", "sample.csv"))


def test_no_two_comments_are_alike(comments):
    """Capitals and punctuation aside."""
    keys = ["".join(char for char in c.text.lower() if char.isalnum()) for c in comments]

    assert len(set(keys)) == len(keys)


def test_no_writer_is_in_two_parts(comments):
    """Else a model could pass by knowing the voice."""
    parts = {}
    for c in comments:
        parts.setdefault(c.writer, set()).add(c.split)

    assert all(len(found) == 1 for found in parts.values())


def test_invented_people_cannot_be_reached(comments):
    """Addresses end in a name reserved for examples, numbers begin with zeros."""
    words = [word.strip(".,;:()<>'\"„”") for c in comments for word in c.text.split()]

    assert not [word for word in words if "@" in word and not word.endswith(".example") and "." in word.split("@")[1]]


def test_the_whole_test_part_and_nearly_300_more_were_labelled_twice(corpus_dir, comments):
    """By annotators who had only codebook and handbooks."""
    lines = (corpus_dir / "feedback" / "second_labels.jsonl").read_text(encoding="utf-8").splitlines()
    second = {row["id"]: row for row in map(json.loads, lines)}
    texts = {c.id: c.text for c in comments}

    assert {c.id for c in load_feedback("test")} <= set(second)
    assert len(second) >= 440 + 290
    assert all(label["quote"] in texts[i] for i, row in second.items() for label in row["labels"])


def test_every_adjudication_gives_a_reason(corpus_dir):
    """Kept or changed, and why."""
    lines = (corpus_dir / "feedback" / "adjudication.jsonl").read_text(encoding="utf-8").splitlines()

    rows = [json.loads(line) for line in lines]
    assert {row["decision"] for row in rows} == {"kept", "changed"}
    assert all(len(row["reason"]) > 20 for row in rows)


def test_challenge_pairs_differ_in_what_they_say_they_differ_in(sentences):
    """300 at least, over fourteen phenomena; the labels bear out changes and keeps."""
    pairs = load_challenge()

    assert len(pairs) >= 300
    assert len({p.phenomenon for p in pairs}) == 14
    for pair in pairs:
        assert pair.a.text != pair.b.text
        assert not shared_runs(pair.a.text, sentences)
        assert not shared_runs(pair.b.text, sentences)
        for aspect in ("competency", "rank", "polarity"):
            same = getattr(pair.a, aspect) == getattr(pair.b, aspect)
            assert not (aspect in pair.changes and same), pair.id
            assert not (aspect in pair.keeps and not same), pair.id
        assert ("evidence" in pair.changes) == ((pair.a.competency is None) != (pair.b.competency is None)), pair.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": [{"quote": "niet erin", "competency": "Coachen", "rank": 2, "alt_rank": None, "polarity": "strength"}]},
         r":1: a quote is empty or not in the text"),
        ({"labels": [{"quote": "Helpt", "competency": "Coachen", "rank": "2", "alt_rank": None, "polarity": "strength"}]},
         r":1: rank '2'"),
        ({"labels": [{"quote": "Helpt", "competency": "Coachen", "rank": 2, "alt_rank": None, "polarity": "sterk"}]},
         r":1: polarity 'sterk'"),
        ({"labels": [{"quote": "Helpt"}]}, r":1: a label has the keys 'quote'\. Expected"),
        ({"labels": ["Helpt"]}, r":1: a label is a str"),
        ({"labels": [{"quote": 1, "competency": "Coachen", "rank": 2, "alt_rank": None, "polarity": "strength"}]},
         r":1: \['quote'\] of a label"),
        ({"text": "Helpt altijd \ud83d."}, r":1: \['text'\] are not"),
        ({"tags": None, "id": 3}, r":1: \['id', 'tags'\] are not"),
        ({"writer": None}, None),
    ],
    ids=["quote", "rank", "polarity", "keys", "no label", "no text", "half a character", "kinds", "whole"],
)  # fmt: skip
def test_labelled_comments_of_a_user_are_checked_line_by_line(tmp_path, change, message):
    """Without showing the comment."""
    row = {"id": "1", "text": "Helpt altijd.", "labels": [], "register": "form", "sector": "x", "writer": "a",
           "split": "train", "tags": []}  # fmt: skip
    (tmp_path / "f.jsonl").write_text(json.dumps(row | change) + "\n", encoding="utf-8")

    if message is None:
        assert len(read_feedback(tmp_path / "f.jsonl")) == 1
        return
    with pytest.raises(CorpusError, match=message) as raised:
        read_feedback(tmp_path / "f.jsonl")
    assert "altijd" not in str(raised.value)


def test_the_data_statement_shows_the_counts_of_the_files(corpus_dir):
    """`make corpus` writes them."""
    text = (corpus_dir / "README.md").read_text(encoding="utf-8")
    comments = load_feedback()

    assert (
        f"| all | {len(comments)} | {sum(len(c.labels) for c in comments)} | {len({c.writer for c in comments})} |"
        in text
    )
