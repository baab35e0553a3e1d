"""What ties a row of the workbook to what the model found, however rows are sorted or filtered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pandas as pd

FIELDS = ("id", "text", "state", "competency", "rank", "polarity", "quote", "start")
"""Columns of ``assignments.to_frame`` that a reviewer must not change."""


def row_key(row: Mapping[Any, Any]) -> str:
    """
    Return twelve hexadecimal digits that change when what the model found is changed.

    White space counts once, as programs that save a workbook differ in how they end lines.

    Parameters
    ----------
    row : mapping
        Has ``FIELDS``; missing values are None, nan or an empty text.
    """
    parts = "\x1f".join(_plain(row[field]) for field in FIELDS)
    return hashlib.sha256(parts.encode("utf-8", errors="replace")).hexdigest()[:12]


def _plain(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
