"""Measure `kempen classify --scheduler` on this machine: two workers against one, and what the client itself takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from classify import comments

from kempen_nlp import blocks, classify_file
from kempen_nlp.batch import BatchOptions

N_DISTINCT = 640
SMALL_BLOCK = 32
"""So few comments make one part of the usual size, and one worker would do all."""
TURNS = 4
N_REPEATED = 10 * blocks.BLOCK
N_TEXTS = 320


@contextmanager
def machines(folder: Path, n_workers: int) -> Iterator[Any]:
    """Start a scheduler and workers with one thread each on loopback; yield a client."""
    from distributed import Client

    file = folder / f"scheduler-{n_workers}.json"
    own = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    worker = ["dask_worker", *own, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
    commands = [["dask_scheduler", *own, "--port", "0"], *[worker] * n_workers]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *options], stderr=subprocess.DEVNULL, env=dict(os.environ)
        )
        for name, *options in commands
    ]
    try:
        while not file.exists() or not file.read_text():
            time.sleep(0.1)
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(n_workers)
            yield client
    finally:
        for process in started:
            process.kill()
            process.wait()


def measure(client: Any, source: Path) -> dict[str, float]:  # noqa: ANN401 - dask has no types
    """
    Classify a file on a cluster, or here for None; the clocks run from the first part to the whole output.

    Processor time says what the work costs where other programs want the cores too, as on a shared machine.
    """
    ticks: list[tuple[float, float, int]] = []
    options = BatchOptions(
        scheduler=client, tick=lambda done, _: ticks.append((time.perf_counter(), time.process_time(), done))
    )
    before = worked(client)
    classify_file(source, source.with_name("uit.parquet"), framework="welzijn", options=options)
    workers = worked(client) - before
    (wall, own, _), done = ticks[0], ticks[-1][2]
    return {
        "comments_per_s": done / (time.perf_counter() - wall),
        "comments_per_cpu_s": done / workers,
        "client_cpu_us_per_comment": 1e6 * (time.process_time() - own) / done,
    }


def worked(client: Any) -> float:  # noqa: ANN401 - dask has no types
    """Return the processor time of those that classify."""
    return time.process_time() if client is None else sum(client.run(time.process_time).values())


def main() -> None:
    """Print one line a measurement."""
    import pandas as pd

    usual = blocks.BLOCK
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        distinct, repeated, warm = folder / "distinct.parquet", folder / "repeated.parquet", folder / "warm.parquet"
        pd.DataFrame({"tekst": comments(N_DISTINCT)}).to_parquet(distinct)
        pd.DataFrame({"tekst": comments(4 * SMALL_BLOCK)}).to_parquet(warm)
        pd.DataFrame({"tekst": comments(N_TEXTS) * (N_REPEATED // N_TEXTS)}).to_parquet(repeated)
        # In turn, so that what else the machine does befalls both.
        with machines(folder, 1) as one, machines(folder, 2) as two:
            blocks.BLOCK = SMALL_BLOCK
            for client in (None, one, two):
                measure(client, warm)
            for client, n_workers in ((None, "no"), (one, "1"), (two, "2")) * TURNS:
                print(n_workers, "workers, distinct:", json.dumps(measure(client, distinct)), flush=True)
            blocks.BLOCK = usual
            print("2 workers, repeated:", json.dumps(measure(two, repeated)), flush=True)


if __name__ == "__main__":
    main()
