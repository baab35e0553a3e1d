"""Find, read and verify what is shipped: frameworks, handbooks and labelled comments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from kempen_nlp.errors import CorpusError, FrameworkError, shown
from kempen_nlp.framework import Framework

Split = Literal["train", "validation", "test"]
LABELLED_WITH = ("welzijn", "kempen")
"""The frameworks that the shipped comments are labelled with; where both have a competency, the first ranks it."""
REGISTERS = ("form", "anecdote", "telegram", "peer360")
TRAP_TAGS = (
    "negation", "double_negation", "wish", "hypothetical", "past", "comparison", "quotation", "irony",
    "named_not_shown", "other_person",
)  # fmt: skip
_LABEL_KEYS = {"quote", "competency", "rank", "alt_rank", "polarity"}
_COMMENT_KEYS = {"id", "text", "labels", "register", "sector", "writer", "split", "tags"}


@dataclass(frozen=True, slots=True)
class Label:
    """What an annotator said of one quote."""

    quote: str
    competency: str
    rank: int
    alt_rank: int | None
    """Another rank that a careful reader could defend; None when the rank is clear."""
    polarity: str
    """``strength`` or ``development``."""
    start: int
    """First character of the quote in the comment, counted from 0."""

    @property
    def end(self) -> int:
        """One past the last character of the quote."""
        return self.start + len(self.quote)


@dataclass(frozen=True, slots=True)
class LabelledComment:
    """One comment with its labels; an empty tuple means that there is no evidence in it."""

    id: str
    text: str
    labels: tuple[Label, ...]
    register: str
    sector: str
    writer: str
    split: str
    tags: tuple[str, ...]
    frameworks: tuple[Framework, ...] | None = field(default=None, repr=False, compare=False)
    """What the annotator looked for: a comment says nothing of other frameworks' competencies. None: of all."""

    def speaks_of(self, framework: Framework) -> bool:
        """Say whether the annotator had this framework at hand."""
        return self.frameworks is None or any(framework is own for own in self.frameworks)


def shipped_path(*parts: str) -> Path:
    """
    Return the path of a shipped file or folder, in a checkout or an installed package.

    Raises
    ------
    CorpusError
        If it is in neither place.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "_shipped", package.parent):
        if (path := root.joinpath(*parts)).exists():
            return path
    msg = f"{'/'.join(parts)} is not part of this installation. Install kempen_nlp from a whole checkout or wheel."
    raise CorpusError(msg)


def framework_names() -> list[str]:
    """Return the names of the shipped frameworks."""
    return sorted(path.stem for path in shipped_path("corpus", "frameworks").glob("*.json"))


def load_framework(name: str | Path) -> Framework:
    """
    Return a shipped framework by name, or read one from a JSON file.

    Parameters
    ----------
    name : str or path
        ``kempen``, ``welzijn``, or the path of a file that ``kempen parse`` wrote.

    Raises
    ------
    FrameworkError
        If there is no such name or file, or the file is no framework.

    Examples
    --------
    >>> load_framework("kempen").names
    ('Klantgerichtheid', 'Resultaatgericht', 'Samenwerken')
    """
    if str(name) in framework_names():
        return Framework.read(shipped_path("corpus", "frameworks", f"{name}.json"))
    if not Path(name).is_file():
        msg = (
            f"{name} is neither a framework file nor a shipped framework ({', '.join(framework_names())}). "
            "Give a path to a JSON file, or turn a handbook into one with `kempen parse`."
        )
        raise FrameworkError(msg)
    return Framework.read(name)


def load_feedback(split: Split | None = None) -> list[LabelledComment]:
    """
    Return the shipped labelled comments, in file order; they are synthetic.

    Parameters
    ----------
    split : {"train", "validation", "test"}, optional
        Only this part. Writers never occur in two parts.
    """
    folder = shipped_path("corpus", "feedback")
    parts = (split,) if split else ("train", "validation", "test")
    return [comment for part in parts for comment in read_feedback(folder / f"{part}.jsonl")]


def read_feedback(path: str | Path) -> list[LabelledComment]:
    """
    Read labelled comments from JSON Lines.

    Raises
    ------
    CorpusError
        If a line does not follow the contract; the message names the line and what is wrong,
        never the text of the comment.
    """
    path = Path(path)
    if not path.is_file():
        msg = f"{path} is not a file. Expected labelled comments as JSON Lines."
        raise CorpusError(msg)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        msg = f"{path}: byte {error.start} is not UTF-8. Save the file again as UTF-8."
        raise CorpusError(msg) from error
    comments = [
        _labelled_comment(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()
    ]
    if not comments:
        msg = f"{path} holds no comments."
        raise CorpusError(msg)
    return comments


def _labelled_comment(line: str, where: str) -> LabelledComment:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        msg = f"{where}: not JSON ({error.msg} at column {error.colno})."
        raise CorpusError(msg) from None
    except (ValueError, RecursionError):
        msg = f"{where}: nested too deep, or a number that is too long. Expected one labelled comment."
        raise CorpusError(msg) from None
    missing = _COMMENT_KEYS - set(data) if isinstance(data, dict) else _COMMENT_KEYS
    if missing:
        msg = f"{where}: the keys {sorted(missing)} are missing. Expected {sorted(_COMMENT_KEYS)}."
        raise CorpusError(msg)
    rest = {key: data[key] for key in ("id", "text", "register", "sector", "writer", "split")}
    wrong = [key for key in ("id", "text") if rest[key] is None]
    wrong += [key for key, value in rest.items() if value is not None and not _is_text(value)]
    wrong += [key for key in ("labels", "tags") if not isinstance(data[key], list)]
    if wrong:
        msg = (
            f"{where}: {wrong} are not as they should be. Expected texts of whole characters, labels and tags as lists."
        )
        raise CorpusError(msg)
    labels = tuple(_label(label, data["text"], where) for label in data["labels"])
    return LabelledComment(**rest, labels=labels, tags=tuple(data["tags"]))


def _is_text(value: object) -> bool:
    """Say whether this is text that can be written; a lone surrogate is half a character."""
    return isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)


def _label(data: Any, text: str, where: str) -> Label:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(data, dict) or set(data) != _LABEL_KEYS:
        is_label = isinstance(data, dict)
        found = f"has the keys {', '.join(map(shown, data))}" if is_label else f"is a {type(data).__name__}"
        msg = f"{where}: a label {found}. Expected {sorted(_LABEL_KEYS)}."
        raise CorpusError(msg)
    wrong = [key for key in ("quote", "competency", "polarity") if not _is_text(data[key])]
    if wrong or not isinstance(data["alt_rank"], int | None):
        msg = f"{where}: {wrong or 'alt_rank'} of a label is not as it should be. Expected texts, and a rank or null."
        raise CorpusError(msg)
    start = text.find(data["quote"]) if isinstance(data["quote"], str) else -1
    if start < 0 or not data["quote"].strip():
        msg = f"{where}: a quote is empty or not in the text. Copy it from the text, character for character."
        raise CorpusError(msg)
    if data["polarity"] not in ("strength", "development"):
        msg = f"{where}: polarity {shown(data['polarity'])}. Expected 'strength' or 'development'."
        raise CorpusError(msg)
    if not isinstance(data["rank"], int) or data["rank"] < 1:
        msg = f"{where}: rank {shown(data['rank'])}. Expected a whole number from 1."
        raise CorpusError(msg)
    return Label(**data, start=start)


def feedback_frame(comments: Iterable[LabelledComment]) -> pd.DataFrame:
    """
    Return one row per label; comments without evidence keep one row with empty cells.

    Returns
    -------
    DataFrame
        Columns ``id, writer, split, register, sector, n_words, quote, competency, rank, alt_rank, polarity``.
    """
    rows = [row for comment in comments for row in _label_rows(comment)]
    columns = [
        "id", "writer", "split", "register", "sector", "n_words", "quote", "competency", "rank", "alt_rank", "polarity",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"rank": "Int64", "alt_rank": "Int64"})


def _label_rows(comment: LabelledComment) -> list[dict[str, Any]]:
    keys = ("id", "writer", "split", "register", "sector")
    common = {key: getattr(comment, key) for key in keys} | {"n_words": len(comment.text.split())}
    label_keys = ("quote", "competency", "rank", "alt_rank", "polarity")
    return [common | {key: getattr(x, key) for key in label_keys} for x in comment.labels] or [common]


def shared_runs(text: str, sources: Sequence[str], *, n_words: int = 5) -> list[str]:
    """
    Return the runs of ``n_words`` words that a text shares with any of the sources.

    Examples
    --------
    >>> shared_runs("zij komt afspraken binnen het team na", ["Komt afspraken binnen het team na."])
    ['komt afspraken binnen het team', 'afspraken binnen het team na']
    """
    known = _known_runs(tuple(sources), n_words)
    return [" ".join(run) for run in _runs(text, n_words) if run in known]


@lru_cache(maxsize=4)
def _known_runs(sources: tuple[str, ...], n_words: int) -> frozenset[tuple[str, ...]]:
    return frozenset(run for source in sources for run in _runs(source, n_words))


def _runs(text: str, n_words: int) -> list[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return [tuple(words[i : i + n_words]) for i in range(len(words) - n_words + 1)]


def sha256_of(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, or of the names and hashes of a folder's files, in hexadecimal."""
    path = Path(path)
    if path.is_dir():
        lines = [f"{file.name} {sha256_of(file)}\n" for file in sorted(path.iterdir()) if file.name[0] not in "._"]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify_corpus() -> dict[str, str]:
    """
    Compare every shipped corpus file with the manifest.

    Returns
    -------
    dict
        Path inside ``corpus/`` to its SHA-256.

    Raises
    ------
    CorpusError
        If a file is missing or differs; the message names the files.
    """
    folder = shipped_path("corpus")
    expected: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    wrong = [n for n, h in expected.items() if not (folder / n).is_file() or sha256_of(folder / n) != h]
    if wrong:
        msg = (
            f"Missing or changed since corpus/manifest.json was written: {', '.join(wrong)}. "
            "Restore them, or run `make corpus`."
        )
        raise CorpusError(msg)
    return expected


@dataclass(frozen=True, slots=True)
class ChallengeSide:
    """One text of a minimal pair and what it evidences; all None when it evidences nothing."""

    text: str
    competency: str | None
    rank: int | None
    polarity: str | None


@dataclass(frozen=True, slots=True)
class ChallengePair:
    """Two texts that differ in one thing."""

    id: str
    phenomenon: str
    a: ChallengeSide
    b: ChallengeSide
    changes: tuple[str, ...]
    """What must differ, out of evidence, competency, rank and polarity."""
    keeps: tuple[str, ...]
    """What must stay equal."""


def load_challenge() -> list[ChallengePair]:
    """Return the shipped minimal pairs, in file order; they are synthetic."""
    lines = shipped_path("corpus", "feedback", "challenge.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = []
    for line in lines:
        data = json.loads(line)
        sides = {side: ChallengeSide(**data[side]) for side in ("a", "b")}
        pairs.append(
            ChallengePair(
                data["id"], data["phenomenon"], **sides, changes=tuple(data["changes"]), keeps=tuple(data["keeps"])
            )
        )
    return pairs
