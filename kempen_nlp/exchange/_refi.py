"""
REFI-QDA 1.0: a codebook (.qdc), and a project (.qdpx) with texts, quotes and codes.

A project is a zip with ``project.qde`` and one text file a comment, directly under ``sources/``, named by
its identifier and found by ``internal://``. Positions count Unicode code points from 0, line ends as
one. Identifiers are made from the content, and no dates are written, so that the same
assignments give the same bytes.

References
----------
REFI-QDA standard 1.5, 2019 (sections 8.1 and 8.3 on the zip, 10.2 on positions): schemas Codebook.xsd
1.0 and Project.xsd 1.0 of 18 March 2019.
"""

from __future__ import annotations

import re
import uuid
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # only writes; nothing from outside is parsed with it

import pandas as pd

from kempen_nlp import __version__
from kempen_nlp.assignments import whole_file
from kempen_nlp.display import COLORS
from kempen_nlp.dutch import POLARITY_TERMS
from kempen_nlp.framework import Framework

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
CODEBOOK_NAMESPACE = "urn:QDA-XML:codebook:1.0"
_SPACE = uuid.UUID("6f1d3a52-3c0e-5d1b-9a55-6b4b2d6c7e01")
_ORIGIN = f"kempen_nlp {__version__}"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SAME_DAY = (1980, 1, 1, 0, 0, 0)


def write_qdc(_assignments: pd.DataFrame, framework: Framework, path: Path) -> None:
    """Write the framework as a codebook: competencies, their levels, and the two judgements."""
    book = ET.Element("CodeBook", {"xmlns": CODEBOOK_NAMESPACE, "origin": _ORIGIN})
    _add_codes(book, framework)
    with whole_file(path) as partial:
        partial.write_bytes(_to_bytes(book))


def write_qdpx(assignments: pd.DataFrame, framework: Framework, path: Path) -> None:
    """Write a project: codebook, every readable comment as a text, every assigned quote as a coded selection."""
    user = _guid("user", _ORIGIN)
    project = ET.Element(
        "Project", {"xmlns": PROJECT_NAMESPACE, "name": framework.title, "origin": _ORIGIN, "creatingUserGUID": user}
    )
    ET.SubElement(ET.SubElement(project, "Users"), "User", {"guid": user, "name": _ORIGIN})
    _add_codes(ET.SubElement(project, "CodeBook"), framework)
    texts = {}
    readable = assignments[assignments["state"] != "problem"]
    # The schema wants at least one below it.
    sources = ET.SubElement(project, "Sources") if len(readable) else project
    for identifier, rows in readable.groupby("id", sort=False):
        guid = _guid("source", str(identifier))
        texts[f"sources/{guid}.txt"] = _one_line_end(str(rows.iloc[0]["text"]))
        _add_source(sources, framework.id, guid, rows)
    ET.SubElement(
        project, "Description"
    ).text = "Opmerkingen gelezen naast het raamwerk. De codes zijn schattingen; lees de opmerkingen zelf."
    with whole_file(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        _add_file(archive, "project.qde", _to_bytes(project))
        for name, text in texts.items():
            _add_file(archive, name, text.encode("utf-8"))


def _add_codes(book: ET.Element, framework: Framework) -> None:
    codes = ET.SubElement(book, "Codes")
    for number, competency in enumerate(framework):
        top = _code(codes, competency.name, _guid("code", framework.id, competency.name), COLORS[number % len(COLORS)])
        if competency.definition:
            ET.SubElement(top, "Description").text = _legal(competency.definition)
        for level in competency.levels:
            code = _code(
                top,
                f"{competency.name} {level.rank}",
                _level_guid(framework.id, competency.name, level.rank),
                top.get("color", ""),
            )
            if level.text:
                ET.SubElement(code, "Description").text = _legal(level.text)
    top = _code(codes, "Oordeel", _guid("code", "Oordeel"), "#dddddd")
    for polarity, term in POLARITY_TERMS.items():
        _code(top, term, _guid("polarity", polarity), "#dddddd")


def _code(parent: ET.Element, name: str, guid: str, color: str) -> ET.Element:
    return ET.SubElement(parent, "Code", {"guid": guid, "name": _legal(name), "isCodable": "true", "color": color})


def _add_source(sources: ET.Element, framework_id: str, guid: str, rows: pd.DataFrame) -> None:
    identifier = str(rows.iloc[0]["id"])
    source = ET.SubElement(
        sources, "TextSource", {"guid": guid, "name": _legal(identifier), "plainTextPath": f"internal://{guid}.txt"}
    )
    for number, row in enumerate(rows[rows["state"] == "assigned"].to_dict("records")):
        selection = _add_selection(source, _guid("selection", identifier, str(number)), row)
        for code in (
            _level_guid(framework_id, row["competency"], int(row["rank"])),
            _guid("polarity", row["polarity"]),
        ):
            coding = ET.SubElement(selection, "Coding", {"guid": _guid("coding", selection.get("guid", ""), code)})
            ET.SubElement(coding, "CodeRef", {"targetGUID": code})


def _add_selection(source: ET.Element, guid: str, row: dict[Any, Any]) -> ET.Element:
    text, start, end = str(row["text"]), int(row["start"]), int(row["end"])
    begin, finish = (position - text[:position].count("\r\n") for position in (start, end))
    selection = ET.SubElement(
        source, "PlainTextSelection",
        {
            "guid": guid, "name": f"{row['competency']} {row['rank']}", "startPosition": str(begin),
            "endPosition": str(finish),
        },
    )  # fmt: skip
    evidence = "" if pd.isna(row["evidence_text"]) else f"; indicator: {row['evidence_text']}"
    ET.SubElement(selection, "Description").text = _legal(f"kans {row['probability']:.2f}".replace(".", ",") + evidence)
    return selection


def _level_guid(framework_id: str, competency: str, rank: int) -> str:
    return _guid("code", framework_id, competency, str(rank))


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(_SPACE, "\x1f".join(parts)))


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n")


def _legal(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def _to_bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add_file(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _SAME_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
