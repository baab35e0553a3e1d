"""Rebuild what is derived in this folder: frameworks from handbooks, and the manifest of hashes."""

from __future__ import annotations

import json
from pathlib import Path

from kempen_nlp.corpus import sha256_of
from kempen_nlp.parsing import parse_handbook

CORPUS = Path(__file__).resolve().parent
LISTED = (
    "handbooks/*.txt",
    "frameworks/*.json",
    "feedback/*.jsonl",
    "feedback/*.csv",
    "feedback/*.md",
    "distinctness/*",
)


def main() -> None:
    """Write ``frameworks/*.json`` and ``manifest.json``."""
    for handbook in sorted((CORPUS / "handbooks").glob("*.txt")):
        parsed = parse_handbook(handbook)
        path = CORPUS / "frameworks" / f"{handbook.stem}.json"
        path.write_text(parsed.framework.to_json(), encoding="utf-8")
        print(f"{path.name}: {parsed.coverage}")
    files = sorted(path for pattern in LISTED for path in CORPUS.glob(pattern))
    manifest = {path.relative_to(CORPUS).as_posix(): sha256_of(path) for path in files}
    (CORPUS / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"manifest.json: {len(manifest)} files")


if __name__ == "__main__":
    main()
