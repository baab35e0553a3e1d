"""
Measure how much of the marked mentions is replaced, and what is replaced that should not be.

Run as ``python tests/privacy/measure.py [SET …] [--deduce] [--list]``; sets are ``development``, ``more``
and the halves ``registers/tune`` and ``registers/frozen``. ``--list`` prints what was missed and what
was replaced wrongly; of the frozen half it prints figures only.
"""

from __future__ import annotations

import hashlib
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kempen_nlp.intervals import wilson_interval
from kempen_nlp.language.pseudonyms import Pseudonymiser, deduce_finder

FOLDER = Path(__file__).parent
SETS = ("development", "more", "registers/tune", "registers/frozen")
KINDS = {"n": "NAAM", "e": "E-MAIL", "t": "TELEFOON", "b": "BSN", "i": "IBAN", "p": "PERSONEELSNUMMER", "a": "ADRES", "c": "POSTCODE"}  # fmt: skip
_MARK = re.compile(r"<([a-z]):([^>]+)>")


@dataclass
class Measured:
    """What was found in one set of marked comments."""

    n: Counter[str] = field(default_factory=Counter)
    """Mentions of each kind."""
    found: Counter[str] = field(default_factory=Counter)
    by_register: dict[str, Counter[str]] = field(default_factory=dict)
    """For each register: comments, mentions, mentions found, false maskings."""
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    """Replacements that touch no mention."""
    wide: list[str] = field(default_factory=list)
    """Replacements that touch a mention and take other words with it."""
    n_comments: int = 0
    n_bare: int = 0
    """Comments in which nothing is marked."""
    n_bare_false: int = 0
    """False maskings in those."""
    seconds: float = 0.0

    @property
    def recall(self) -> float:
        """Share of the mentions of which every letter and digit is replaced."""
        return sum(self.found.values()) / sum(self.n.values())

    @property
    def false_per_100(self) -> float:
        """False maskings for each hundred comments."""
        return 100 * len(self.false) / self.n_comments


def unmarked(line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return the comment without marks, and the places of the mentions with their kind."""
    text, places, last = "", [], 0
    for match in _MARK.finditer(line):
        text += line[last : match.start()]
        places.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        last = match.end()
    return text + line[last:], places


def is_frozen(line: str) -> bool:
    """Say whether a comment is in the half that rules are never mended with."""
    return hashlib.sha256(unmarked(line)[0].encode()).digest()[0] % 2 == 0


def lines_of(name: str) -> Iterator[tuple[str, str]]:
    """Yield register and marked comment of a set; ``registers/tune`` is half of ``registers``."""
    stem, _, half = name.partition("/")
    register = stem
    for line in (FOLDER / f"{stem}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            register = line[3:]
        elif line.strip() and not line.startswith("#") and (not half or is_frozen(line) == (half == "frozen")):
            yield register, line


def measure(lines: Iterable[tuple[str, str]], masker: Pseudonymiser | None = None) -> Measured:
    """Count mentions whose every letter and digit is replaced, and what is replaced besides."""
    masker, result = masker or Pseudonymiser(), Measured()
    for register, line in lines:
        text, places = unmarked(line)
        started = time.perf_counter()
        spans = [(m.start, m.end) for m in masker.mask(text).mentions]
        result.seconds += time.perf_counter() - started
        _count(result, register, text, (places, spans))
    return result


def _count(
    result: Measured, register: str, text: str, found: tuple[list[tuple[int, int, str]], list[tuple[int, int]]]
) -> None:
    places, spans = found
    hidden = {i for start, end in spans for i in range(start, end)}
    marked = {i for start, end, _ in places for i in range(start, end)}
    tally = result.by_register.setdefault(register, Counter())
    tally["comments"] += 1
    result.n_comments += 1
    result.n_bare += not places
    for start, end, kind in places:
        is_found = all(i in hidden or not text[i].isalnum() for i in range(start, end))
        result.n[kind] += 1
        result.found[kind] += is_found
        tally["mentions"] += 1
        tally["found"] += is_found
        if not is_found:
            result.missed.append(f"{text[start:end]} | {text}")
    for start, end in spans:
        if not marked & set(range(start, end)):
            result.false.append(f"{text[start:end]} | {text}")
            result.n_bare_false += not places
            tally["false"] += 1
        elif any(text[i].isalnum() and i not in marked for i in range(start, end)):
            result.wide.append(f"{text[start:end]} | {text}")


def report(name: str, found: Measured, *, listed: bool) -> Iterator[str]:
    """Yield the lines that say what was measured on a set."""
    n, n_found = sum(found.n.values()), sum(found.found.values())
    low, high = wilson_interval(n_found, n)
    yield (
        f"{name}: recall {found.recall:.3f} ({n_found} of {n}, 95 % interval {float(low):.3f} to {float(high):.3f}) "
        f"in {found.n_comments} comments"
    )
    yield "  " + ", ".join(f"{KINDS[kind]} {found.found[kind]}/{found.n[kind]}" for kind in KINDS if found.n[kind])
    yield (
        f"  false maskings {len(found.false)}, {found.false_per_100:.1f} per 100 comments "
        f"({found.n_bare_false} in {found.n_bare} comments without mentions); "
        f"{len(found.wide)} maskings take other words along; {1000 * found.seconds / found.n_comments:.2f} ms a comment"
    )
    for register, tally in found.by_register.items() if len(found.by_register) > 1 else ():
        yield f"  {register}: {tally['found']}/{tally['mentions']}, {tally['false']} false in {tally['comments']} comments"
    if listed and not name.endswith("frozen"):
        yield from (f"  {what}: {line}" for what in ("missed", "false", "wide") for line in getattr(found, what))


def main(arguments: list[str]) -> None:
    """Measure the named sets, or all."""
    finder: Callable[..., object] | None = deduce_finder() if "--deduce" in arguments else None
    masker = Pseudonymiser(finder=finder)
    masker.mask("De tabellen worden geladen.")
    for name in [a for a in arguments if not a.startswith("--")] or SETS:
        found = measure(lines_of(name), masker)
        sys.stdout.write("".join(f"{line}\n" for line in report(name, found, listed="--list" in arguments)))


if __name__ == "__main__":
    main(sys.argv[1:])
