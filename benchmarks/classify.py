"""Compare accuracy, speed, start-up and memory of this classifier and its peers, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from contenders import CONTENDERS, LIMIT, PEER, accuracy, make
from page import RESULTS, write_page

FOLDER = Path(__file__).resolve().parent
CORES = (1, 2)


def comments(n: int) -> list[str]:
    """Return ``n`` different comments: the labelled ones, repeated with a number so that none is the same."""
    from kempen_nlp.corpus import load_feedback

    texts = [c.text for c in load_feedback()]
    return [texts[i % len(texts)] + (f" ({i})" if i >= len(texts) else "") for i in range(n)]


def measure_speed(name: str, n: int, folder: Path) -> dict[str, Any]:
    """Measure one contender in this process; times in seconds, memory in MB."""
    started = time.perf_counter()
    answer = make(name, folder)
    answer(["Belt klanten altijd dezelfde dag terug."])
    first = time.perf_counter() - started
    texts = comments(n + 64)
    # What was answered before may be remembered, so it takes no part.
    answer([texts.pop() for _ in range(64)])
    started = time.perf_counter()
    answer(texts)
    rate = n / (time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return {"comments_per_s": rate, "first_answer_s": first, "peak_mb": peak}


def in_process(arguments: list[str], cores: int) -> dict[str, Any]:
    """Run this script with other arguments in a fresh process that may use so many cores."""
    limits = {key: str(cores) for key in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    command = [sys.executable, __file__, *arguments]
    if hasattr(os, "sched_setaffinity"):
        available = sorted(os.sched_getaffinity(0))[:cores]
        command = ["taskset", "-c", ",".join(map(str, available)), *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **limits}, check=False)
    if done.returncode:
        return {"missing": f"exit code {done.returncode}; what went wrong stands above"}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Prepare what torch needs, then measure every contender."""
    with tempfile.TemporaryDirectory() as folder:
        given = ["-n", str(options.n), "--folder", folder, "--pairs", str(options.pairs)]
        given += ["--train", str(options.train)] if options.train else []
        given += ["--test", str(options.test)] if options.test else []
        results: dict[str, Any] = {
            "machine": {
                "processor": platform.machine(), "system": platform.system(), "python": platform.python_version(),
            },
            "n_comments": options.n,
            "n_train": options.train,
            "n_pairs": options.pairs,
            "prepared_s": in_process([*given, "--prepare"], max(CORES)),
            "accuracy": {},
            "speed": {},
        }  # fmt: skip
        for name in CONTENDERS:
            print(f"measuring {name}", file=sys.stderr)
            results["accuracy"][name] = in_process([*given, "--accuracy", name], max(CORES))
            results["speed"][name] = {str(cores): in_process([*given, "--speed", name], cores) for cores in CORES}
    return results


def table(results: dict[str, Any]) -> str:
    """Return the results in Markdown; speed as a multiple of sentence-transformers on as many cores."""
    lines = [
        "| | macro-F1 with none (synthetic) | rank kappa | comments/s, 1 core | 2 cores "
        "| × sentence-transformers, 1 core | 2 cores | share of the encoder's speed, 2 | first answer | peak memory |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    speed = results["speed"]
    for name in CONTENDERS:
        own, found = speed[name], results["accuracy"][name]
        cells = [_figure(found.get("macro_f1")), _figure(found.get("rank_kappa"))]
        cells += [_rate(own[str(cores)]) for cores in CORES]
        cells += [_ratio(own[str(cores)], speed[PEER][str(cores)]) for cores in CORES]
        two = own[str(max(CORES))]
        cells += [_ratio(two, speed[LIMIT][str(max(CORES))])]
        cells += (
            ["not measured"] * 2 if "missing" in two else [f"{two['first_answer_s']:.1f} s", f"{two['peak_mb']:.0f} MB"]
        )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", (
        f"{results['n_comments']} comments for speed, one run on one machine. The peers in torch run float32 with "
        "weights that a package carries in four bits, as no hub is asked; they map whole comments to competencies, "
        f"without quotes, levels or polarity. SetFit's way: {results['n_pairs']} pairs of training comments. The first "
        "answer of the last two includes fitting them."
    )]  # fmt: skip
    return "\n".join(lines) + "\n"


def _figure(found: dict[str, Any] | None) -> str:
    return f"{found['value']:.3f} ({found['low']:.3f} – {found['high']:.3f}), n {found['n']}" if found else "–"


def _rate(row: dict[str, Any]) -> str:
    return "not measured" if "missing" in row else f"{row['comments_per_s']:.0f}"


def _ratio(row: dict[str, Any], other: dict[str, Any]) -> str:
    if "missing" in row or "missing" in other:
        return "–"
    return f"{row['comments_per_s'] / other['comments_per_s']:.2f}"


def main() -> None:
    """Write ``results.json`` and ``results.md``, and print the table; or do one part of it in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=1000, help="comments to map for speed")
    parser.add_argument("--train", type=int, help="training comments for the peers; all by default")
    parser.add_argument("--test", type=int, help="test comments for accuracy; all by default")
    parser.add_argument("--pairs", type=int, default=2000, help="pairs that SetFit's way learns from")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder for results.json and results.md")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--accuracy", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--speed", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        import peers

        seconds = peers.prepare(
            options.folder, n_train=options.train, n_pairs=options.pairs,
            report=lambda line: print(line, file=sys.stderr, flush=True),
        )  # fmt: skip
        print(json.dumps(seconds))
    elif options.accuracy:
        print(json.dumps(accuracy(options.accuracy, options.folder, options.train, options.test)))
    elif options.speed:
        print(json.dumps(measure_speed(options.speed, options.n, options.folder)))
    else:
        results = run(options)
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "results.json").write_text(
            json.dumps(results, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )
        write_page(options.output, table(results))
        print((options.output / RESULTS).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
