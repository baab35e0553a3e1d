"""Names of persons by the package deduce, an optional extra."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from kempen_nlp.language.identifiers import Mention
from kempen_nlp.language.name_lists import terms
from kempen_nlp.language.name_words import Word, words_of
from kempen_nlp.language.names import is_organisation

_DEGREES = frozenset({"dr", "drs", "ing", "ir", "mr", "prof"})


def find_with_deduce(text: str) -> Iterator[Mention]:
    """Yield what deduce takes for the name of a patient or another person, titles and roles before it left out."""
    for annotation in _deduce().deidentify(text, disabled={"redactor"}).annotations:
        if annotation.tag in ("patient", "persoon"):
            yield from _trimmed(text, annotation.start_char, annotation.end_char)


def _trimmed(text: str, start: int, end: int) -> Iterator[Mention]:
    """Yield the name within a stretch, so that one person has one placeholder; none for a day, language or firm."""
    words = list(words_of(text[start:end]))
    while words and _precedes(words[0]):
        del words[0]
    if words and not all(word.lower in terms("not_names") for word in words):
        begin = start + words[0].start
        if not is_organisation(text, begin, end):
            yield Mention(begin, end, "NAAM")


def _precedes(word: Word) -> bool:
    """Say whether a word is a title or a role: it says nothing of who somebody is."""
    written = (word.lower, word.raw.lower())
    lists = (terms("name_titles"), terms("name_roles"), _DEGREES)
    return any(form in found for form in written for found in lists)


def import_deduce() -> Any:  # noqa: ANN401 - deduce is not installed everywhere
    """
    Return the class ``Deduce``, and leave logging as it is.

    On import the package sends the log of the whole process, debugging included, to standard output, where assignments
    go.

    Raises
    ------
    ModuleNotFoundError
        If deduce is not installed.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        from deduce import Deduce
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    return Deduce


@cache
def _deduce() -> Any:  # noqa: ANN401 - deduce is not installed everywhere
    # Without a path of its own it writes into the folder that it is installed in. What it keeps is a pickle, which runs
    # whatever stands in it when it is read: nobody else may write there.
    folder = Path(os.environ.get("DEDUCE_CACHE", Path.home() / ".cache" / "kempen_nlp" / "deduce"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return import_deduce()(cache_path=folder)
