"""Say whether an output can be relied on: compare it, and what it was made of, with the record of its run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kempen_nlp.assignments import read_assignments
from kempen_nlp.batch import BatchOptions, classify_file
from kempen_nlp.corpus import framework_names, load_framework, sha256_of
from kempen_nlp.errors import CommentsError, KempenError
from kempen_nlp.persistence import model_folder, verify_model
from kempen_nlp.privacy import PersonPolicy
from kempen_nlp.trace import package_sha256, read_record, record_path, versions
from kempen_nlp.workbook import framework_hash


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared."""

    what: str
    holds: bool | None
    """None where it could not be compared."""
    detail: str


@dataclass(frozen=True)
class Verification:
    """What verifying an output found."""

    record: Mapping[str, Any]
    """Of the run; see ``trace``."""
    findings: tuple[Finding, ...]

    @property
    def can_be_relied_on(self) -> bool:
        """Whether nothing that was compared differs, and the output itself was compared."""
        return all(finding.holds is not False for finding in self.findings)

    def lines(self) -> Iterator[str]:
        """Yield one sentence a finding, and a conclusion."""
        words = {True: "ok", False: "DIFFERS", None: "not compared"}
        for finding in self.findings:
            yield f"{finding.what}: {words[finding.holds]}. {finding.detail}"
        unseen = [f.what for f in self.findings if f.holds is None]
        if not self.can_be_relied_on:
            yield "Do not rely on this output."
        elif unseen:
            yield f"What was compared agrees; not compared: {', '.join(unseen)}."
        else:
            yield "This output is what its record says, and can be made again from what is here."


@dataclass(frozen=True)
class Sources:
    """Where to find what an output was made of."""

    comments: Path | None = None
    """By default a file of the recorded name, beside the output or in the working folder."""
    framework: str | None = None
    """By default the shipped one with the recorded hash."""
    model: Path | None = None
    """By default the shipped one."""


def verify_output(output: str | Path, sources: Sources | None = None, *, again: bool = False) -> Verification:
    """
    Compare an output with the record beside it.

    Parameters
    ----------
    output : path
        A file that ``kempen classify`` wrote.
    sources : Sources, optional
    again : bool
        Classify the comments again and compare every assignment; takes as long as the first time.

    Returns
    -------
    Verification

    Raises
    ------
    CommentsError
        If the output or its record is missing or cannot be read.
    """
    output, sources = Path(output), sources or Sources()
    record = read_record(output)
    try:
        findings = [_check_bytes(output, record), _check_contents(output, record)]
        comments = sources.comments or _find_comments(output, record)
        findings += [
            _check_input(comments, record),
            _check_framework(sources.framework, record),
            _check_model(sources.model, record),
            _check_package(record),
        ]
        if again:
            findings.append(_check_again(output, record, comments, sources))
    except (KeyError, TypeError, AttributeError) as error:
        lacks = f"lacks {error}" if isinstance(error, KeyError) else "holds something else than was written"
        msg = f"{record_path(output)} was changed: it {lacks}. Restore it, or run the command again."
        raise CommentsError(msg) from error
    return Verification(record, tuple(findings))


def _check_bytes(output: Path, record: Mapping[str, Any]) -> Finding:
    expected, found = record["output"]["sha256"], sha256_of(output)
    detail = f"SHA-256 {found}" if found == expected else f"recorded {expected}, found {found}: changed after the run"
    return Finding("output file", found == expected, detail)


def _check_contents(output: Path, record: Mapping[str, Any]) -> Finding:
    written = record["output"]
    try:
        frame = read_assignments(output)
    except CommentsError as error:
        return Finding("contents", holds=False, detail=str(error))
    quoted = frame[frame["quote"].notna()]
    wrong = sum(
        not isinstance(text, str) or pd.isna(start) or pd.isna(end) or text[start:end] != quote
        for text, start, end, quote in quoted[["text", "start", "end", "quote"]].itertuples(index=False, name=None)
    )
    problem_rows = int((frame["state"] == "problem").sum())
    is_whole = (len(frame), problem_rows) == (written["rows"], written["states"]["problem"])
    counted = written["comments"] == record["input"]["comments"]
    detail = (
        f"{len(frame):,} rows for {written['comments']:,} of {record['input']['comments']:,} comments, "
        f"{problem_rows:,} set aside, {wrong} quotes that are not in their text"
    )
    if not is_whole:
        detail += f"; recorded were {written['rows']:,} rows and {written['states']['problem']:,} set aside"
    return Finding("contents", is_whole and counted and not wrong, detail)


def _find_comments(output: Path, record: Mapping[str, Any]) -> Path | None:
    name = Path(str(record["input"]["file"])).name
    return next((p for p in (output.parent / name, Path(name)) if p.is_file()), None)


def _check_input(comments: Path | None, record: Mapping[str, Any]) -> Finding:
    if comments is None:
        detail = f"{record['input']['file']} is not here; name it with --comments"
        return Finding("comments", holds=None, detail=detail)
    if not comments.is_file():
        msg = f"{comments} is not a file. Name the comments that {record['output']['file']} was made of."
        raise CommentsError(msg)
    return _compared("comments", record["input"]["sha256"], sha256_of(comments), str(comments))


def _compared(what: str, expected: str, found: str, name: str) -> Finding:
    detail = f"{name} has the recorded hash" if found == expected else f"{name} has another hash than the run's"
    return Finding(what, found == expected, detail)


def _check_framework(asked: str | None, record: Mapping[str, Any]) -> Finding:
    expected = record["framework"]["sha256"]
    if asked is not None:
        return _compared("framework", expected, _framework_sha256(asked), asked)
    if any(_framework_sha256(name) == expected for name in framework_names()):
        return Finding("framework", holds=True, detail=f"{record['framework']['id']} as shipped")
    detail = (
        f"the run had another framework ({record['framework']['id']}) than the shipped ones; name it with --framework"
    )
    return Finding("framework", holds=None, detail=detail)


def _framework_sha256(name: str) -> str:
    return framework_hash(load_framework(name))


def _check_model(model: Path | None, record: Mapping[str, Any]) -> Finding:
    folder = model_folder(model)
    try:
        verify_model(folder)
    except KempenError as error:
        return Finding("model", holds=False, detail=str(error))
    found, expected = sha256_of(folder / "manifest.json"), record["model"]["manifest_sha256"]
    if found != expected and model is None:
        detail = f"the run had another model ({record['model']['folder']}) than the shipped one; name it with --model"
        return Finding("model", holds=None, detail=detail)
    return _compared("model", expected, found, folder.name)


def _check_package(record: Mapping[str, Any]) -> Finding:
    package, now = record["package"], versions()
    others = sorted(name for name in now if record["versions"].get(name) != now[name])
    if package["sha256"] != package_sha256():
        others.insert(0, "kempen_nlp")
    if not others:
        return Finding("program", holds=True, detail=f"kempen_nlp {package['version']} and the same libraries")
    # Another version is no fault of the output; it may only come out otherwise when made again.
    detail = f"another version now: {', '.join(others)}; the run was made with kempen_nlp {package['version']}"
    return Finding("program", holds=None, detail=detail)


def _check_again(output: Path, record: Mapping[str, Any], comments: Path | None, sources: Sources) -> Finding:
    if comments is None:
        return Finding("made again", holds=None, detail="the comments are not here")
    with tempfile.TemporaryDirectory() as folder:
        remade = Path(folder) / output.name
        classify_file(
            comments,
            remade,
            framework=sources.framework or record["framework"]["id"],
            model=sources.model,
            min_precision=record["model"]["min_precision"],
            columns={name: record["input"][name] for name in ("text_column", "id_column", "sheet")},
            options=_options_of(record),
        )
        other = _differing_facts(record, read_record(remade))
        same_bytes = sha256_of(remade) == record["output"]["sha256"]
        differ = 0 if same_bytes else _n_differing(remade, output, record["privacy"]["hashed_columns"])
    if other:
        return Finding("made again", holds=False, detail=f"the record says otherwise of {', '.join(other)}")
    if same_bytes:
        return Finding("made again", holds=True, detail="the same bytes")
    return Finding("made again", not differ, f"{differ} rows differ; hashed columns are not compared")


def _differing_facts(record: Mapping[str, Any], remade: Mapping[str, Any]) -> list[str]:
    """Name what the record says of the run that does not come out again; versions are compared elsewhere."""
    pairs = [("model", name) for name in ("encoder", "thresholds", "trained", "matched")]
    pairs += [("output", name) for name in ("comments", "rows", "states", "problems")]
    return [name for part, name in pairs if record[part].get(name) != remade[part].get(name)]


def _options_of(record: Mapping[str, Any]) -> BatchOptions:
    privacy = record["privacy"]
    return BatchOptions(
        PersonPolicy(privacy["pseudonymised"], privacy["names"], keep_persons=not privacy["hashed_columns"])
    )


def _n_differing(one: Path, other: Path, hashed: list[str]) -> int:
    frames = [read_assignments(path) for path in (one, other)]
    kept = [frame.drop(columns=[c for c in hashed if c in frame.columns]) for frame in frames]
    if len(kept[0]) != len(kept[1]) or list(kept[0].columns) != list(kept[1].columns):
        return max(map(len, kept))
    missing = pd.DataFrame({c: kept[0][c].isna() != kept[1][c].isna() for c in kept[0].columns})
    other_value = kept[0].ne(kept[1]).fillna(value=False) & kept[0].notna()
    return int((missing | other_value.astype(bool)).any(axis=1).sum())
