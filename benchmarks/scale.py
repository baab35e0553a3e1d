"""Measure rate, memory and start-up of `kempen classify` for files of the sizes that are asked for; see README.md."""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from classify import FOLDER, comments
from page import RESULTS, write_page

STARTS = 3
_RUN = """
import json, os, resource, sys, time
from pathlib import Path
from kempen_nlp import classify_file
from kempen_nlp.batch import BatchOptions
from kempen_nlp.encoders._onnx import OnnxEncoder

def resident():
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))

ticks, encoding, real = [], [], OnnxEncoder._read

def read(self, keys):
    started = time.perf_counter()
    vectors = real(self, keys)
    if ticks:
        encoding.append((time.perf_counter() - started, len(keys)))
    return vectors

def tick(done, total):
    ticks.append((time.perf_counter(), time.process_time(), done, total))
    for tenth in (1, 10):  # answers come 512 at a time, so tenths mean something from some 10,000 comments on
        if tenth not in memory and done * 10 >= total * tenth:
            memory[tenth] = resident()

memory = {}
OnnxEncoder._read = read
options = BatchOptions(tick=tick)
classify_file(sys.argv[1], sys.argv[2], framework="welzijn", options=options)
ended = time.perf_counter()
begun, n = ticks[0], ticks[-1][2]
at = [next(tick for tick in ticks if tick[2] * 10 >= n * tenth) for tenth in range(1, 11)]

def rates(clock):
    spent = [after[clock] - before[clock] for before, after in zip([begun, *at], at)]
    return [n / 10 / s if s > 0.01 else None for s in spent]

print(json.dumps({
    "seconds": ended - begun[0], "classifying_s": at[-1][0] - begun[0], "classifying_cpu_s": at[-1][1] - begun[1],
    "writing_cpu_s": time.process_time() - at[-1][1], "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
    "tenth_per_s": rates(0), "tenth_per_cpu_s": rates(1), "encoder_s": sum(s for s, _ in encoding),
    "encoded": sum(n for _, n in encoding), "memory_mb": [memory[1], memory[10]],
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2),
}))
"""
_FIRST = """
import kempen_nlp
print(len(kempen_nlp.load_classifier("welzijn").classify("Belt klanten altijd dezelfde dag terug.")))
"""


def rows(n: int, distinct: int) -> Iterator[tuple[int, str]]:
    """Yield ``n`` comments drawn from so many different ones; each once where there are as many."""
    pool = comments(distinct)
    chance = random.Random(20261128)  # noqa: S311 - which comment comes next is no secret
    for number in range(n):
        yield number, pool[number] if distinct == n else chance.choice(pool)


def write_table(path: Path, n: int, distinct: int) -> None:
    """Write the comments as CSV or Parquet, a part at a time."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream, delimiter=";")
            table.writerow(("id", "tekst"))
            table.writerows(rows(n, distinct))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema({"id": pa.int64(), "tekst": pa.string()})
    with pq.ParquetWriter(path, schema) as writer:
        part: list[tuple[int, str]] = []
        for row in rows(n, distinct):
            part.append(row)
            if len(part) == 50_000:
                writer.write_table(pa.table(list(zip(*part, strict=True)), schema=schema))
                part = []
        if part:
            writer.write_table(pa.table(list(zip(*part, strict=True)), schema=schema))


def measure(n: int, distinct: int, ending: str) -> dict[str, Any]:
    """Classify a file in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"in.{ending}"
        write_table(source, n, distinct)
        command = [sys.executable, "-c", _RUN, str(source), str(Path(folder) / f"uit.{ending}")]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = dict(json.loads(done.stdout.splitlines()[-1]))
    return {"comments": n, "distinct": distinct, "ending": ending, "torch_installed": has_torch(), **found}


def has_torch() -> bool:
    """Say whether torch is installed: where it is, spaCy imports it, which takes time and memory."""
    return find_spec("torch") is not None


def start_up() -> dict[str, Any]:
    """Measure from the start of a process to its first answer, in Python and as a command; the least of a few."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "een.csv"
        write_table(one, 1, 1)
        ways = {
            "python": [sys.executable, "-c", _FIRST],
            "command": [sys.executable, "-m", "kempen_nlp", "classify", str(one), "--framework", "welzijn"],
        }
        found = {name: [_seconds(command) for _ in range(STARTS)] for name, command in ways.items()}
    least = {name: [min(column) for column in zip(*measured, strict=True)] for name, measured in found.items()}
    first = hasattr(os, "sched_getscheduler") and os.sched_getscheduler(0) != os.SCHED_OTHER
    return {**least, "torch_installed": has_torch(), "of": STARTS, "before_others": first}


def _seconds(command: list[str]) -> tuple[float, float]:
    """Return how long it takes until something is on standard output, and what processor time the whole took."""
    used = _children_s()
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        stream = process.stdout
        first = stream.read(1) if stream else b""
        seconds = time.perf_counter() - started
        process.communicate()
    if not first or process.returncode:
        msg = f"{command[1:4]} gave no answer (exit code {process.returncode})."
        raise RuntimeError(msg)
    return seconds, _children_s() - used


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure what is asked for, keep it in ``scale.json`` beside what was measured before, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[], help="comments; 10000 if nothing is asked")
    parser.add_argument("--distinct", type=int, help="drawn from so many different comments; all differ by default")
    parser.add_argument("--ending", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--start-up", action="store_true", help="measure start-up too")
    arguments = parser.parse_args()
    path = FOLDER / "scale.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"runs": {}}
    known["machine"] = {"cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
                        "processor": platform.machine(), "system": platform.system(),
                        "python": platform.python_version()}  # fmt: skip
    if arguments.start_up:
        found = start_up()
        known.setdefault("start_up", {})["with torch" if found["torch_installed"] else "without torch"] = found
    for n in arguments.sizes or ([] if arguments.start_up else [10_000]):
        distinct = min(arguments.distinct or n, n)
        known["runs"][f"{n} {distinct} {arguments.ending}"] = measure(n, distinct, arguments.ending)
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    write_page(FOLDER)
    print((FOLDER / RESULTS).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
