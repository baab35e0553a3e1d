"""Assignments for other tools: REFI-QDA codebooks and projects, Label Studio tasks and annotations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from kempen_nlp.assignments import read_assignments
from kempen_nlp.corpus import load_framework
from kempen_nlp.errors import CommentsError, shown
from kempen_nlp.exchange._label_studio import AnnotatedTask, read_annotations, write_label_studio
from kempen_nlp.exchange._refi import write_qdc, write_qdpx
from kempen_nlp.framework import Framework

__all__ = [
    "FORMATS",
    "AnnotatedTask",
    "export_assignments",
    "read_annotations",
    "write_label_studio",
    "write_qdc",
    "write_qdpx",
]

FORMATS: dict[str, tuple[str, Callable[[pd.DataFrame, Framework, Path], None]]] = {
    "qdpx": (".qdpx", write_qdpx),
    "qdc": (".qdc", write_qdc),
    "label-studio": (".json", write_label_studio),
}
"""Name of a format to the ending of its files and what writes them."""


def export_assignments(path: str | Path, output: str | Path, *, format_name: str, framework: str) -> int:
    """
    Write assignments in the format of another tool, whole or not at all.

    Only what is assigned goes out; what was too uncertain stays in the workbook.

    Parameters
    ----------
    path : path
        File that ``kempen classify`` wrote.
    output : path
        Its ending must be that of the format.
    format_name : str
        A key of ``FORMATS``: ``qdpx`` is a project for ATLAS.ti, MAXQDA or NVivo, ``qdc`` only its
        codebook, ``label-studio`` tasks with predictions.
    framework : str
        Name or path of the framework that the assignments were made with.

    Returns
    -------
    int
        How many quotes were written.

    Raises
    ------
    CommentsError
        If format or ending is not known, or the assignments are of another framework.
    """
    output = Path(output)
    if format_name not in FORMATS:
        msg = f"Format {format_name!r} is not known. Expected one of {', '.join(FORMATS)}."
        raise CommentsError(msg)
    ending, write = FORMATS[format_name]
    if output.suffix.lower() != ending:
        msg = f"{output} ends in {output.suffix or 'nothing'}. Expected {ending} for {format_name}."
        raise CommentsError(msg)
    known = load_framework(framework)
    table = read_assignments(path)
    foreign = sorted(set(table["competency"].dropna()) - set(known.names))
    if foreign:
        named = ", ".join(map(shown, foreign[:5]))
        msg = f"{path} names {named}, which {known.id} does not have. Name its framework with --framework."
        raise CommentsError(msg)
    write(table, known, output)
    return int((table["state"] == "assigned").sum())
