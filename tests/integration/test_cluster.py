"""A real scheduler and two worker processes on loopback: the same rows as here, whoever is killed on the way."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

from kempen_nlp import blocks, classify_file, cluster
from kempen_nlp.__main__ import main
from kempen_nlp.assignments import read_assignments
from kempen_nlp.batch import BatchOptions
from kempen_nlp.errors import ClusterError, CommentsError
from kempen_nlp.forms import filled
from kempen_nlp.parts import work_folder_of
from kempen_nlp.persistence import model_folder
from kempen_nlp.verification import read_record, verify_output

sys.path.insert(0, str(Path(__file__).parent))
import stub_run

distributed = pytest.importorskip("distributed")
N_COMMENTS = 300
PAUSE = 0.004
KILLS = int(os.environ.get("KEMPEN_KILLS", "2"))
"""`make soak` asks for more."""
LIMIT = 300 + 20 * KILLS


class Machines:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.workers = []
        self._names = count()
        self._file = folder / "scheduler.json"
        self.scheduler = self._started("dask_scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        while not self._file.exists() or not self._file.read_text():
            time.sleep(0.05)
        self.address = json.loads(self._file.read_text())["address"]
        # A test that would wait for ever fails instead: without a scheduler every run ends.
        self._limit = threading.Timer(LIMIT, self.scheduler.kill)
        self._limit.daemon = True
        self._limit.start()

    def _started(self, command, *options):
        log = (self.folder / f"{next(self._names)}.log").open("w")
        own = ["--scheduler-file", str(self._file), "--host", "127.0.0.1"]
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{command}", *own, *options],
            stderr=log, stdout=log, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        )  # fmt: skip

    def fill(self, n_workers=2):
        """Start workers until there are so many, without a nanny that would start them again."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < n_workers:
            options = ["--nthreads", "1", "--no-nanny", "--dashboard-address", "127.0.0.1:0"]
            self.workers.append(self._started("dask_worker", *options, "--local-directory", str(self.folder)))
        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=60)

    def kill(self, n_workers=1):
        """Leave workers no time to say goodbye."""
        for worker in self.workers[:n_workers]:
            worker.send_signal(signal.SIGKILL)
            worker.wait()

    def logs(self):
        """Return all that scheduler and workers logged."""
        return "".join(path.read_text() for path in self.folder.glob("*.log"))

    def close(self):
        """End every process."""
        self._limit.cancel()
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    machines = Machines(tmp_path_factory.mktemp("machines"))
    yield machines
    machines.close()


@pytest.fixture
def machines(running):
    running.fill()
    return running


@pytest.fixture
def many(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", stub_run.BLOCK)
    path = tmp_path / "in.csv"
    rows = [f"c{n};Belt klant {n} terug.;Team {n % 7}" for n in range(N_COMMENTS)]
    path.write_text("\n".join(["id;tekst;team", *rows]) + "\n", encoding="utf-8")
    stub_run.run(path, tmp_path / "hier.csv")
    return path


def _whole(tmp_path):
    return (tmp_path / "hier.csv").read_bytes()


def _once(done_at, act):
    """Return a tick that acts once, when so many comments are done."""
    calls = []

    def tick(done, _total):
        if done >= done_at and not calls:
            calls.append(done)
            act()

    return tick


def test_a_cluster_gives_the_bytes_of_one_machine_and_verify_confirms_them(machines, tmp_path, corpus_dir, monkeypatch):
    """Shipped model, texts pseudonymised, persons hashed; the record says what it always says."""
    monkeypatch.setattr(blocks, "BLOCK", 8)
    # Persons are hashed with a key drawn for each run; here the draw is fixed, so that runs can be compared.
    monkeypatch.setattr("kempen_nlp.parts.secrets.token_hex", lambda n: "5e" * n)
    sample = tmp_path / "in.parquet"
    table = pd.read_csv(corpus_dir / "feedback" / "sample.csv", sep=";").head(20)
    table.assign(medewerker=[f"Noor Verhagen {n % 3}" for n in range(len(table))]).to_parquet(sample)
    asked = ["classify", str(sample), "--framework", "welzijn", "--chunk", "8", "--pseudonymise", "-o"]

    assert main([*asked, str(tmp_path / "hier.parquet")]) == 0
    assert main([*asked, str(tmp_path / "daar.parquet"), "--scheduler", machines.address]) == 0

    assert (tmp_path / "daar.parquet").read_bytes() == (tmp_path / "hier.parquet").read_bytes()
    frame = read_assignments(tmp_path / "daar.parquet")
    assert frame["id"].drop_duplicates().tolist() == table["id"].astype(str).tolist()
    assert frame["medewerker"].str.startswith("persoon-").all()
    found = verify_output(tmp_path / "daar.parquet")
    assert [f.holds for f in found.findings] == [True] * 6, list(found.lines())
    assert "naar een rekencluster (Dask) gestuurd" in filled("dpia", found.record)
    assert "naar een rekencluster" not in filled("dpia", read_record(tmp_path / "hier.parquet"))


@pytest.mark.parametrize("turn", range(KILLS))
def test_a_worker_killed_on_the_way_loses_nothing_and_brings_nothing_twice(machines, tmp_path, many, turn):
    """What it was at goes to the other one, whichever of the two and whenever it is."""
    chance = random.Random(20261128 + turn)  # noqa: S311 - when to kill is no secret
    machines.workers.sort(key=lambda _: chance.random())
    kill = _once(chance.randrange(0, N_COMMENTS - 60, stub_run.BLOCK), machines.kill)

    counts, stub = stub_run.run(many, tmp_path / "uit.csv", pause=PAUSE, scheduler=machines.address, tick=kill)

    assert [worker.poll() for worker in machines.workers] == [-signal.SIGKILL, None]
    assert (sum(counts.values()), stub.n_texts) == (N_COMMENTS, 0)
    assert (tmp_path / "uit.csv").read_bytes() == _whole(tmp_path)


def test_when_all_workers_die_the_run_waits_for_a_new_one(machines, tmp_path, many, monkeypatch):
    """The model died with them and is sent again; the user hears what is waited for."""
    monkeypatch.setattr(cluster, "_LOOK_AGAIN", 0.5)
    said = []

    def say(sentence):
        said.append(sentence)
        if "no workers" in sentence:
            machines.fill(1)

    options = {"scheduler": machines.address, "tick": _once(60, lambda: machines.kill(2)), "say": say}
    stub_run.run(many, tmp_path / "uit.csv", pause=PAUSE, **options)

    assert "waiting for one" in said[-1]
    assert (tmp_path / "uit.csv").read_bytes() == _whole(tmp_path)


def test_a_killed_client_goes_on_where_it_was(machines, tmp_path, many):
    """With the cluster or without it: the parts are the same."""
    output = tmp_path / "uit.csv"
    command = [sys.executable, stub_run.__file__, str(many), str(output), str(PAUSE), machines.address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while len(list(work_folder_of(output).glob("*-*.jsonl"))) < 3:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not output.exists()

    stub_run.run(many, output, scheduler=machines.address)

    record = json.loads((tmp_path / "uit.csv.run.json").read_text(encoding="utf-8"))
    assert 60 <= record["duration"]["resumed_comments"] < N_COMMENTS
    assert record["duration"]["on_cluster"]
    assert output.read_bytes() == _whole(tmp_path)


def test_a_scheduler_that_is_lost_is_named_and_parts_are_kept(tmp_path, many):
    """The rest can be done here."""
    own = Machines(tmp_path)
    try:
        own.fill(1)
        options = {"scheduler": own.address, "tick": _once(60, own.scheduler.kill)}
        with pytest.raises(ClusterError, match=r"scheduler was lost\. Finished parts are kept"):
            stub_run.run(many, tmp_path / "uit.csv", pause=PAUSE, **options)
    finally:
        own.close()
    _, stub = stub_run.run(many, tmp_path / "uit.csv")

    assert 0 < stub.n_texts <= N_COMMENTS - 60
    # Where comments went is not forgotten when the rest is done here.
    assert json.loads((tmp_path / "uit.csv.run.json").read_text(encoding="utf-8"))["duration"]["on_cluster"]
    assert (tmp_path / "uit.csv").read_bytes() == _whole(tmp_path)


def test_a_task_that_fails_shows_no_comment_in_logs_or_error(machines, tmp_path, many):
    """Dask logs what was raised, and sends it."""
    with pytest.raises(ClusterError, match=r"could not be classified \(ValueError in stub_run\.py, line") as raised:
        stub_run.run(many, tmp_path / "uit.csv", pause=-1, scheduler=machines.address)

    assert "Compute Failed" in machines.logs()
    assert "Belt klant" not in machines.logs() + str(raised.value)


def test_a_client_in_python_is_used_and_left_open_and_each_worker_loads_once(machines, tmp_path, many):
    """For clusters that have no plain address, such as a cloud's."""
    with distributed.Client(machines.address, set_as_default=False) as client:
        before = client.run(lambda: cluster._loaded.cache_info().misses)
        stub_run.run(many, tmp_path / "uit.csv", pause=PAUSE, scheduler=client)
        after = client.run(lambda: cluster._loaded.cache_info().misses)

        assert client.status == "running"
    # Fifteen parts; a busy machine may leave all of them to one worker.
    assert sorted(after[worker] - before[worker] for worker in before) in ([0, 1], [1, 1])
    assert (tmp_path / "uit.csv").read_bytes() == _whole(tmp_path)


def test_a_scheduler_that_is_not_there_is_named_before_anything_is_read(tmp_path, monkeypatch):
    """The comments are not there either."""
    monkeypatch.setattr(cluster, "ANSWER_WITHIN", 1)
    options = BatchOptions(scheduler="tcp://127.0.0.1:9")

    with pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        classify_file(tmp_path / "in.csv", tmp_path / "uit.csv", framework="welzijn", options=options)
    with pytest.raises(CommentsError, match="cannot go to standard output"):
        classify_file(tmp_path / "in.csv", None, framework="welzijn", options=options)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="Install the extra `cluster`"):
        classify_file(tmp_path / "in.csv", tmp_path / "uit.csv", framework="welzijn", options=options)


def test_a_worker_with_other_versions_refuses(welzijn):
    """The record would say of its answers what is not so."""
    source = cluster.ModelSource.of(welzijn, model_folder())
    other = replace(source, made_with={**source.made_with, "numpy": "1.0"})

    with pytest.raises(ClusterError, match=r"A worker has numpy \d+\.\S+ instead of 1\.0\."):
        other.load(threads=1)
