"""With what a result was made: versions, and hashes of data, model and results."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from kempen_nlp import __version__, corpus
from kempen_nlp.persistence import model_folder

N_DIGITS = 12
_DECIMALS = 2
"""Figures are rounded before they are hashed: processors differ in the last digits."""


def versions(
    *,
    parts: Iterable[str] = (),
    files: Iterable[str | Path] = (),
    model: bool = False,
    packages: Iterable[str] = (),
    **results: pd.DataFrame,
) -> pd.Series[str]:
    """
    Return what anyone needs to see whether the same came out again.

    Parameters
    ----------
    parts : iterable of str
        Beginnings of names in ``corpus/manifest.json``, such as ``frameworks``; their hashes are shown.
    files : iterable of path
        Other data; each with its hash.
    model : bool
        Show the hash of the shipped model.
    packages : iterable of str
        Distributions whose version plays a part, such as the one that brings the general encoder.
    **results : DataFrame
        Tables by name; see ``table_hash``.

    Returns
    -------
    Series of str
        The first ``N_DIGITS`` hexadecimal digits of each SHA-256.
    """
    manifest = corpus.verify_corpus()
    chosen = tuple(parts)
    used = {name: version(name) for name in packages}
    rows = {"kempen_nlp": __version__, "Python": ".".join(platform.python_version_tuple()[:2]), **used}
    rows |= {name: digest[:N_DIGITS] for name, digest in manifest.items() if chosen and name.startswith(chosen)}
    rows |= {Path(path).name: corpus.sha256_of(path)[:N_DIGITS] for path in files}
    if model:
        rows["model"] = corpus.sha256_of(model_folder() / "manifest.json")[:N_DIGITS]
    rows |= {f"uitkomst: {name}": table_hash(table) for name, table in results.items()}
    return pd.Series(rows, name="versie of sha256")


def table_hash(table: pd.DataFrame) -> str:
    """
    Return digits that are the same when a table holds the same, figures rounded to two decimals.

    Examples
    --------
    >>> table_hash(pd.DataFrame({"kans": [0.5001]})) == table_hash(pd.DataFrame({"kans": [0.5]}))
    True
    """
    rows = [[_plain(value) for value in row] for row in table.itertuples(index=False, name=None)]
    content = json.dumps([[str(c) for c in table.columns], rows], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:N_DIGITS]


def _plain(value: object) -> str:
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, float):
        return f"{value:.{_DECIMALS}f}"
    try:
        # Chances per rank stand in a table as JSON.
        inner = json.loads(value) if isinstance(value, str) and value.startswith("{") else value
    except ValueError:
        inner = value
    return str({k: _plain(v) for k, v in inner.items()}) if isinstance(inner, dict) else str(inner)
