"""
Write the long word lists of pseudonymising anew: names and places out of Faker, words out of the shipped comments.

Run as ``python corpus/word_lists.py FOLDER``, FOLDER being where the wheel of Faker 40.63.0 was unpacked
(MIT; nothing of it is needed to install or run kempen_nlp). Its Flemish names are those of Statbel, 2022.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import simplemma

ROOT = Path(__file__).resolve().parents[1]
TERMS = ROOT / "kempen_nlp" / "language" / "terms"
NEAR = ("nl_NL", "nl_BE")
FAR = (
    "fr_BE", "tr_TR", "pl_PL", "en_GB", "id_ID", "de_DE", "fr_DZ", "es_ES", "it_IT", "pt_PT", "ro_RO", "en_IN", "en_NG",
    "tw_GH", "sv_SE", "hr_HR",
)  # fmt: skip
SOURCE = "from Faker 40.63.0 (MIT, copyright Daniele Faraglia and contributors); written by corpus/word_lists.py."
_NAME = re.compile(r"[a-zà-ÿāăąćčďđęěğıłńňőœřśşšťţůűźżžșț](?:[^\W\d_]|['\-](?=[^\W\d_])){2,}")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_]))*")
_PLACES = frozenset(
    {"engeland", "parijs", "roma", "wassenaar", "vlaanderen", "limburg", "verdun", "beieren", "dommelen"}
)


def names_of(locale: str, kind: str) -> set[str]:
    """Return the names of a kind (``first_name`` or ``last_name``) in a locale, in lower case, one word each."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    particles = set(_lines("name_particles.txt")) | {"'s"}
    found: set[str] = set()
    for attribute in (a for a in dir(provider) if a.startswith(kind)):
        for name in getattr(provider, attribute) if not callable(getattr(provider, attribute)) else ():
            words = name.lower().replace("’", "'").split()
            while len(words) > 1 and words[0] in particles:
                del words[0]
            if len(words) == 1 and _NAME.fullmatch(words[0]):
                found.add(words[0])
    return found - _PLACES


def places() -> set[str]:
    """Return towns and villages, in lower case, those of one word."""
    found: set[str] = set()
    for locale in NEAR:
        found.update(importlib.import_module(f"faker.providers.address.{locale}").Provider.cities)
    return {place.lower() for place in found if " " not in place and "(" not in place and len(place) > 3}


def common_in_comments() -> Counter[str]:
    """Count in how many shipped comments each word stands without a capital."""
    counts: Counter[str] = Counter()
    for path in sorted((ROOT / "corpus" / "feedback").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            counts.update({w for w in _WORD.findall(json.loads(line).get("text") or "") if w.islower()})
    return counts


def _lines(name: str) -> list[str]:
    return [w for w in (TERMS / name).read_text(encoding="utf-8").splitlines() if w and not w.startswith("#")]


def _write(name: str, about: str, words: Iterable[str]) -> None:
    text = "\n".join([f"# {about}", *sorted(words)]) + "\n"
    (TERMS / name).write_text(text, encoding="utf-8", newline="\n")


def main(folder: str) -> None:
    """Write the lists."""
    sys.path.insert(0, folder)
    counts = common_in_comments()
    by_hand = {w for name in ("first_names", "surnames", "ambiguous_names") for w in _lines(f"{name}.txt")}
    first = {n for locale in NEAR for n in names_of(locale, "first_name")}
    last = {n for locale in NEAR for n in names_of(locale, "last_name")}
    far_first = {n for locale in FAR for n in names_of(locale, "first_name")}
    far = far_first | {n for locale in FAR for n in names_of(locale, "last_name")}
    is_word = {w for w in first | last | far if simplemma.is_known(w, lang="nl") or counts[w] > 1}
    usual = {w for w, n in counts.items() if n >= 3 and w not in by_hand and w not in (first | last) - is_word}
    rare = {w for w, n in counts.items() if n == 2 and not simplemma.is_known(w, lang="nl")}
    _write("near_first_names.txt", f"First names of the Netherlands and Flanders, {SOURCE}", first - by_hand)
    _write("near_surnames.txt", f"Surnames of the Netherlands and Flanders, {SOURCE}", last - by_hand)
    _write(
        "far_names.txt", f"Names of elsewhere that are no Dutch words, {SOURCE}", far - is_word - first - last - by_hand
    )
    small = {w for w in far_first - is_word - by_hand if len(w) > 3 and not simplemma.is_known(w, lang="en")}
    _write(
        "far_first_names.txt",
        f"Those of far_names.txt that are first names and no English words, {SOURCE}",
        small - first - last,
    )
    _write("places.txt", f"Towns and villages of the Netherlands and Belgium, {SOURCE}", places())
    _write(
        "words_as_names.txt",
        "Of the names in near_*.txt, those that are Dutch words too.",
        is_word & (first | last) - by_hand,
    )
    lacking = rare | {w for w in usual if not simplemma.is_known(w, lang="nl")}
    _write(
        "comment_words.txt",
        "Words of the shipped comments that dictionaries lack; written by corpus/word_lists.py.",
        lacking - by_hand - (first | last) - far,
    )
    _write(
        "usual_words.txt",
        "Words that stand in three or more of the shipped comments; written by corpus/word_lists.py.",
        usual - by_hand,
    )


if __name__ == "__main__":
    main(sys.argv[1])
