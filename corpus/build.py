"""Rebuild what is derived in this folder: frameworks from handbooks, and the manifest of hashes."""

from __future__ import annotations

import json
from pathlib import Path

from kempen_nlp.corpus import LabelledComment, feedback_frame, load_feedback, sha256_of
from kempen_nlp.parsing import parse_handbook
from kempen_nlp.recipes import annotation_agreement

CORPUS = Path(__file__).resolve().parent
LISTED = (
    "handbooks/*.txt",
    "frameworks/*.json",
    "feedback/*.jsonl",
    "feedback/*.csv",
    "feedback/*.md",
    "distinctness/*",
)


def counts_table(comments: list[LabelledComment]) -> str:
    """Return the counts of the labelled comments as two Markdown tables."""
    parts = ["train", "validation", "test"]
    lines = ["| part | comments | labels | writers | without evidence | Flemish |", "|---|---|---|---|---|---|"]
    for part in [*parts, "all"]:
        own = [c for c in comments if part in ("all", c.split)]
        n_labels = sum(len(c.labels) for c in own)
        empty = sum(not c.labels for c in own)
        flemish = sum("flemish" in c.tags for c in own)
        lines.append(f"| {part} | {len(own)} | {n_labels} | {len({c.writer for c in own})} | {empty} | {flemish} |")
    frame = feedback_frame(comments).dropna(subset=["competency"])
    table = frame.pivot_table(index="competency", columns="rank", values="id", aggfunc="count", fill_value=0)
    development = (frame["polarity"] == "development").groupby(frame["competency"]).mean()
    lines += ["", "| labels | 1 | 2 | 3 | 4 | development |", "|---|---|---|---|---|---|"]
    for name, row in table.iterrows():
        lines.append(
            f"| {name} | " + " | ".join(str(row[rank]) for rank in (1, 2, 3, 4)) + f" | {development[name]:.0%} |"
        )
    return "\n".join(lines)


def agreement_table() -> str:
    """Return the agreement of first and second labels as a Markdown table."""
    found = annotation_agreement()
    lines = ["| | alpha | 95 % interval | n |", "|---|---|---|---|"]
    for what, unit in (("competency", "yes or no decisions"), ("rank", "ranks given twice")):
        row = found[what].iloc[-1]
        lines.append(
            f"| {what} | {row['alpha']:.3f} | {row['low']:.3f} – {row['high']:.3f} | {row['n_units']} {unit} |"
        )
    counts = found["counts"]["n"]
    return "\n".join([*lines, "", ", ".join(f"{name}: {n}" for name, n in counts.items()) + "."])


def write_section(name: str, text: str) -> None:
    """Put a text between its marks in ``README.md``."""
    path = CORPUS / "README.md"
    begin, end = f"<!-- {name}: begin (written by corpus/build.py) -->", f"<!-- {name}: end -->"
    head, _, rest = path.read_text(encoding="utf-8").partition(begin)
    _, _, tail = rest.partition(end)
    path.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")


def main() -> None:
    """Write ``frameworks/*.json``, ``manifest.json`` and the counts in ``README.md``."""
    for handbook in sorted((CORPUS / "handbooks").glob("*.txt")):
        parsed = parse_handbook(handbook)
        path = CORPUS / "frameworks" / f"{handbook.stem}.json"
        path.write_text(parsed.framework.to_json(), encoding="utf-8")
        print(f"{path.name}: {parsed.coverage}")
    files = sorted(path for pattern in LISTED for path in CORPUS.glob(pattern))
    manifest = {path.relative_to(CORPUS).as_posix(): sha256_of(path) for path in files}
    (CORPUS / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"manifest.json: {len(manifest)} files")
    write_section("counts", counts_table(load_feedback()))
    write_section("agreement", agreement_table())


if __name__ == "__main__":
    main()
