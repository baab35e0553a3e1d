"""What the review page knows and does, without anything of how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from kempen_nlp.app._resume import comments_of, decisions_of, earlier_workbook, framework_of
from kempen_nlp.assignments import Assignment, ClassifiedComment, to_frame
from kempen_nlp.batch import classify_with_progress
from kempen_nlp.classifier import Classifier
from kempen_nlp.comments import read_comments
from kempen_nlp.corpus import load_framework
from kempen_nlp.dutch import DECISION_TERMS, POLARITY_TERMS
from kempen_nlp.errors import KempenError
from kempen_nlp.framework import Framework
from kempen_nlp.persistence import load_classifier
from kempen_nlp.review import ReviewRow, SetAside
from kempen_nlp.review import decide as check
from kempen_nlp.trace import run_of
from kempen_nlp.workbook import Run, row_key, write_workbook

ALL = "alles"
DOUBT = 0.6
"""Assigned, but with a lower probability than this, is shown under doubt."""
_Found = tuple[Assignment, str]
OUTCOMES: dict[str, Callable[[ClassifiedComment, _Found | None, bool], bool]] = {
    ALL: lambda _c, _found, _decided: True,
    "toegewezen": lambda _c, found, _decided: found is not None and found[1] == "assigned",
    "twijfel": lambda _c, found, _decided: (
        found is not None and (found[1] == "abstained" or found[0].probability < DOUBT)
    ),
    "geen bewijs": lambda c, _found, _decided: c.state == "none",
    "niet gelezen": lambda c, _found, _decided: c.state == "problem",
    "nog geen besluit": lambda c, _found, decided: c.state != "problem" and not decided,
}
Tick = Callable[[int, int], None]
Load = Callable[..., Classifier]


@dataclass(frozen=True)
class Item:
    """One thing to decide about: a finding, or that a comment holds no evidence."""

    key: str
    comment: ClassifiedComment
    found: _Found | None
    """Assignment and state; None for a comment without any."""
    cells: Mapping[str, object] = field(default_factory=dict)
    """Its row as the workbook has it: fields to values, None for an empty cell."""


@dataclass
class ReviewSession:
    """One file being reviewed; everything stays in memory."""

    load: Load = load_classifier
    """Gives the classifier of a framework."""
    framework: Framework | None = None
    run: Run = field(default_factory=Run)
    comments: list[ClassifiedComment] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    decisions: dict[str, dict[str, object]] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    """Key of a decision that cannot be used to what is wrong with it, in Dutch."""
    n_left_out: int = 0
    """Decisions of an earlier workbook that cannot be taken over."""

    def read(
        self, name: str, content: bytes, framework: str | bytes, *, min_precision: float | None, tick: Tick
    ) -> None:
        """
        Read and classify a file that was uploaded; what was there before goes.

        Parameters
        ----------
        name : str
            File name; its ending says what it is.
        content : bytes
            Comments, or a workbook of an earlier sitting: then its decisions are taken over.
        framework : str or bytes
            A shipped name, or the content of a framework JSON file.
        min_precision : float, optional
            See ``Classifier``.
        tick : callable
            Called with the number of comments done and in all.

        Raises
        ------
        KempenError
            If file or framework cannot be used; the message names the file as the user does.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder) / Path(name.replace("\\", "/")).name
            path.write_bytes(content)
            try:
                known = _framework(framework)
                earlier = earlier_workbook(path)
                known = framework_of(earlier, known) if earlier else known
                rows = comments_of(earlier) if earlier else read_comments(path)
            except KempenError as error:
                raise KempenError(str(error).replace(str(path), path.name)) from error
            classifier = self.load(known, min_precision=min_precision)
            self.comments = classify_with_progress(classifier, rows, tick=tick)
            self.run = run_of(classifier, path)
        self.framework, self.decisions, self.mistakes, self.n_left_out = known, {}, {}, 0
        self.items = list(_items(self.comments))
        if earlier:
            self.decisions, self.n_left_out = decisions_of(earlier, known, (item.key for item in self.items))

    @property
    def n_to_decide(self) -> int:
        """How many items there are, those aside that could not be read."""
        return sum(not item.comment.problems for item in self.items)

    @property
    def n_done(self) -> int:
        """How many items have a decision that can be used."""
        return len(self.decisions) - len(self.mistakes)

    def selected(self, *, competency: str = ALL, rank: str = ALL, outcome: str = ALL) -> list[list[Item]]:
        """Return the items that pass every filter, by comment, in input order."""
        keeps = OUTCOMES[outcome]
        groups: dict[int, list[Item]] = {}
        for item in self.items:
            found = item.found
            if competency != ALL and (found is None or found[0].competency != competency):
                continue
            if rank != ALL and (found is None or str(found[0].rank) != rank):
                continue
            if keeps(item.comment, found, item.key in self.decisions):
                groups.setdefault(id(item.comment), []).append(item)
        return list(groups.values())

    def decide(self, item: Item, reviewer: str, values: Mapping[str, object]) -> None:
        """Keep a decision, with fields as the workbook's columns have them; no decision takes it back."""
        self.mistakes.pop(item.key, None)
        if not values.get("decision"):
            self.decisions.pop(item.key, None)
            return
        kept = {name: value for name, value in values.items() if value not in (None, "")}
        self.decisions[item.key] = {**kept, "reviewer": reviewer, "date": _today()}
        if self.framework and (mistake := _mistake(item, kept, self.framework)):
            self.mistakes[item.key] = mistake

    def sign(self, reviewer: str) -> bool:
        """Put a name to decisions that have none; say whether all have one."""
        for kept in self.decisions.values():
            kept["reviewer"] = kept.get("reviewer") or reviewer
        return all(kept["reviewer"] for kept in self.decisions.values())

    def workbook(self) -> bytes:
        """Return the workbook with the decisions so far, as the bytes of a file."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "nagekeken.xlsx"
            write_workbook(self.comments, path, self.run, decisions=self.decisions)
            return path.read_bytes()


def _framework(given: str | bytes) -> Framework:
    if isinstance(given, str):
        return load_framework(given)
    try:
        return Framework.from_json(given.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        msg = "The framework is no text in UTF-8. Expected a JSON file that `kempen parse` wrote."
        raise KempenError(msg) from error


def _mistake(item: Item, values: Mapping[str, object], framework: Framework) -> str:
    """Say what reading the workbook back would find wrong; who decided is asked for once, when it is made."""
    if values["decision"] == DECISION_TERMS["change"] and not any(name.startswith("new_") for name in values):
        return "Vul in wat juist is."
    row = ReviewRow(0, {**item.cells, **values, "reviewer": "?"}, {})
    (found,) = check([row], framework)
    return f"Bij ‘{found.column}’ wordt verwacht: {found.expected}." if isinstance(found, SetAside) else ""


def _items(comments: Sequence[ClassifiedComment]) -> list[Item]:
    frame = to_frame(comments)
    empty = frame.astype(object).where(frame.notna(), None)
    rows = [{str(name): value for name, value in row.items()} for row in empty.to_dict("records")]
    found: list[tuple[ClassifiedComment, _Found | None]] = []
    for comment in comments:
        mine: list[_Found] = [(a, "assigned") for a in comment.assignments] + [
            (a, "abstained") for a in comment.abstained
        ]
        found += [(comment, one) for one in mine] or [(comment, None)]
    keys = [row_key(row) for row in rows]
    return [
        Item(key, comment, one, {**row, "key": key}) for key, row, (comment, one) in zip(keys, rows, found, strict=True)
    ]


def _today() -> datetime:
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


DECISIONS = {"geen besluit": "", **{term: term for term in DECISION_TERMS.values()}}
"""What a reviewer reads and chooses, to what is kept; not None, as a list shows that as if nothing were chosen."""
POLARITIES = tuple(POLARITY_TERMS.values())
