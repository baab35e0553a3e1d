"""Measure how much of the marked mentions is replaced, and what is replaced that should not be."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kempen_nlp.language.pseudonyms import Pseudonymiser

FOLDER = Path(__file__).parent
_MARK = re.compile(r"<([a-z]):([^>]+)>")


@dataclass
class Measured:
    """What was found in one file of marked sentences."""

    n: Counter = field(default_factory=Counter)
    found: Counter = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    n_sentences: int = 0

    @property
    def recall(self):
        return sum(self.found.values()) / sum(self.n.values())


def unmarked(line):
    """Return the sentence without marks, and the places of the mentions with their kind."""
    text, places, last = "", [], 0
    for match in _MARK.finditer(line):
        text += line[last : match.start()]
        places.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        last = match.end()
    return text + line[last:], places


def measure(path, masker=None):
    """Count mentions whose every letter and digit is replaced, and replacements that touch no mention."""
    masker, result = masker or Pseudonymiser(), Measured()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        text, places = unmarked(line)
        masked = masker.mask(text)
        hidden = {i for m in masked.mentions for i in range(m.start, m.end)}
        result.n_sentences += 1
        for start, end, kind in places:
            result.n[kind] += 1
            if all(i in hidden or not text[i].isalnum() for i in range(start, end)):
                result.found[kind] += 1
            else:
                result.missed.append(f"{text[start:end]} | {masked.text}")
        result.false += [
            f"{text[m.start : m.end]} | {text}"
            for m in masked.mentions
            if not any(m.start < end and start < m.end for start, end, _ in places)
        ]
    return result


if __name__ == "__main__":
    for name in sys.argv[1:] or ["development", "held_out", "without"]:
        found = measure(FOLDER / f"{name}.txt")
        n = sum(found.n.values())
        share = f"recall {found.recall:.3f} of {n}" if n else "no mentions"
        sys.stdout.write(f"{name}: {share}, {len(found.false)} false in {found.n_sentences} sentences\n")
        sys.stdout.write("".join(f"  {kind}: {found.found[kind]} of {found.n[kind]}\n" for kind in sorted(found.n)))
        sys.stdout.write("".join(f"  missed: {x}\n" for x in found.missed))
        sys.stdout.write("".join(f"  false: {x}\n" for x in found.false))
