"""Throw damaged documents and random text at the parser: `python tests/handbooks/fuzz.py 10000`."""

from __future__ import annotations

import io
import json
import random
import re
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path

from kempen_nlp.errors import KempenError
from kempen_nlp.parsing import parse_handbook

DOCUMENTS = Path(__file__).parent / "documents"
WORDS = ["Niveau 1", "Niveau 2:", "niveau", "Level", "# ", "## ", "####", "- ", "• ", "* ", "**", "|", "\t", "Competentie: ", "Samenwerken",
         "Plannen", "Helpt mee.", "Definitie:", "---", "<br>", "Goed", "Onvoldoende", "(2)", "zie", "n.v.t.", "Pagina 1 van 2", "1.", "\xad", "=",
         "Lichtgroen = groeicompetentie", "Specialisatie:", "vervolg", "\x0c", "\u200b", "😀", "<ul>", "A", "B", "0", "99"]  # fmt: skip

FIELDS = ["competenties", "competencies", "naam", "name", "niveau", "level", "levels", "niveaus", "indicatoren", "behaviours", "definitie",
          "Basis", "Gevorderd", "1", "2", "L1", "tekst", "cluster", "tips", "Samenwerken", "proficiencyLevels", "id"]  # fmt: skip


FAULTS = (TypeError, AttributeError, IndexError, KeyError, NameError, UnboundLocalError, AssertionError)


def random_text(rng):
    """Return lines made of the words that the parser looks for."""
    return "\n".join(
        "".join(rng.choices([*WORDS, " ", " "], k=rng.randint(0, 6))) for _ in range(rng.randint(1, 40))
    ).encode()


def random_json(rng, depth=0):
    """Return JSON nested at random, with the fields that exports have."""
    kind = rng.random()
    if depth > 5 or kind < 0.35:
        return rng.choice([*WORDS, "Helpt een collega die erom vraagt.", 1, 2, 3.0, True, None, ""])
    if kind < 0.65:
        return [random_json(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return {rng.choice(FIELDS): random_json(rng, depth + 1) for _ in range(rng.randint(0, 5))}


def mutated(rng, content):
    """Return bytes with a few changes: flipped, cut, doubled, or moved."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        at, size = rng.randrange(len(data) + 1), rng.randint(1, 60)
        kind = rng.randrange(5)
        if kind == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + size]
        elif kind == 2:
            data[at:at] = data[rng.randrange(len(data) + 1) :][:size]
        elif kind == 3:
            data[at:at] = rng.choice(WORDS).encode()
        elif len(data) > 100:
            del data[max(at, 50) :]
    return bytes(data)


def lines_shuffled(rng, content):
    """Return text with lines left out, doubled and moved."""
    lines = content.decode("utf-8", "replace").split("\n")
    for _ in range(rng.randint(1, 10)):
        line = lines.pop(rng.randrange(len(lines))) if len(lines) > 1 else ""
        if rng.random() < 0.8:
            lines.insert(rng.randrange(len(lines) + 1), line)
    return "\n".join(lines).encode()


def parts_moved(rng, content):
    """Return an Office file with paragraphs and rows left out, doubled and moved; its parts stay whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name in [n for n in parts if re.search(r"document\.xml$|sheet\d+\.xml$", n)]:
        pieces = re.split(rb"(<w:p[ >].*?</w:p>|<row [^>]*>.*?</row>)", parts[name], flags=re.DOTALL)
        inner = list(range(1, len(pieces), 2))
        for _ in range(rng.randint(1, 10)):
            if len(inner) > 1:
                at, other = rng.sample(inner, 2)
                pieces[at] = rng.choice([b"", pieces[other], pieces[at] + pieces[at]])
        parts[name] = b"".join(pieces)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return target.getvalue()


def hidden_fault(error):
    """Return the type and place of a fault of our own that a reader turned into a clear error; empty when none is."""
    cause = error.__cause__
    if not isinstance(cause, FAULTS):
        return ""
    frame = traceback.extract_tb(cause.__traceback__)[-1]
    return (
        f"{type(cause).__name__} in {Path(frame.filename).name}:{frame.lineno}"
        if "kempen_nlp" in frame.filename
        else ""
    )


def run(n_cases, seed=20261123):
    """Return how each case ended and the longest time; raises what the parser raises beyond its own errors."""
    rng = random.Random(seed)
    sources = [p for p in sorted(DOCUMENTS.iterdir()) if not p.name.endswith(".expected.json")]
    ends, slowest = Counter(), (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        for case in range(n_cases):
            source = rng.choice(sources)
            content = source.read_bytes()
            is_text = source.suffix in (".txt", ".md", ".csv", ".html", ".json", ".tsv")
            kind = rng.random()
            if kind < 0.05:
                content, suffix = json.dumps(random_json(rng)).encode(), ".json"
            elif kind < 0.25:
                content, suffix = random_text(rng), rng.choice([".txt", ".md", ".html", ".csv"])
            elif source.suffix in (".docx", ".xlsx") and kind < 0.7:
                content, suffix = parts_moved(rng, content), source.suffix
            else:
                content, suffix = (
                    (lines_shuffled(rng, content) if is_text and kind < 0.6 else mutated(rng, content)),
                    source.suffix,
                )
            path = Path(folder) / f"geval{suffix}"
            path.write_bytes(content)
            started = time.perf_counter()
            try:
                framework = parse_handbook(path).framework
                assert len(framework) > 0
                framework.from_json(framework.to_json())
                ends["framework"] += 1
            except KempenError as error:
                ends["clear error" if str(error) and "\n" not in str(error) else "unclear error"] += 1
                if fault := hidden_fault(error):
                    ends[f"hidden: {fault}"] += 1
            except Exception:
                (Path(tempfile.gettempdir()) / f"fuzz-failure{suffix}").write_bytes(content)
                sys.stderr.write(f"case {case}, from {source.name}\n")
                raise
            slowest = max(slowest, (time.perf_counter() - started, source.name))
    return ends, slowest


if __name__ == "__main__":
    ends, (seconds, name) = run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(dict(ends), f"slowest {seconds:.2f} s ({name})")
    sys.exit(any(end.startswith(("hidden", "unclear")) for end in ends))
