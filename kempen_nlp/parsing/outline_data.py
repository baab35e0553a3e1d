"""What an outline holds before it is a framework, whichever form it has."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

from kempen_nlp.errors import FrameworkError, ParseError
from kempen_nlp.framework import Framework, distinct_slugs, slug

MAIN_SHEET = "Raamwerk"


def build(data: dict[str, Any], path: Path, sha256: str) -> Framework:
    """Number the indicators and check the whole as a framework file is checked."""
    if not data["competencies"]:
        msg = f"{path} holds no competency. Expected '## Competentie: name', or a filled row in sheet '{MAIN_SHEET}'."
        raise ParseError(msg)
    ids = distinct_slugs((c["name"] for c in data["competencies"]), otherwise="competentie")
    for competency, identifier in zip(data["competencies"], ids, strict=True):
        competency["id"] = identifier
        competency["levels"].sort(key=lambda level: level["rank"])
        for level in competency["levels"]:
            level["indicators"] = [
                {"id": f"{competency['id']}/{level['rank']}/{n}", "text": text, "lines": [line, line]}
                for n, (text, line) in enumerate(level["indicators"], start=1)
            ]
    data["title"] = data["title"] or path.stem
    data["id"] = slug(path.stem) or "framework"
    data["source"] = MappingProxyType({"file": path.name, "sha256": sha256})
    try:
        return Framework.from_dict(data, origin=str(path))
    except (FrameworkError, ValueError) as error:
        raise ParseError(str(error)) from error


def one_line(text: str) -> str:
    """Return a text without line breaks or double spaces."""
    return " ".join(text.split())
