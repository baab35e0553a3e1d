"""
Label Studio: tasks with predictions out, annotations in.

Places count Unicode code points, as Label Studio does since it mended its counting of characters
outside the basic plane; annotations of before that count UTF-16, and are read too.

References
----------
Its task format and its format of predictions, https://labelstud.io/guide/task_format and
https://labelstud.io/guide/predictions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr  # only writes

import pandas as pd

from kempen_nlp import __version__
from kempen_nlp.assignments import TABLE_COLUMNS, whole_file
from kempen_nlp.display import color_of
from kempen_nlp.dutch import POLARITY_TERMS
from kempen_nlp.errors import ReviewError
from kempen_nlp.framework import Framework

_LABEL, _RANK, _POLARITY = "competentie", "niveau", "oordeel"
_FRAMEWORK_FIELD = "raamwerk"


@dataclass(frozen=True, slots=True)
class AnnotatedTask:
    """One comment with what the model and a person found in it."""

    number: int
    """Place in the file, counted from 1."""
    comment_id: str
    text: str
    framework: str
    """Id of the framework; empty when the task does not say."""
    model: tuple[dict[str, Any], ...]
    """``competency, rank, polarity, start, end, quote`` of each prediction."""
    person: tuple[dict[str, Any], ...] | None
    """The same of each annotation; None when nobody submitted one."""
    reviewer: str
    date: str
    problems: tuple[tuple[str, str, str], ...]
    """Column, what was found, what was expected, in Dutch; then the task counts for nothing."""
    extra: Mapping[str, str]


def write_label_studio(assignments: pd.DataFrame, framework: Framework, path: Path) -> None:
    """
    Write tasks with predictions, and beside them the labelling interface as ``.xml``.

    Every readable comment is a task, also where nothing was found: a person may see what was missed.
    """
    readable = assignments[assignments["state"] != "problem"]
    extra = [c for c in assignments.columns if c not in TABLE_COLUMNS]
    tasks = [_task(rows, framework, extra) for _, rows in readable.groupby("id", sort=False)]
    with whole_file(path) as partial:
        partial.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    with whole_file(path.with_suffix(".xml")) as partial:
        partial.write_text(_interface(framework), encoding="utf-8")


def _task(rows: pd.DataFrame, framework: Framework, extra: Iterable[str]) -> dict[str, Any]:
    first = rows.iloc[0]
    found = rows[rows["state"] == "assigned"].to_dict("records")
    data = {"id": str(first["id"]), "text": first["text"], _FRAMEWORK_FIELD: framework.id}
    data |= {c: str(first[c]) for c in extra if c not in data and not pd.isna(first[c])}
    result = [part for number, row in enumerate(found, start=1) for part in _regions(row, f"k{number}")]
    version = f"kempen_nlp {__version__}"
    score = max((float(row["probability"]) for row in found), default=0.0)
    return {"data": data, "predictions": [{"model_version": version, "score": score, "result": result}]}


def _regions(row: Mapping[Any, Any], identifier: str) -> list[dict[str, Any]]:
    place = {"start": int(row["start"]), "end": int(row["end"]), "text": row["quote"]}
    values = {
        _LABEL: ("labels", row["competency"]),
        _RANK: ("choices", str(row["rank"])),
        _POLARITY: ("choices", POLARITY_TERMS[row["polarity"]]),
    }
    return [
        {"id": identifier, "from_name": name, "to_name": "text", "type": kind, "value": {**place, kind: [value]},
         "score": float(row["probability"])}
        for name, (kind, value) in values.items()
    ]  # fmt: skip


def _interface(framework: Framework) -> str:
    labels = "".join(
        f"    <Label value={quoteattr(name)} background={quoteattr(color_of(name, framework.names))}/>\n"
        for name in framework.names
    )
    ranks = "".join(f'    <Choice value="{rank}"/>\n' for rank in range(1, framework.n_ranks + 1))
    terms = "".join(f"    <Choice value={quoteattr(term)}/>\n" for term in POLARITY_TERMS.values())
    choices = 'toName="text" perRegion="true" choice="single-radio" required="true"'
    return (
        f'<View>\n  <Labels name="{_LABEL}" toName="text">\n{labels}  </Labels>\n  <Text name="text" value="$text"/>\n'
        f'  <Choices name="{_RANK}" {choices}>\n{ranks}  </Choices>\n'
        f'  <Choices name="{_POLARITY}" {choices}>\n{terms}  </Choices>\n</View>\n'
    )


def read_annotations(path: str | Path) -> list[AnnotatedTask]:
    """
    Read an export of Label Studio in its full JSON format.

    Of several annotations of a task the one that was changed last counts.

    Raises
    ------
    ReviewError
        If the file is no such export.
    """
    path = Path(path)
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
        return [_annotated(task, number) for number, task in enumerate(tasks, start=1)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = (
            f"{path} cannot be read as an export of Label Studio ({type(error).__name__}). "
            "Export the tasks that `kempen export --format label-studio` made in the format JSON."
        )
        raise ReviewError(msg) from error


def _annotated(task: Mapping[str, Any], number: int) -> AnnotatedTask:
    data = task["data"]
    text = str(data["text"])
    problems: list[tuple[str, str, str]] = []
    predictions = [p for p in task.get("predictions") or () if isinstance(p, dict)]
    if not predictions:
        # Some exports leave them out or keep their numbers; then nobody knows what the model said.
        expected = "wat het model vond; exporteer als JSON, met de voorspellingen (predictions) erbij"
        problems.append(("predictions", "niets", expected))
    predicted = [part for p in predictions for part in p["result"]]
    done = [a for a in task.get("annotations") or () if not a.get("was_cancelled")]
    last = max(done, key=lambda a: str(a.get("updated_at") or a.get("created_at") or ""), default=None)
    return AnnotatedTask(
        number=number, comment_id=str(data["id"]), text=text, framework=str(data.get(_FRAMEWORK_FIELD, "")),
        model=tuple(_findings(predicted, text, [])),
        person=None if last is None else tuple(_findings(last["result"], text, problems)),
        reviewer=_name(last.get("completed_by")) if last else "",
        date=str(last.get("updated_at") or last.get("created_at") or "")[:10] if last else "",
        problems=tuple(problems),
        extra={k: str(v) for k, v in data.items() if k not in ("id", "text", _FRAMEWORK_FIELD)},
    )  # fmt: skip


def _name(person: object) -> str:
    if isinstance(person, Mapping):
        return str(person.get("email") or person.get("id") or "")
    return "" if person is None else f"Label Studio {person}"


def _findings(
    parts: Iterable[Mapping[str, Any]], text: str, problems: list[tuple[str, str, str]]
) -> Iterable[dict[str, Any]]:
    regions: dict[str, dict[str, Any]] = {}
    for part in parts:
        if "value" not in part:
            # A relation between two regions.
            continue
        value = part["value"]
        region = regions.setdefault(part["id"], {"place": None})
        if "start" in value:
            region["place"] = (int(value["start"]), int(value["end"]), value.get("text"))
        for kind in ("labels", "choices"):
            if value.get(kind):
                region[part["from_name"]] = value[kind][0]
    words = {term: polarity for polarity, term in POLARITY_TERMS.items()}
    for region in regions.values():
        place = _place(text, region["place"])
        missing = next((name for name in (_LABEL, _RANK, _POLARITY) if name not in region), None)
        if place is None:
            problems.append(("citaat", "woorden die er niet staan", "woorden die letterlijk in de opmerking staan"))
        elif missing or region[_POLARITY] not in words or not str(region[_RANK]).isdigit():
            problems.append((missing or _POLARITY, "niets", "competentie, niveau en oordeel bij elk citaat"))
        else:
            start, end = place
            yield {
                "competency": region[_LABEL], "rank": int(region[_RANK]), "polarity": words[region[_POLARITY]],
                "start": start, "end": end, "quote": text[start:end],
            }  # fmt: skip


def _place(text: str, place: tuple[int, int, str | None] | None) -> tuple[int, int] | None:
    """Return where a quote stands; browsers count characters outside the basic plane as two."""
    if place is None:
        return None
    start, end, quote = place
    if quote is None or text[start:end] == quote:
        return (start, end) if 0 <= start < end <= len(text) else None
    units = text.encode("utf-16-le")
    try:
        begin, finish = (len(units[: 2 * n].decode("utf-16-le")) for n in (start, end))
    except UnicodeDecodeError:
        return None
    if text[begin:finish] == quote:
        return begin, finish
    begin = text.find(quote)
    return (begin, begin + len(quote)) if begin >= 0 and quote else None
