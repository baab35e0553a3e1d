"""Classify whole files: read, classify with progress, write in the format that the name asks for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from kempen_nlp import __version__
from kempen_nlp.assignments import (
    ClassifiedComment,
    state_counts,
    write_csv,
    write_jsonl,
    write_parquet,
)
from kempen_nlp.classifier import Classifier
from kempen_nlp.comments import Comment, read_comments
from kempen_nlp.corpus import sha256_of
from kempen_nlp.errors import CommentsError
from kempen_nlp.persistence import load_classifier, model_folder
from kempen_nlp.workbook import Run, write_workbook

Tick = Callable[[int, int], None]
_WRITERS: dict[str, Callable[[Iterable[ClassifiedComment], str | Path], None]] = {
    ".jsonl": write_jsonl,
    ".csv": write_csv,
    ".xlsx": write_workbook,
    ".parquet": write_parquet,
}


def classify_file(  # noqa: PLR0913 - one parameter for each thing the command asks
    comments: str | Path,
    output: str | Path | None,
    *,
    framework: str | Path,
    model: str | Path | None = None,
    min_precision: float | None = None,
    columns: Mapping[str, str | None] | None = None,
    tick: Tick = lambda _done, _total: None,
) -> dict[str, int]:
    """
    Classify every comment of a file and write the result, whole or not at all.

    Parameters
    ----------
    comments : path
        See ``comments.read_comments``.
    output : path, optional
        Its ending decides the format: ``.jsonl``, ``.csv``, ``.xlsx`` or ``.parquet``. Without it,
        JSON Lines go to standard output.
    framework, model, min_precision
        See ``persistence.load_classifier``.
    columns : mapping, optional
        ``text_column``, ``id_column`` and ``sheet`` for ``read_comments``.
    tick : callable
        Called with the number of comments done and in all.

    Returns
    -------
    dict
        How many comments are in each state; see ``assignments.STATES``.

    Raises
    ------
    KempenError
        If input, framework, model or the ending of the output cannot be used; nothing is written.
    """
    writer = _writer(output)
    _check_output(output, Path(comments))
    rows = read_comments(comments, **(columns or {}))
    classifier = load_classifier(framework, model=model, min_precision=min_precision)
    results = classify_with_progress(classifier, rows, tick=tick)
    if writer is write_workbook:
        write_workbook(results, output or "", run_of(classifier, comments, model))
    else:
        writer(results, output or "")
    return state_counts(results)


def run_of(classifier: Classifier, comments: str | Path, model: str | Path | None = None) -> Run:
    """Return with what comments are read, hashes included, for the workbook's sheet on method."""
    folder = model_folder(model)
    framework = classifier.framework
    facts = {
        "programma": f"kempen_nlp {__version__}",
        "raamwerk": f"{framework.title} ({framework.id})",
        "model": folder.name,
        "model (sha256 van manifest.json)": sha256_of(folder / "manifest.json"),
        "grens van de kans": _limit(classifier, classifier.trained),
        "grens van de kans, niet in de training": _limit(classifier, classifier.matched),
        "niet in de training": ", ".join(classifier.matched) or "geen",
        "invoer": Path(comments).name,
        "invoer (sha256)": sha256_of(comments),
    }
    return Run(framework, facts)


def _limit(classifier: Classifier, names: Sequence[str]) -> str:
    """Return from which probability on competencies are assigned, as a Dutch reader writes it."""
    limits = {classifier.thresholds[name] for name in names}
    return ", ".join("nooit toegekend" if x > 1 else f"{x:.4f}".replace(".", ",") for x in sorted(limits)) or "–"


def classify_with_progress(
    classifier: Classifier, comments: Sequence[Comment], *, tick: Tick
) -> list[ClassifiedComment]:
    """Classify comments in order and tell ``tick`` after each how many are done."""
    results = []
    for done, result in enumerate(classifier.classify_comments(comments), start=1):
        results.append(result)
        tick(done, len(comments))
    return results


def _writer(output: str | Path | None) -> Callable[[Iterable[ClassifiedComment], str | Path], None]:
    if output is None:
        return _print_jsonl
    try:
        return _WRITERS[Path(output).suffix.lower()]
    except KeyError:
        msg = f"{output}: its ending decides the format. Expected one of {', '.join(_WRITERS)}."
        raise CommentsError(msg) from None


def _check_output(output: str | Path | None, comments: Path) -> None:
    """Refuse before the work what could not be written after it."""
    if output is None:
        return
    path = Path(output)
    if not path.parent.is_dir():
        msg = f"{path.parent} is not a folder, so {path.name} cannot be written there. Make the folder first."
        raise CommentsError(msg)
    if path.exists() and comments.exists() and path.samefile(comments):
        msg = f"{path} holds the comments themselves and would be overwritten. Name another output."
        raise CommentsError(msg)


def _print_jsonl(comments: Iterable[ClassifiedComment], _path: str | Path) -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for comment in comments:
        sys.stdout.write(json.dumps(comment.to_dict(), ensure_ascii=False) + "\n")
