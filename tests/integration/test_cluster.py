"""A real scheduler and two worker processes on loopback; one is killed on the way."""

from __future__ import annotations

import os
import signal
import threading

import pandas as pd
import pytest

from kempen_nlp import classify_file
from kempen_nlp.batch import BatchOptions
from kempen_nlp.errors import CommentsError
from kempen_nlp.privacy import PersonPolicy

distributed = pytest.importorskip("dask.distributed")
KEPT = PersonPolicy(keep_persons=True)
"""Hashes of persons have another key in each run."""


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as running:
        yield running


@pytest.fixture
def comments(tmp_path, corpus_dir):
    text = pd.read_csv(corpus_dir / "feedback" / "sample.csv", sep=";")
    path = tmp_path / "in.parquet"
    text.to_parquet(path)
    return path


def test_a_worker_killed_on_the_way_loses_nothing(cluster, tmp_path, comments, monkeypatch):
    """The same bytes as on this machine alone."""
    from kempen_nlp import blocks

    monkeypatch.setattr(blocks, "BLOCK", 4)
    classify_file(comments, tmp_path / "hier.parquet", framework="welzijn", options=BatchOptions(KEPT, chunk=4))
    with distributed.Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
    killed = threading.Event()

    def kill_one(done, _total):
        if done and not killed.is_set():
            os.kill(pids[0], signal.SIGKILL)
            killed.set()

    options = BatchOptions(KEPT, chunk=4, scheduler=cluster.scheduler_address, tick=kill_one)
    counts = classify_file(comments, tmp_path / "daar.parquet", framework="welzijn", options=options)

    assert killed.is_set()
    assert sum(counts.values()) == 40
    assert (tmp_path / "daar.parquet").read_bytes() == (tmp_path / "hier.parquet").read_bytes()


def test_a_scheduler_that_is_not_there_is_named(tmp_path, comments):
    """Exit 1 with what to do, not a traceback."""
    options = BatchOptions(scheduler="tcp://127.0.0.1:9")

    with pytest.raises(CommentsError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        classify_file(comments, tmp_path / "uit.csv", framework="welzijn", options=options)
