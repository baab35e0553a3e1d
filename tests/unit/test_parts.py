"""The work folder: what is in it is whole, belongs to the run, and is one process's alone."""

from __future__ import annotations

import json

import pytest

from kempen_nlp.assignments import ClassifiedComment
from kempen_nlp.errors import CommentsError
from kempen_nlp.parts import open_work_folder, packed, work_folder_of

RUN = {"input": {"sha256": "a"}}


def _comments(*ids):
    return [ClassifiedComment(i, f"Belt terug, zegt {i}.", extra={"team": "Zorg"}) for i in ids]


def test_finished_parts_are_found_again_in_order(tmp_path):
    """Whatever the order in which they were finished; other columns included."""
    output = tmp_path / "uit.csv"
    with open_work_folder(output, RUN) as work:
        work.add(1, packed(_comments("c")))
        work.add(0, packed(_comments("a", "b")))

    with open_work_folder(output, RUN) as work:
        assert work.finished == {0: 2, 1: 1}
        assert [c.id for c in work.comments()] == ["a", "b", "c"]
        assert [c.extra for c in work.comments()] == [{"team": "Zorg"}] * 3
        assert not work.is_fresh


@pytest.mark.parametrize("spoil", ["cut", "changed", "emptied"])
def test_a_part_that_is_not_whole_is_made_again(tmp_path, spoil):
    """Its name says what its content must be."""
    output = tmp_path / "uit.csv"
    with open_work_folder(output, RUN) as work:
        work.add(0, packed(_comments("a", "b")))
    (part,) = work_folder_of(output).glob("*-*.jsonl")
    content = part.read_bytes()
    part.write_bytes({"cut": content[:-9], "changed": b"X" + content[1:], "emptied": b""}[spoil])
    (work_folder_of(output) / "0000001-9-half.partial").write_bytes(b"half")

    with open_work_folder(output, RUN) as work:
        assert work.finished == {}
    assert sorted(p.name for p in work_folder_of(output).iterdir()) == ["lock", "run.json"]


def test_parts_of_another_run_are_thrown_away_and_said(tmp_path):
    """Another model must not speak in the same output."""
    output = tmp_path / "uit.csv"
    with open_work_folder(output, RUN) as work:
        work.add(0, packed(_comments("a")))
        secret = work.secret

    with open_work_folder(output, {"input": {"sha256": "b"}}) as work:
        assert (work.finished, work.is_fresh) == ({}, True)
        assert work.secret != secret


def test_the_secret_of_a_run_survives_a_stop(tmp_path):
    """Else a person would have two names in one output."""
    with open_work_folder(tmp_path / "uit.csv", RUN) as work:
        secret = work.secret
    with open_work_folder(tmp_path / "uit.csv", RUN) as work:
        assert work.secret == secret
        assert len(secret) == 32


def test_two_runs_never_write_one_output(tmp_path):
    """The second is refused while the first lives."""
    with (
        open_work_folder(tmp_path / "uit.csv", RUN),
        pytest.raises(CommentsError, match="Another run is writing"),
        open_work_folder(tmp_path / "uit.parquet", RUN),
    ):
        pass


def test_a_removal_cut_short_leaves_nothing_to_go_on_with(tmp_path):
    """What the run was made of goes first."""
    with open_work_folder(tmp_path / "uit.csv", RUN) as work:
        work.add(0, packed(_comments("a")))
    (work.folder / "run.json").unlink()

    with open_work_folder(tmp_path / "uit.csv", RUN) as again:
        assert again.finished == {}


def test_a_damaged_run_file_is_begun_anew(tmp_path):
    """Whatever stands in it."""
    for text in ("", "[]", json.dumps({"run": "x", "secret": "geen hex"})):
        with open_work_folder(tmp_path / "uit.csv", RUN) as work:
            work.add(0, packed(_comments("a")))
        (work.folder / "run.json").write_text(text, encoding="utf-8")
        with open_work_folder(tmp_path / "uit.csv", RUN) as again:
            assert again.finished == {}
