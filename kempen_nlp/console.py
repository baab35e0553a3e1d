"""What the commands say on standard error, and how they show progress."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from kempen_nlp.assignments import whole_file

if TYPE_CHECKING:
    import pandas as pd

    from kempen_nlp.parsing import ParsedHandbook
    from kempen_nlp.review import SetAside
    from kempen_nlp.verification import Verification

_STATE_WORDS = {
    "assigned": "with at least one assignment",
    "abstained": "with findings that are all too uncertain",
    "none": "without evidence",
    "problem": "set aside with a problem",
}


def say(message: str) -> None:
    """Print one line on standard error."""
    _console().print(message, highlight=False, markup=False, soft_wrap=True)


def write_text(text: str, output: Path | None) -> None:
    """Write text to a file, whole or not at all, or to standard output."""
    if output is None:
        sys.stdout.write(text)
        return
    with whole_file(output) as partial:
        partial.write_text(text, encoding="utf-8")
    say(f"Written: {output}")


def print_parsed(parsed: ParsedHandbook) -> None:
    """Show what was found in a handbook, how its lines were used, and doubts."""
    framework = parsed.framework
    table = Table(title=framework.title)
    table.add_column("competency, with indicators per level", overflow="fold")
    for rank in range(1, framework.n_ranks + 1):
        table.add_column(str(rank), justify="right")
    table.add_column("headlines", justify="right")
    table.add_column("definition")
    for competency in framework:
        counts = {level.rank: str(len(level.indicators)) if level.applicable else "n/a" for level in competency.levels}
        cells = [counts.get(rank, "") for rank in range(1, framework.n_ranks + 1)]
        headlines = str(sum(level.headline is not None for level in competency.levels))
        table.add_row(competency.name, *cells, headlines, "yes" if competency.definition else "no")
    _console().print(table)
    say(
        f"{len(framework)} competencies, {len(framework.to_frame())} indicators, {len(framework.profiles)} profiles, "
        f"{len(framework.level_scheme)} level explanations, {len(framework.statuses)} statuses, "
        f"{len(framework.specialisations)} specialisations."
    )
    say(f"Coverage: {parsed.coverage}")
    for doubt in parsed.doubts:
        say(f"Doubt: {doubt}")


def print_counts(counts: Mapping[str, int], output: Path | None) -> None:
    """Say how many comments ended in which state, and where they are."""
    say(f"{sum(counts.values())} comments: " + ", ".join(f"{n} {_STATE_WORDS[s]}" for s, n in counts.items()) + ".")
    if output is not None:
        say(f"Written: {output}")


def print_agreement(table: pd.DataFrame) -> None:
    """Write how far reviewer and model agree to standard output, decimals as the Dutch write them."""
    lines = [f"{'reviewer en model':52}  waarde  95 %-interval  aantal"]
    for row in table.to_dict("records"):
        value, low, high = (f"{row[name]:.2f}".replace(".", ",") for name in ("value", "low", "high"))
        figures = "te weinig gegevens" if math.isnan(row["value"]) else f"{value:>6}  {low} – {high}"
        lines.append(f"{row['measure']:52}  {figures:>21}  {row['n']:>6}")
    sys.stdout.write("\n".join(lines) + "\nDe beoordelaar zag wat het model zei; dat flatteert de overeenstemming.\n")


def say_set_aside(items: Sequence[SetAside], listed: Path, *, shown: int = 5) -> None:
    """Name the first rows that cannot be used, in the words of their list, and the file with all of them."""
    for item in items[:shown]:
        say(f"  {item.cell or f'taak {item.row}'}, {item.column}: gevonden {item.found}, verwacht {item.expected}")
    if items:
        say(f"Written: {listed}, with {len(items)} rows set aside")


def say_verified(found: Verification) -> None:
    """Print what verifying an output found, on standard output."""
    sys.stdout.write("".join(f"{line}\n" for line in found.lines()))


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a function ``tick(done, total)`` that draws a progress bar on standard error."""
    columns = (TextColumn("classifying"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=_console(), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Rate(ProgressColumn):
    """Comments a second over the last half minute; what a stopped run had done does not count."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")


@cache
def _console() -> Console:
    return Console(stderr=True)
