"""Classify whole files: read, classify and write a part at a time, and go on where a stopped run was."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kempen_nlp.assignments import ClassifiedComment
from kempen_nlp.blocks import BLOCK, CommentClassifier, classify_block, cut_blocks
from kempen_nlp.comments import Comment, CommentFile, open_comments
from kempen_nlp.errors import CommentsError
from kempen_nlp.outputs import Tally, check_ending, check_output, fitting, print_jsonl, write_output
from kempen_nlp.parts import RESULT, WorkFolder, disk_error, open_work_folder
from kempen_nlp.persistence import load_classifier
from kempen_nlp.privacy import PersonPolicy, dutch_privacy_facts, preparation, privacy_facts
from kempen_nlp.trace import run_facts, run_of, write_record
from kempen_nlp.workbook import Run

Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class BatchOptions:
    """How a file is worked through; of these only ``persons`` changes what is written."""

    persons: PersonPolicy = field(default_factory=PersonPolicy)
    chunk: int = BLOCK
    """At least so many comments make a part that is kept when finished; whole blocks."""
    say: Callable[[str], None] = lambda _: None
    """Called with what the user should know."""
    tick: Tick = lambda _done, _total: None
    """Called with the number of comments done and in all."""


@dataclass(frozen=True)
class BatchRun:
    """A file of comments, a classifier for it, and what is known of both."""

    file: CommentFile
    classifier: CommentClassifier
    facts: Mapping[str, Any]
    """See ``trace.run_facts``; parts of a run with other facts are not gone on with."""
    options: BatchOptions = field(default_factory=BatchOptions)
    method: Run = field(default_factory=Run)
    """What an Excel workbook says of the run."""


def classify_file(  # noqa: PLR0913 - one parameter for each thing the command asks
    comments: str | Path,
    output: str | Path | None,
    *,
    framework: str | Path,
    model: str | Path | None = None,
    min_precision: float | None = None,
    columns: Mapping[str, str | None] | None = None,
    options: BatchOptions | None = None,
) -> dict[str, int]:
    """
    Classify every comment of a file and write the result, whole or not at all.

    Comments are read, classified and kept a part at a time in a folder beside the output. A
    run that was stopped goes on there when the same call is made again; the folder is removed
    when the output is whole. Beside the output stands its record, see ``trace``.

    Parameters
    ----------
    comments : path
        See ``comments.read_comments``.
    output : path, optional
        Its ending decides the format: ``.jsonl``, ``.csv``, ``.xlsx`` or ``.parquet``. Without it,
        JSON Lines go to standard output as they come, and no record is written.
    framework, model, min_precision
        See ``persistence.load_classifier``.
    columns : mapping, optional
        ``text_column``, ``id_column`` and ``sheet`` for ``read_comments``.
    options : BatchOptions, optional

    Returns
    -------
    dict
        How many comments are in each state; see ``assignments.STATES``.

    Raises
    ------
    KempenError
        If input, framework, model or the ending of the output cannot be used; nothing is written.
    """
    options = options or BatchOptions()
    if output is not None:
        check_ending(Path(output))
    file = open_comments(comments, **(columns or {}))
    if output is not None:
        check_output(Path(output), file.path, len(file))
    classifier = load_classifier(framework, model=model, min_precision=min_precision)
    facts = run_facts(file, classifier, model=model, sheet=(columns or {}).get("sheet"))
    facts["model"]["min_precision"] = min_precision
    facts["privacy"] = privacy_facts(file, options.persons)
    if facts["privacy"]["hashed_columns"]:
        options.say(f"Hashed: {', '.join(facts['privacy']['hashed_columns'])}. --keep-persons leaves them readable.")
    if options.persons.pseudonymise and options.persons.names == "deduce":
        options.say("deduce loads its lists: some seconds, the very first time one to three minutes.")
    method = run_of(classifier, file.path, model)
    method = replace(method, facts={**method.facts, **dutch_privacy_facts(facts["privacy"])})
    run = BatchRun(file, classifier, facts, options, method)
    return _to_stdout(run) if output is None else classify_to(Path(output), run)


def _to_stdout(run: BatchRun) -> dict[str, int]:
    tally, done = Tally(), 0
    prepare = preparation(run.file, run.options.persons, secrets.token_bytes(32))
    for block in cut_blocks(run.file):
        print_jsonl(tally.passing(classify_block(run.classifier, list(map(prepare, block)))))
        done += len(block)
        run.options.tick(done, len(run.file))
    return tally.counts


def classify_to(output: Path, run: BatchRun) -> dict[str, int]:
    """
    Classify a file part by part and put the output together; see ``classify_file``.

    Returns
    -------
    dict
        How many comments are in each state.
    """
    started = time.monotonic()
    with open_work_folder(output, {**run.facts, "chunk": run.options.chunk}) as work:
        resumed = sum(work.finished.values())
        _announce(run, work, resumed)
        _finish_parts(run, work)
        tally = _put_together(output, run, work)
        seconds = {"seconds": round(time.monotonic() - started, 1), "resumed_comments": resumed}
        write_record(output, run.facts, tally.to_dict(), seconds)
    work.remove()
    return tally.counts


def _announce(run: BatchRun, work: WorkFolder, resumed: int) -> None:
    if work.is_fresh:
        run.options.say(f"Begun anew: {work.folder} held parts of other comments, another model or other options.")
    elif resumed:
        run.options.say(f"Going on in {work.folder}: {resumed:,} of {len(run.file):,} comments were done.")
    elif len(run.file) > run.options.chunk:
        run.options.say(f"Finished parts are kept in {work.folder}; after a stop the same command goes on there.")


def _finish_parts(run: BatchRun, work: WorkFolder) -> None:
    done, total = sum(work.finished.values()), len(run.file)
    run.options.tick(done, total)
    prepare = preparation(run.file, run.options.persons, work.secret)
    parts = enumerate(_parts(run.file, run.options.chunk))
    left = ((n, [list(map(prepare, block)) for block in part]) for n, part in parts if n not in work.finished)
    for number, part in left:
        results = []
        for block in part:
            for answered, result in enumerate(classify_block(run.classifier, block), start=1):
                results.append(result)
                if answered % 64 == 0:
                    run.options.tick(done + len(results), total)
        work.add(number, results)
        done += len(results)
        run.options.tick(done, total)


def _put_together(output: Path, run: BatchRun, work: WorkFolder) -> Tally:
    """Write the output inside the work folder, and give it its name when it is whole."""
    tally = Tally()
    n_rows = sum(max(len(c.assignments) + len(c.abstained), 1) for c in work.comments()) if _has_limit(output) else 0
    result = work.folder / f"{RESULT}{output.suffix}"
    passing = tally.passing(fitting(work.comments(), output))
    try:
        write_output(passing, result, extra=run.file.extra_columns, n_rows=n_rows, method=run.method)
    except OSError as error:
        raise disk_error(work.folder, error) from error
    counted = sum(tally.counts.values())
    if counted != len(run.file):
        msg = f"{output}: {counted:,} of {len(run.file):,} comments came back. Remove {work.folder} and start again."
        raise CommentsError(msg)
    result.replace(output)
    return tally


def _has_limit(output: Path) -> bool:
    return output.suffix.lower() == ".xlsx"


def _parts(comments: Iterable[Comment], chunk: int) -> Iterator[list[list[Comment]]]:
    part: list[list[Comment]] = []
    for block in cut_blocks(comments):
        part.append(block)
        if sum(map(len, part)) >= chunk:
            yield part
            part = []
    if part:
        yield part


def classify_with_progress(
    classifier: CommentClassifier, comments: Sequence[Comment], *, tick: Tick
) -> list[ClassifiedComment]:
    """Classify comments in order and tell ``tick`` after each how many are done."""
    results = []
    for done, result in enumerate(classifier.classify_comments(comments), start=1):
        results.append(result)
        tick(done, len(comments))
    return results
