"""Write the page of results from what was measured: peers from ``results.json``, scale from ``scale.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = "results.md"
_SCALE = "## Large files and start-up"


def write_page(folder: Path, peers: str | None = None) -> None:
    """Write ``results.md``; without a table of peers the one that stands there is kept."""
    page = folder / RESULTS
    if peers is None:
        peers = page.read_text(encoding="utf-8").partition(_SCALE)[0] if page.is_file() else ""
    found = folder / "scale.json"
    scale = scale_section(json.loads(found.read_text(encoding="utf-8"))) if found.is_file() else ""
    page.write_text("\n\n".join(part.strip() for part in (peers, scale) if part.strip()) + "\n", encoding="utf-8")


def scale_section(results: dict[str, Any]) -> str:
    """Return the scale table in Markdown, with what it means."""
    runs = sorted(results["runs"].values(), key=lambda run: (run["comments"], -run["distinct"], run["ending"]))
    machine = results["machine"]
    lines = [
        _SCALE, "",
        "| comments | of them different | in and out | comments/s | comments per processor second, first tenth "
        "| second | last | share of time in the encoder | to the whole output | memory after a tenth | at the end "
        "| peak | load |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
        *map(_line, runs), "",
        f"`kempen classify` with the shipped model on {machine['cores']} cores, each row one run. Load is the average "
        "number of processes that wanted a core: above the number of cores, others slowed this run, and only what is "
        "counted in processor time says what the program does. Memory is resident; a star says that torch was "
        "installed, which spaCy then imports. Where comments repeat, the first tenth holds nearly all that the "
        "encoder has to do, and the rest shows what remains: cutting, estimators, parts on disk. The share of time in "
        "the encoder is the rate as a share of the encoder's own; where comments repeat it says nothing.",
    ]  # fmt: skip
    for where, start in sorted(results.get("start_up", {}).items()):
        lines += ["", (
            f"Start-up, from the start of a process to the first answer, {where} installed (spaCy imports torch where "
            f"it is): {_start(start['python'])} in Python, {_start(start['command'])} for `kempen classify` "
            f"of one comment; the least of {start['of']}{', going before other processes' * start['before_others']}."
        )]  # fmt: skip
    return "\n".join(lines)


def _start(measured: list[float]) -> str:
    seconds, processor = measured
    return f"{seconds:.1f} s ({processor:.1f} s of processor time, over two threads)"


def _line(run: dict[str, Any]) -> str:
    tenths, (early, late) = run["tenth_per_cpu_s"], run["memory_mb"]
    cells = [f"{run['comments']:,}", f"{run['distinct']:,}", run["ending"] + "*" * run["torch_installed"]]
    rates = (run["comments"] / run["classifying_s"], *tenths[:2], tenths[-1])
    cells += ["–" if rate is None else f"{rate:,.0f}" for rate in rates]
    cells.append(f"{run['encoder_s'] / run['classifying_s']:.2f}" if run["distinct"] == run["comments"] else "–")
    cells.append(f"{run['seconds']:,.0f} s")
    cells += ["–" if size is None else f"{size:.0f} MB" for size in (early, late, run["peak_mb"])]
    cells.append(f"{run['load'][1]:.1f}" if run["load"] else "–")
    return f"| {' | '.join(cells)} |"
