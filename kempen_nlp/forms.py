"""Papers that a run must be accounted for with, filled from its record: a DPIA input and an Algoritmeregister draft."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kempen_nlp.assignments import whole_file

_TEMPLATES = {"register": "algoritmeregister.md", "dpia": "dpia.md"}


def write_forms(record: Mapping[str, Any], *, register: Path | None = None, dpia: Path | None = None) -> None:
    """
    Write the papers that are asked for, in Dutch; what only the organisation knows stays visibly open.

    Parameters
    ----------
    record : mapping
        Of a run; see ``trace``.
    register, dpia : Path, optional
        Markdown files to write.
    """
    for name, path in (("register", register), ("dpia", dpia)):
        if path is not None:
            with whole_file(path) as partial:
                partial.write_text(filled(name, record), encoding="utf-8", newline="\n")


def filled(name: str, record: Mapping[str, Any]) -> str:
    """Return the text of one paper, ``register`` or ``dpia``."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Markdown, not HTML; titles of frameworks come from the user's own files.
    environment = Environment(  # noqa: S701
        loader=PackageLoader("kempen_nlp"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(_TEMPLATES[name]).render(record=record, open="**[in te vullen]**") + "\n"
