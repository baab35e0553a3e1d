"""Measure rate, memory and start-up of `kempen classify` for files of the sizes that are asked for."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from classify import FOLDER, comments

_ONE = """
import json, resource, sys, time
started = time.perf_counter()
from kempen_nlp import classify_file
from kempen_nlp.batch import BatchOptions
ticks = []
options = BatchOptions(tick=lambda done, total: ticks.append((time.perf_counter(), done)))
classify_file(sys.argv[1], sys.argv[2], framework="welzijn", options=options)
ended = time.perf_counter()
begun, last = ticks[0][0], ticks[-1][0]
half = next(t for t, done in ticks if done * 2 >= ticks[-1][1])
n = ticks[-1][1]
print(json.dumps({
    "comments_per_s": n / (ended - begun), "first_half_per_s": n / 2 / (half - begun),
    "second_half_per_s": n / 2 / max(last - half, 1e-9), "start_s": begun - started,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def measure(n: int, ending: str) -> dict[str, float]:
    """Classify ``n`` different comments in a process of its own."""
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"in.{ending}"
        table = pd.DataFrame({"id": range(n), "tekst": comments(n)})
        if ending == "csv":
            table.to_csv(source, sep=";", index=False)
        else:
            table.to_parquet(source)
        command = [sys.executable, "-c", _ONE, str(source), str(Path(folder) / f"uit.{ending}")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print the table and write ``scale.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000])
    parser.add_argument("--ending", choices=("csv", "parquet"), default="csv")
    arguments = parser.parse_args()
    results = {}
    for n in arguments.sizes:
        started = time.perf_counter()
        row = measure(n, arguments.ending)
        results[str(n)] = row
        print(
            f"{n:9,} comments: {row['comments_per_s']:7.0f}/s (halves {row['first_half_per_s']:.0f}, "
            f"{row['second_half_per_s']:.0f}), peak {row['peak_mb']:.0f} MB, start {row['start_s']:.1f} s, "
            f"all {time.perf_counter() - started:.0f} s"
        )
    (FOLDER / "scale.json").write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
