"""Print precision and recall of the parser on every test document: `python tests/handbooks/measure.py`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from kempen_nlp.errors import KempenError
from kempen_nlp.parsing import parse_handbook

DOCUMENTS = Path(__file__).parent / "documents"


def facts(competencies):
    """Return counters of competencies, levels, headlines, definitions and indicators, each with where it belongs."""
    found = {kind: Counter() for kind in ("competency", "definition", "level", "headline", "indicator")}
    for c in competencies:
        found["competency"][c["name"]] += 1
        found["definition"][c["name"], c["definition"]] += c["definition"] is not None
        for level in c["levels"]:
            found["level"][c["name"], level["rank"]] += 1
            found["headline"][c["name"], level["rank"], level["headline"]] += level["headline"] is not None
            for text in level["indicators"]:
                found["indicator"][c["name"], level["rank"], text if isinstance(text, str) else text["text"]] += 1
    return found


def precision_and_recall(found, gold):
    """Return both, 1.0 when there is nothing to find and nothing was found."""
    right = (found & gold).total()
    return right / found.total() if found.total() else 1.0, right / gold.total() if gold.total() else float(
        not found.total()
    )


def cases():
    """Return name, path and expected competencies of every document."""
    return [
        (
            gold.name.removesuffix(".expected.json"),
            gold.with_name(gold.name.removesuffix(".expected.json")),
            json.loads(gold.read_text(encoding="utf-8")),
        )
        for gold in sorted(DOCUMENTS.glob("*.expected.json"))
    ]


def measure(path, expected):
    """Return precision and recall by kind; raises KempenError when the document is refused."""
    found, gold = facts(parse_handbook(path).framework.to_dict()["competencies"]), facts(expected)
    return {kind: precision_and_recall(found[kind], gold[kind]) for kind in gold}


if __name__ == "__main__":
    for name, path, expected in cases():
        try:
            figures = measure(path, expected)
        except KempenError as error:
            print(f"{name:28s} refused: {error}")
            continue
        print(f"{name:28s} " + "  ".join(f"{kind} {p:.2f}/{r:.2f}" for kind, (p, r) in figures.items()))
