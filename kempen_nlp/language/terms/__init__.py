"""Language knowledge as one-term-per-line files; ``#`` begins a remark."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def load_terms(name: str) -> tuple[str, ...]:
    """Return the terms of ``name.txt`` in file order, lower case, remarks left out."""
    text = (files(__package__) / f"{name}.txt").read_text(encoding="utf-8")
    terms = (line.partition("#")[0].strip().lower() for line in text.splitlines())
    return tuple(dict.fromkeys(term for term in terms if term))
