"""Whole files: the same bytes however they are cut, and every comment once however often the run is stopped."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from kempen_nlp import batch, blocks, classify_file, outputs
from kempen_nlp.assignments import read_assignments
from kempen_nlp.comments import read_comments
from kempen_nlp.encoders._onnx import OnnxEncoder
from kempen_nlp.errors import CommentsError
from kempen_nlp.parts import work_folder_of
from kempen_nlp.privacy import PersonPolicy
from kempen_nlp.verification import verify_output

sys.path.insert(0, str(Path(__file__).parent))
import stub_run

STUB = Path(stub_run.__file__)
KILLS = int(os.environ.get("KEMPEN_KILLS", "4"))
"""`make soak` asks for more."""
TEXTS = ("Belt klanten altijd terug.", "Plant niets.", "Geen opmerkingen.", "Helpt nieuwe collega's op weg.")


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", stub_run.BLOCK)


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "in.csv"
    rows = [f"c{n};{TEXTS[n % 4]}{' Nr ' + str(n) if n % 4 == 0 else ''};Team {n % 7}" for n in range(330)]
    path.write_text("id;tekst;team\n" + "\n".join([*rows[:50], "c50;;Team 1", *rows[51:]]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "xlsx"])
def test_output_has_the_same_bytes_whatever_the_size_of_parts(tmp_path, many, ending):
    """Also where an answer depends on what is asked in the same call."""
    contents = []
    for chunk in (1, 47, 1000):
        stub_run.run(many, tmp_path / f"uit{chunk}.{ending}", chunk=chunk)
        contents.append((tmp_path / f"uit{chunk}.{ending}").read_bytes())

    assert contents[0] == contents[1] == contents[2]
    assert not list(tmp_path.glob("*.kempen-werk"))


def test_the_real_classifier_writes_the_same_bytes_whatever_the_parts_and_cores(tmp_path, corpus_dir, monkeypatch):
    """With the shipped model; what stands in several blocks is encoded once."""
    rows = [c.text for c in read_comments(corpus_dir / "feedback" / "sample.csv")]
    (tmp_path / "in.csv").write_text("tekst\n" + "\n".join(f'"{t}"' for t in [*rows, *rows[:30]]), encoding="utf-8")
    read, real = [], OnnxEncoder._read
    monkeypatch.setattr(OnnxEncoder, "_read", lambda self, keys: read.extend(keys) or real(self, keys))
    contents = []
    for cores, chunk in ((1, 1), (2, 40), (3, 1000)):
        monkeypatch.setattr(OnnxEncoder, "_n_threads", cores)
        read.clear()
        with threadpool_limits(cores):
            classify_file(
                tmp_path / "in.csv",
                tmp_path / f"uit{chunk}.csv",
                framework="kempen",
                options=batch.BatchOptions(chunk=chunk),
            )
        contents.append((tmp_path / f"uit{chunk}.csv").read_bytes())
        assert len(set(read)) == len(read)

    assert contents[0] == contents[1] == contents[2]


def test_every_format_holds_every_comment_once_and_other_columns(tmp_path, many):
    """Also a column's name and the row that was set aside."""
    for ending in ("jsonl", "csv", "parquet", "xlsx"):
        counts, _ = stub_run.run(many, tmp_path / f"uit.{ending}")
        frame = read_assignments(tmp_path / f"uit.{ending}")

        assert frame["id"].tolist() == [f"c{n}" for n in range(330)]
        assert (sum(counts.values()), counts["problem"]) == (330, 1)
        assert ("team" in frame.columns) == (ending != "jsonl")


def test_identical_texts_of_a_block_are_classified_once(tmp_path, many):
    """Three texts come back in each block of twenty."""
    _, stub = stub_run.run(many, tmp_path / "uit.jsonl")

    assert stub.n_texts < 150


def test_blocks_are_bounded_in_characters_too():
    """A table of very long comments must not fill memory."""
    from kempen_nlp.comments import Comment

    long = [Comment(str(n), "x" * 400_000, n) for n in range(7)]

    assert [len(b) for b in blocks.cut_blocks(long)] == [3, 3, 1]
    assert list(blocks.cut_blocks([])) == []


@pytest.fixture
def partitioned(tmp_path, many):
    folder = tmp_path / "delen"
    folder.mkdir()
    rows = pd.read_csv(many, sep=";", dtype=str)
    for n in range(3):
        rows[n * 110 : n * 110 + 110].to_parquet(folder / f"part.{n + 9}.parquet")
    return folder


def test_partitions_in_give_the_rows_of_one_file_and_partitions_out(tmp_path, many, partitioned, monkeypatch):
    """Also when they take the place of an earlier output."""
    monkeypatch.setattr(outputs, "PARTITION", 100)
    stub_run.run(many, tmp_path / "uit.parquet")
    for _ in range(2):
        stub_run.run(partitioned, tmp_path / "uit")

    frames = [read_assignments(tmp_path / name) for name in ("uit.parquet", "uit")]
    pd.testing.assert_frame_equal(*frames)
    assert [pd.read_parquet(path)["id"].nunique() for path in sorted((tmp_path / "uit").iterdir())] == [
        100,
        100,
        100,
        30,
    ]
    record = json.loads((tmp_path / "uit.run.json").read_text(encoding="utf-8"))
    assert record["output"]["bytes"] == sum(path.stat().st_size for path in (tmp_path / "uit").iterdir())
    assert record["output"]["problems"][0]["first_positions"] == [51]
    assert not list(tmp_path.glob("*.kempen-werk"))


def test_partitions_are_verified_and_a_changed_one_is_found(tmp_path, corpus_dir):
    """With the shipped model, made again too."""
    (tmp_path / "in").mkdir()
    rows = (corpus_dir / "feedback" / "sample.csv").read_text(encoding="utf-8").splitlines()
    for n in (1, 2):
        (tmp_path / "in" / f"{n}.csv").write_text("\n".join([rows[0], *rows[n * 3 : n * 3 + 3]]), encoding="utf-8")
    classify_file(tmp_path / "in", tmp_path / "uit", framework="welzijn")

    sound = verify_output(tmp_path / "uit", again=True)
    (tmp_path / "uit" / "deel-000002.parquet").write_bytes((tmp_path / "uit" / "deel-000001.parquet").read_bytes())
    changed = verify_output(tmp_path / "uit")

    assert [f.holds for f in sound.findings] == [True] * 7, list(sound.lines())
    assert [f.what for f in changed.findings if f.holds is False] == ["output file", "contents"]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("delen/uit.csv", "would stand among the comments"),
        ("delen", "holds the comments"),
        ("vol", "was not written by"),
        ("vol.csv", "was not written by"),
        ("los", "was not written by"),
    ],
)
def test_a_folder_that_holds_something_else_is_not_written_to(tmp_path, partitioned, output, said):
    """Comments and other people's files are left alone."""
    for name in ("vol", "vol.csv"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "nota.docx").write_bytes(b"x")
    (tmp_path / "los").write_bytes(b"x")

    with pytest.raises(CommentsError, match=said):
        outputs.check_output(tmp_path / output, partitioned, 330)


def test_more_than_an_excel_sheet_holds_is_refused_with_a_way_out(tmp_path, many, monkeypatch):
    """More comments at once, more rows when they are counted; the same parts then make another format."""
    with pytest.raises(CommentsError, match=r"1,048,576 rows .* 1,048,575\. .* -o uit\.parquet or uit\.csv"):
        outputs.check_output(tmp_path / "uit.xlsx", many, 1_048_576)
    monkeypatch.setattr(outputs, "MAX_ROWS", 329)

    with pytest.raises(CommentsError, match=r"330 rows .* Finished parts are kept"):
        stub_run.run(many, tmp_path / "uit.xlsx")
    _, stub = stub_run.run(many, tmp_path / "uit.parquet")

    assert stub.n_texts == 0
    assert not (tmp_path / "uit.xlsx").exists()


def _started(tmp_path, many, pause):
    process = subprocess.Popen(
        [sys.executable, str(STUB), str(many), str(tmp_path / "uit.csv"), str(pause)], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    return process


def test_killed_at_random_moments_every_comment_comes_out_once(tmp_path, many):
    """The bytes are those of a run that nothing stopped; no half output is ever there."""
    stub_run.run(many, tmp_path / "heel.csv")
    whole = (tmp_path / "heel.csv").read_bytes()
    chance = random.Random(20261128)  # noqa: S311 - when to kill is no secret
    output, kills, grown = tmp_path / "uit.csv", 0, []
    while kills < KILLS:
        process = _started(tmp_path, many, 0.004)
        try:
            process.wait(timeout=chance.uniform(0.0, 0.7))
        except subprocess.TimeoutExpired:
            process.send_signal(chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
            kills += 1
        process.wait()
        grown.append(len(list(work_folder_of(output).glob("*-*.jsonl"))))
        if output.exists():
            assert output.read_bytes() == whole
            output.unlink()
    _started(tmp_path, many, 0.0).wait()

    assert output.read_bytes() == whole
    assert max(grown) > 0
    assert not work_folder_of(output).exists()


def test_a_run_that_was_stopped_is_gone_on_with_and_says_so(tmp_path, many, monkeypatch):
    """What was done is not done again."""
    said = []
    add = batch.WorkFolder.add

    def stop_after_three(self, number, comments):
        add(self, number, comments)
        if number == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(batch.WorkFolder, "add", stop_after_three)
    with pytest.raises(KeyboardInterrupt):
        stub_run.run(many, tmp_path / "uit.csv", say=said.append)
    monkeypatch.setattr(batch.WorkFolder, "add", add)
    assert not (tmp_path / "uit.csv").exists()

    # Another format of the same name goes on with the same parts.
    _, stub = stub_run.run(many, tmp_path / "uit.parquet", say=said.append)

    assert "Finished parts are kept" in said[0]
    assert "60 of 330 comments were done" in said[1]
    assert stub.n_texts < 130
    record = json.loads((tmp_path / "uit.parquet.run.json").read_text(encoding="utf-8"))
    assert record["duration"]["resumed_comments"] == 60


def test_a_full_disk_keeps_what_was_finished(tmp_path, many):
    """The error says so, and the run goes on when there is room."""
    pytest.importorskip("resource")
    stub_run.run(many, tmp_path / "heel.csv")
    code = (
        "import resource, sys; sys.path.insert(0, sys.argv[1]); import stub_run\n"
        "from kempen_nlp import blocks; blocks.BLOCK = stub_run.BLOCK\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "stub_run.run(sys.argv[2], sys.argv[3])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(STUB.parent), str(many), str(tmp_path / "uit.csv")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "the disk is full" in done.stderr
    assert not (tmp_path / "uit.csv").exists()
    assert not list(work_folder_of(tmp_path / "uit.csv").glob("*.partial"))
    _, stub = stub_run.run(many, tmp_path / "uit.csv")
    assert stub.n_texts == 0
    assert (tmp_path / "uit.csv").read_bytes() == (tmp_path / "heel.csv").read_bytes()


def test_an_input_that_changes_while_it_is_read_stops_the_run(tmp_path, many):
    """Half of one table and half of another would be a lie."""
    with pytest.raises(CommentsError, match="was changed while it was read"):
        _changed(many, tmp_path)


def _changed(many, tmp_path):
    from kempen_nlp.comments import open_comments

    file = open_comments(many)
    with many.open("a", encoding="utf-8") as stream:
        stream.write("c999;Nieuw.;Team 1\n")
    batch.classify_to(tmp_path / "uit.csv", batch.BatchRun(file, stub_run.StubClassifier(), {}))


def test_the_real_classifier_goes_on_to_the_same_bytes(tmp_path, corpus_dir, monkeypatch):
    """With the shipped model, stopped after its first part."""
    monkeypatch.setattr(blocks, "BLOCK", 16)
    # Hashes of persons have another key in each run.
    options = batch.BatchOptions(PersonPolicy(keep_persons=True), chunk=16)
    arguments = {"framework": "welzijn", "options": options}
    sample = corpus_dir / "feedback" / "sample.csv"
    classify_file(sample, tmp_path / "heel.parquet", **arguments)
    real = batch.classify_block

    def stop_at_second(classifier, block):
        if block[0].id != "s01":
            raise KeyboardInterrupt
        return real(classifier, block)

    monkeypatch.setattr(batch, "classify_block", stop_at_second)
    with pytest.raises(KeyboardInterrupt):
        classify_file(sample, tmp_path / "uit.parquet", **arguments)
    monkeypatch.setattr(batch, "classify_block", real)
    classify_file(sample, tmp_path / "uit.parquet", **arguments)

    assert (tmp_path / "uit.parquet").read_bytes() == (tmp_path / "heel.parquet").read_bytes()
    assert pd.read_parquet(tmp_path / "uit.parquet")["id"].nunique() == 40
