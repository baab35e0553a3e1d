"""Names of persons by the package deduce, an optional extra."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from kempen_nlp.language.identifiers import Mention


def find_with_deduce(text: str) -> Iterator[Mention]:
    """Yield what deduce takes for the name of a patient or another person."""
    for annotation in _deduce().deidentify(text, disabled={"redactor"}).annotations:
        if annotation.tag in ("patient", "persoon"):
            yield Mention(annotation.start_char, annotation.end_char, "NAAM")


@cache
def _deduce() -> Any:  # noqa: ANN401 - deduce is not installed everywhere
    from deduce import Deduce

    # Without a path of its own it writes into the folder that it is installed in.
    folder = Path(os.environ.get("DEDUCE_CACHE", Path.home() / ".cache" / "kempen_nlp" / "deduce"))
    folder.mkdir(parents=True, exist_ok=True)
    return Deduce(cache_path=folder)
