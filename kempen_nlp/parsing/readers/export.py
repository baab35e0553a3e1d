"""JSON as HR systems export it: nested objects, maps by name, or rows, read as headings, items and tables."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.blocks import split_cell
from kempen_nlp.parsing.pages import PageLog
from kempen_nlp.parsing.scales import is_ordered, read_column_level
from kempen_nlp.parsing.words import column_role, is_other_section

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
_NAMES = ("naam", "name", "titel", "title", "label", "omschrijving kort")
_TEXTS = ("tekst", "text", "waarde", "value", "inhoud", "content", "zin")
_LONG_TEXT = 4
Json = Any


def read_json(content: bytes, path: Path) -> PageLog:
    """
    Read JSON of any shape that names competencies, levels and behaviour.

    Raises
    ------
    ParseError
        If it is no JSON, nested deeper than any export is, or larger than 5 MB.
    """
    if len(content) > MAX_BYTES:
        msg = f"{path} has {len(content):,} bytes; an export of competencies has at most {MAX_BYTES:,}. Split it."
        raise ParseError(msg)
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        msg = f"{path}:{error.lineno}: not JSON ({error.msg}). Export it again, as JSON in UTF-8."
        raise ParseError(msg) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        msg = f"{path} cannot be read as JSON ({type(error).__name__}). Export it again, as JSON in UTF-8."
        raise ParseError(msg) from error
    log = PageLog(path)
    walker = _Walker(log)
    walker.read(data, "", "", 1)
    if walker.left_out:
        log.notes.append(f"fields {', '.join(sorted(walker.left_out))} were not used")
    return log


class _Walker:
    """Turns values into lines: a name is a heading, a level a heading under it, behaviour an item."""

    def __init__(self, log: PageLog) -> None:
        self._log = log
        self.left_out: set[str] = set()
        """Names of fields that hold sentences and were not used."""

    def read(self, value: Json, key: str, where: str, depth: int, *, in_level: bool = False) -> None:
        """
        Read a value.

        Parameters
        ----------
        value : JSON value
            What stands in the field.
        key : str
            Name of the field; empty at the top and inside a list.
        where : str
            Path to it, for messages.
        depth : int
            Depth that a heading here has.
        in_level : bool
            Whether it is part of a level.
        """
        if where.count(".") + where.count("[") > MAX_DEPTH:
            msg = f"{self._log.path} nests its parts over {MAX_DEPTH} deep. Export the competencies alone."
            raise ParseError(msg)
        if isinstance(value, dict):
            self._read_object(value, where, depth, in_level=in_level)
        elif isinstance(value, list):
            self._read_list(value, key, where, depth, in_level=in_level)
        elif value is not None:
            self._read_scalar(value, key, where, in_level=in_level)

    def _read_object(self, found: Mapping[str, Json], where: str, depth: int, *, in_level: bool) -> None:
        level = _level_of(found)
        name_key = _name_key(found)
        if level and not in_level:
            name = str(found[name_key]) if name_key else ""
            title = f"{level} ({name[:40]})" if name and name.casefold() not in level.casefold() else level
            self._log.add(title, where, depth=depth)
            depth, in_level = depth + 1, True
        elif name_key and not in_level:
            self._log.add(str(found[name_key]), where, depth=depth)
            in_level = _is_level_name(str(found[name_key])) and not _holds_levels(found)
            depth += 1
        elif name_key:
            self._log.add(f"{found[name_key]}:", where, style="bold")
        skipped = {name_key, _level_key(found)} if level or name_key else set()
        fields = [(key, value) for key, value in found.items() if key not in skipped and value not in (None, "", [])]
        if not level and not name_key and self._read_map(dict(fields), where, depth):
            return
        # What a competency is comes before its levels, whatever the order of the fields.
        for key, value in sorted(fields, key=lambda field: isinstance(field[1], (dict, list))):
            self.read(value, key, f"{where}.{key}".lstrip("."), depth, in_level=in_level)

    def _read_map(self, fields: Mapping[str, Json], where: str, depth: int) -> bool:
        """Read an object whose keys are levels or names; False when they are fields."""
        nested = {key: value for key, value in fields.items() if isinstance(value, (dict, list, str))}
        levels = {key: mark for key in nested if (mark := read_column_level(_words(key)))}
        unranked = [mark.name for mark in levels.values() if mark.rank is None]
        if len(levels) > 1 and len(levels) == len(fields) and (not unranked or is_ordered(unranked)):
            for key, value in fields.items():
                name_key = _name_key(value) if isinstance(value, dict) else None
                self._log.add(_level_title(key, str(value[name_key]) if name_key else ""), where, depth=depth)
                inner = {k: v for k, v in value.items() if k != name_key} if name_key else value
                self.read(inner, "", f"{where}.{key}", depth + 1, in_level=True)
            return True
        parent = where.rpartition(".")[2]
        if not _is_map(fields, parent):
            return False
        for key, value in fields.items():
            self._log.add(key, where, depth=depth)
            self.read(value, "", f"{where}.{key}", depth + 1)
        return True

    def _read_list(self, values: Sequence[Json], key: str, where: str, depth: int, *, in_level: bool) -> None:
        if is_other_section(_words(key)):
            self._log.add(_words(key).capitalize(), where, depth=depth)
        elif key and all(isinstance(v, str) for v in values) and not _holds_behaviour(key):
            self._leave_out(" / ".join(values), key, where)
            return
        if rows := _rows(values):
            table = self._log.new_table()
            for number, row in enumerate(rows):
                self._log.add_row(row, f"{where}[{number - 1}]" if number else where, table)
            return
        for number, value in enumerate(values):
            place = f"{where}[{number}]"
            if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                self._add_items(str(value), place)
            elif isinstance(value, dict) and (text := _lone_text(value)) and in_level:
                self._add_items(text, place)
            else:
                self.read(value, "", place, depth, in_level=in_level)

    def _read_scalar(self, value: Json, key: str, where: str, *, in_level: bool) -> None:
        text, words = str(value).strip(), _words(key)
        role = column_role(words)
        if isinstance(value, str) and (role == "indicator" or (in_level and (not key or words in _TEXTS))):
            self._add_items(text, where)
        elif isinstance(value, str) and role in ("definition", "headline"):
            self._log.add(" ".join(text.split()), where)
        elif isinstance(value, str) and role == "cluster":
            self._log.add(f"Cluster: {text}", where)
        else:
            self._leave_out(text, key, where)

    def _add_items(self, text: str, where: str) -> None:
        for part in split_cell(text):
            self._log.add(part, where, glyph="•")

    def _leave_out(self, text: str, key: str, where: str) -> None:
        if len(text.split()) >= _LONG_TEXT:
            self.left_out.add(f"'{key}'")
        self._log.leave_out(text, where, f"field '{key}' describes no competency or level")


def _words(key: str) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key).replace("_", " ").replace("-", " ")
    return " ".join(apart.split()).casefold()


def _name_key(found: Mapping[str, Json]) -> str | None:
    """Return the field that names an object: a competency's own, or else one that any object may have."""
    texts = {key: _words(key) for key, value in found.items() if isinstance(value, str) and value.strip()}
    own = [key for key, words in texts.items() if column_role(words) == "competency"]
    named = [key for words in (*_NAMES, "level name", "niveaunaam") for key, w in texts.items() if w == words]
    named += [key for key, words in texts.items() if words.endswith((" naam", " name", " titel", " title"))]
    return next(iter([*own, *named]), None)


def _level_key(found: Mapping[str, Json]) -> str | None:
    for key, value in found.items():
        is_scalar = isinstance(value, (str, int, float)) and not isinstance(value, bool)
        if is_scalar and column_role(_words(key)) == "level" and str(value).strip():
            return key
    return None


def _level_of(found: Mapping[str, Json]) -> str:
    key = _level_key(found)
    if key is None:
        return ""
    value = found[key]
    text = str(int(value)) if isinstance(value, float) and math.isfinite(value) else str(value).strip()
    return f"Niveau {text}" if re.fullmatch(r"\d{1,2}|[A-Ha-h]|[IVX]{1,4}", text) else text


def _level_title(key: str, name: str) -> str:
    mark = read_column_level(_words(key))
    is_bare = len(_words(key)) <= 2
    title = f"Niveau {mark.rank}" if mark and mark.rank and is_bare else _words(key).capitalize()
    return f"{title} ({name[:40]})" if name and name.casefold() not in title.casefold() else title


def _is_level_name(text: str) -> bool:
    return read_column_level(text) is not None


def _holds_levels(value: Json) -> bool:
    if isinstance(value, dict):
        return any(_level_of(v) for v in value.values() if isinstance(v, dict)) or any(
            _holds_levels(v) for v in value.values()
        )
    return isinstance(value, list) and any(isinstance(v, dict) and (_level_of(v) or _holds_levels(v)) for v in value)


def _holds_behaviour(key: str) -> bool:
    words = _words(key)
    return column_role(words) == "indicator" or words in _TEXTS or words.split()[-1] in ("gedrag", "behaviours")


def _is_map(fields: Mapping[str, Json], parent: str) -> bool:
    """Tell whether keys are names: those under 'competenties', or several that hold objects of the same shape."""
    if not fields or not all(isinstance(value, (dict, list)) for value in fields.values()):
        return False
    if column_role(_words(parent)) == "competency":
        return True
    shapes = {frozenset(v) if isinstance(v, dict) else frozenset(v[0]) for v in fields.values() if v and _is_shaped(v)}
    return len(fields) > 1 and len(shapes) == 1 and all(_is_shaped(value) for value in fields.values())


def _is_shaped(value: Json) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _lone_text(found: Mapping[str, Json]) -> str:
    """Return the text of an object that holds one and nothing that is nested."""
    if any(isinstance(value, (dict, list)) for value in found.values()):
        return ""
    texts = [v for k, v in found.items() if isinstance(v, str) and (_holds_behaviour(k) or _words(k) in _NAMES)]
    texts = texts or [v for k, v in found.items() if isinstance(v, str) and column_role(_words(k)) == "definition"]
    return texts[0] if texts else ""


def _rows(values: Sequence[Json]) -> list[list[str]]:
    """Return a table with its head, when all objects are flat and say of which competency and level they are."""
    if len(values) < 2 or not all(isinstance(value, dict) and _is_flat(value) for value in values):
        return []
    keys = list(dict.fromkeys(key for value in values for key in value))
    roles = [column_role(_words(key)) for key in keys]
    levels = [key for key in keys if read_column_level(_words(key))]
    if not ("competency" in roles and "level" in roles) and len(levels) < 2:
        return []
    names = {_name_key(value) for value in values}
    titles = ["Competentie" if key in names else _words(key).capitalize() for key in keys]
    return [titles, *([_cell(value.get(key)) for key in keys] for value in values)]


def _is_flat(found: Mapping[str, Json]) -> bool:
    return not any(
        isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value))
        for value in found.values()
    )


def _cell(value: Json) -> str:
    if isinstance(value, list):
        return "\n".join(f"• {text}" for text in _texts(value))
    return "" if value is None else str(value)


def _texts(values: Sequence[Json]) -> Iterator[str]:
    return (" ".join(str(value).split()) for value in values if value is not None)
