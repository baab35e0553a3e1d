"""Who is held out, and that nobody is on both sides."""

from __future__ import annotations

import pytest

from kempen_nlp.corpus import LabelledComment
from kempen_nlp.errors import ModelError
from kempen_nlp.splitting import divide, split_by_writer


def _comments(*counts):
    return [
        LabelledComment(f"{w}-{n}", f"Belt klant {w}{n} terug.", (), "form", "zorg", f"w{w:02}", "train", ())
        for w, count in enumerate(counts)
        for n in range(count)
    ]


def _writers(comments):
    return {c.writer for c in comments}


def test_many_writers_are_divided_in_three_parts_that_share_none():
    """Thresholds are not chosen on who measures."""
    comments = _comments(*[60] * 12)

    division = divide(comments)

    (fold,) = division.folds
    assert division.kind == "writers"
    assert sum(map(len, (fold.train, fold.validation, fold.test))) == len(comments)
    assert not _writers(fold.train) & _writers(fold.validation)
    assert not (_writers(fold.train) | _writers(fold.validation)) & _writers(fold.test)
    assert len(fold.test) >= 0.25 * len(comments)


@pytest.mark.parametrize("counts", [[40, 10], [30, 30, 30], [50, 20, 20, 20, 20, 5, 5]], ids=["2", "3", "7"])
def test_few_writers_take_turns_in_being_held_out(counts):
    """Every comment is measured once, by a model that never saw its writer."""
    comments = _comments(*counts)

    division = divide(comments)

    assert division.kind == "folds"
    assert len(division.folds) == min(5, len(counts))
    assert sorted(c.id for f in division.folds for c in f.test) == sorted(c.id for c in comments)
    for fold in division.folds:
        assert not _writers([*fold.train, *fold.validation]) & _writers(fold.test)
        assert not {c.id for c in fold.train} & {c.id for c in fold.validation}
        assert len(fold.train) + len(fold.validation) + len(fold.test) == len(comments)
        assert fold.validation
    assert len(division.final.train) + len(division.final.validation) == len(comments)


def test_writers_are_held_out_for_thresholds_too_where_there_are_enough():
    """Six writers can spare one; three cannot, and give the end of each one's comments."""
    six, three = (divide(_comments(*[20] * n)) for n in (6, 3))

    assert not any(f.blocks for f in six.folds)
    assert all(not _writers(f.train) & _writers(f.validation) for f in six.folds)
    assert all(f.blocks for f in three.folds)


def test_one_writer_is_refused_unless_blocks_are_asked_for():
    """The error says how to ask, and what it costs."""
    comments = _comments(40)

    with pytest.raises(ModelError, match=r"1 writer\. Expected at least 2.*`--blocks`.*nothing of other writers"):
        divide(comments)
    division = divide(comments, kind="blocks")

    assert division.kind == "blocks"
    assert [c.id for f in division.folds for c in f.test] == [c.id for c in comments]
    assert all(f.blocks for f in (*division.folds, division.final))


def test_three_parts_need_three_writers():
    """A fine-tuned encoder must not have seen whom it is measured on."""
    with pytest.raises(ModelError, match=r"2 writers\. Expected at least 3"):
        divide(_comments(20, 20), kind="writers")


def test_no_writer_is_in_both_parts_of_a_split():
    """And the smaller part has at least the share that was asked for."""
    larger, smaller = split_by_writer(_comments(20, 5, 5, 5), share=0.2)

    assert not _writers(larger) & _writers(smaller)
    assert len(smaller) >= 0.2 * 35
    with pytest.raises(ModelError, match=r"1 writer\. Expected at least 2"):
        split_by_writer(_comments(5), share=0.2)
