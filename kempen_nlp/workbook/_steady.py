"""Take the time of writing out of a workbook."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

_STEADY_DATE = (1980, 1, 1, 0, 0, 0)
_STEADY_TIME = b"1980-01-01T00:00:00Z"
_TIME = re.compile(rb"(?<=>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=</dcterms:)")


def steady_package(path: Path) -> None:
    """Take the time of writing out of a workbook, so that the same content gives the same bytes."""
    steady = path.with_name(f".{path.name}.steady")
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as written:
        for part in given.infolist():
            entry = zipfile.ZipInfo(part.filename, _STEADY_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with given.open(part) as source, written.open(entry, "w", force_zip64=part.file_size > 2**31) as target:
                if part.filename == "docProps/core.xml":
                    target.write(_TIME.sub(_STEADY_TIME, source.read()))
                else:
                    while piece := source.read(2**20):
                        target.write(piece)
    steady.replace(path)
