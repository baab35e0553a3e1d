"""Annotations of Label Studio as decisions about what the model found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from kempen_nlp.exchange import AnnotatedTask
from kempen_nlp.framework import Framework
from kempen_nlp.review._decisions import Decision, Finding, SetAside

_Place = Mapping[str, Any]


def decide_task(task: AnnotatedTask, framework: Framework) -> list[Decision | SetAside]:
    """
    Return a decision for each finding of the model, and one for each that a person added.

    A finding is the same when competency and place overlap; then a difference in rank, judgement or
    words is a change, no difference an acceptance. What only the model found is rejected, what
    only the person found is a change of "no evidence". A task with nothing on either side is one
    acceptance of "no evidence". Nothing comes of a task that nobody submitted.
    """
    if task.person is None:
        return []
    wrong = list(task.problems) or list(_wrong(task, framework))
    if wrong:
        return [SetAside(task.number, task.comment_id, *problem) for problem in wrong]
    left = list(task.person)
    decisions = []
    for found in task.model:
        same = next((p for p in left if p["competency"] == found["competency"] and _overlap(p, found)), None)
        if same is not None:
            left.remove(same)
        final = None if same is None else _finding(same)
        verdict = "reject" if final is None else "accept" if final == _finding(found) else "change"
        decisions.append(_decision(task, _finding(found), verdict, final))
    decisions += [_decision(task, None, "change", _finding(added)) for added in left]
    return [*(decisions or [_decision(task, None, "accept", None)])]


def _wrong(task: AnnotatedTask, framework: Framework) -> Iterator[tuple[str, str, str]]:
    if not task.reviewer:
        yield "completed_by", "niets", "de naam van wie besloot"
    for found in task.person or ():
        if found["competency"] not in framework:
            yield "competentie", found["competency"], f"een van {', '.join(framework.names)}"
        elif found["rank"] not in (ranks := framework[found["competency"]].ranks):
            yield "niveau", str(found["rank"]), f"een van {', '.join(map(str, ranks))} bij {found['competency']}"


def _decision(task: AnnotatedTask, model: Finding | None, verdict: str, final: Finding | None) -> Decision:
    parts = (task.comment_id, task.text, str(model), str(final) if model is None else "")
    key = hashlib.sha256("\x1f".join(parts).encode("utf-8", errors="replace")).hexdigest()[:12]
    return Decision(
        key=key, row=task.number, comment_id=task.comment_id, text=task.text, state="assigned" if model else "none",
        model=model, decision=verdict, final=final, reviewer=task.reviewer, date=task.date, reason="",
    )  # fmt: skip


def _overlap(one: _Place, other: _Place) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def _finding(found: _Place) -> Finding:
    return Finding(found["competency"], found["rank"], found["polarity"], found["quote"])
