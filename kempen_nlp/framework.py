"""What a handbook says, as frozen objects: Framework, Competency, Level, Indicator, Profile, Status."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from kempen_nlp.display import table_html
from kempen_nlp.errors import FrameworkError


class Status(StrEnum):
    """A rank seen from the rank that a profile requires."""

    GROWTH = "growth"
    """Above the required rank (groeicompetentie)."""
    DESIRED = "desired"
    """At the required rank (gewenste competentie)."""
    SURPASSED = "surpassed"
    """Below the required rank (ontstegen competentie)."""

    @classmethod
    def of(cls, rank: int, required: int) -> Status:
        """
        Name the status of a rank, seen from the required rank.

        Examples
        --------
        >>> Status.of(3, required=2)
        <Status.GROWTH: 'growth'>
        """
        if rank == required:
            return cls.DESIRED
        return cls.GROWTH if rank > required else cls.SURPASSED


@dataclass(frozen=True, slots=True)
class Indicator:
    """One sentence of behaviour that shows a level."""

    id: str
    """Unique within the framework, ``competency/rank/number`` in lower case."""
    text: str
    """The sentence as meant, without bullets or line breaks."""
    lines: tuple[int, int]
    """First and last line of the handbook that it came from, counted from 1; (0, 0) when unknown."""


@dataclass(frozen=True, slots=True)
class Level:
    """One rung of a competency; rungs are ordered and higher means broader."""

    rank: int
    """Position on the scale, counted from 1 (lowest)."""
    headline: str | None
    """The sentence that sums the level up; None when the handbook has none."""
    applicable: bool
    """False when the handbook says that this level does not exist for the competency."""
    indicators: tuple[Indicator, ...]
    """In handbook order. Empty when the handbook describes no behaviour here."""

    @property
    def text(self) -> str:
        """Headline and indicators as one description, newline-separated."""
        return "\n".join(filter(None, [self.headline, *(i.text for i in self.indicators)]))


@dataclass(frozen=True, slots=True)
class Competency:
    """A named ability, described at several levels."""

    id: str
    """Unique within the framework: the name in lower case with hyphens."""
    name: str
    """As the handbook prints it."""
    definition: str | None
    """None when the handbook gives no definition."""
    levels: tuple[Level, ...]
    """Ordered by rank."""
    cluster: str | None = None
    """The handbook's title over this competency and its neighbours; None when it has none."""

    def level(self, rank: int) -> Level:
        """Return the level with this rank; raises KeyError when the competency has none."""
        for level in self.levels:
            if level.rank == rank:
                return level
        msg = f"{self.name} has no level {rank}; it has {self.ranks}."
        raise KeyError(msg)

    @property
    def ranks(self) -> tuple[int, ...]:
        """The ranks that describe behaviour, in order."""
        return tuple(level.rank for level in self.levels if level.applicable)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, by rank and then in handbook order."""
        return tuple(indicator for level in self.levels for indicator in level.indicators)


@dataclass(frozen=True, slots=True)
class Profile:
    """A job profile with a grade and the rank that it requires per competency."""

    name: str
    """For example ``Adviseur``."""
    grade: str
    """For example ``A``; empty when the handbook has no grades."""
    required: Mapping[str, int]
    """Competency name to required rank."""

    @property
    def label(self) -> str:
        """Name and grade together, as people write it."""
        return f"{self.name} {self.grade}".strip()


@dataclass(frozen=True, slots=True)
class StatusColor:
    """A row of the handbook's colour legend."""

    status: Status
    term: str
    color: str


@dataclass(frozen=True)
class Framework:
    """The competencies of one organisation with their levels and indicators."""

    id: str
    title: str
    source: Mapping[str, str]
    """``file`` and ``sha256`` of the handbook."""
    competencies: tuple[Competency, ...]
    level_scheme: tuple[tuple[int, str], ...] = ()
    """What each rank means in general; empty when the handbook does not say."""
    statuses: tuple[StatusColor, ...] = ()
    specialisations: tuple[str, ...] = ()
    profiles: tuple[Profile, ...] = ()
    _by_name: Mapping[str, Competency] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {c.name: c for c in self.competencies}
        if len(by_name) < len(self.competencies):
            names = [c.name for c in self.competencies]
            twice = sorted({name for name in names if names.count(name) > 1})
            msg = f"Framework {self.id!r} names a competency twice: {twice}. Give each its own name."
            raise FrameworkError(msg)
        object.__setattr__(self, "_by_name", MappingProxyType(by_name))

    def __getitem__(self, name: str) -> Competency:
        """Return the competency with this name; raises KeyError that lists the names there are."""
        try:
            return self._by_name[name]
        except KeyError:
            msg = f"{self.id} has no competency {name!r}; it has {', '.join(self._by_name)}."
            raise KeyError(msg) from None

    def __iter__(self) -> Iterator[Competency]:
        return iter(self.competencies)

    def __len__(self) -> int:
        return len(self.competencies)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the competencies, in handbook order."""
        return tuple(self._by_name)

    @property
    def n_ranks(self) -> int:
        """The highest rank that occurs."""
        return max(level.rank for c in self.competencies for level in c.levels)

    def profile(self, label: str) -> Profile:
        """
        Return the profile with this name and grade, spaces and case ignored.

        Raises
        ------
        FrameworkError
            If there is none; the message lists those there are.
        """
        wanted = "".join(label.split()).casefold()
        for profile in self.profiles:
            if "".join(profile.label.split()).casefold() == wanted:
                return profile
        known = ", ".join(p.label for p in self.profiles) or "none at all"
        msg = f"{self.id} has no profile {label!r}. It has {known}."
        raise FrameworkError(msg)

    def to_frame(self) -> pd.DataFrame:
        """
        Return one row per indicator.

        Returns
        -------
        DataFrame of shape (n_indicators, 7)
            Columns ``competency, rank, headline, indicator_id, text, first_line, last_line``.
        """
        rows = [
            (c.name, level.rank, level.headline, i.id, i.text, *i.lines)
            for c in self.competencies
            for level in c.levels
            for i in level.indicators
        ]
        columns = [
            "competency",
            "rank",
            "headline",
            "indicator_id",
            "text",
            "first_line",
            "last_line",
        ]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Return the framework as plain lists and dictionaries, the keys of the JSON contract."""
        return {
            "id": self.id,
            "title": self.title,
            "source": dict(self.source),
            "level_scheme": [{"rank": rank, "text": text} for rank, text in self.level_scheme],
            "statuses": [{"status": s.status.value, "term": s.term, "color": s.color} for s in self.statuses],
            "specialisations": list(self.specialisations),
            "profiles": [{"name": p.name, "grade": p.grade, "required": dict(p.required)} for p in self.profiles],
            "competencies": [_competency_to_dict(c) for c in self.competencies],
        }

    def to_json(self) -> str:
        """Return the framework as JSON text, ending in a newline."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, origin: str = "framework") -> Framework:
        """
        Build a framework from the JSON contract.

        Parameters
        ----------
        data : mapping
            The keys of the contract; ``competencies`` and what is under it is required, the
            rest may be absent.
        origin : str
            Named in error messages, for example the file.

        Raises
        ------
        FrameworkError
            If something required is missing, ranks do not count up, or a name or id is used twice.
        """
        _check_shape(data, origin)
        try:
            return cls._of(data)
        except FrameworkError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            msg = (
                f"{origin}: source, level_scheme, statuses, profiles or lines are not as `kempen parse` writes them "
                f"({type(error).__name__}: {error}). Correct or remove them."
            )
            raise FrameworkError(msg) from error

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Framework:
        """Build a framework from data whose competencies were checked."""
        return cls(
            id=str(data.get("id") or "framework"),
            title=str(data.get("title") or data.get("id") or "framework"),
            source=MappingProxyType(dict(data.get("source") or {})),
            level_scheme=tuple((s["rank"], s["text"]) for s in data.get("level_scheme") or ()),
            statuses=tuple(StatusColor(Status(s["status"]), s["term"], s["color"]) for s in data.get("statuses") or ()),
            specialisations=tuple(data.get("specialisations") or ()),
            profiles=tuple(
                Profile(p["name"], p["grade"], MappingProxyType(dict(p["required"])))
                for p in data.get("profiles") or ()
            ),
            competencies=tuple(_competency_from_dict(c) for c in data["competencies"]),
        )

    @classmethod
    def from_json(cls, text: str, *, origin: str = "framework") -> Framework:
        """Build a framework from JSON text; raises FrameworkError that names ``origin``."""
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            msg = (
                f"{origin}:{error.lineno}: not JSON ({error.msg}). "
                "Expected a framework file as `kempen parse` writes it."
            )
            raise FrameworkError(msg) from error
        except (ValueError, RecursionError) as error:
            msg = f"{origin} is nested too deep or holds a number that is too long. Is it a framework file?"
            raise FrameworkError(msg) from error
        return cls.from_dict(data, origin=origin)

    @classmethod
    def read(cls, path: str | Path) -> Framework:
        """Read a framework JSON file; raises FrameworkError when it cannot be used."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            msg = (
                f"{path}: byte {error.start} is not UTF-8. "
                "Expected a framework JSON file; for a handbook run `kempen parse` first."
            )
            raise FrameworkError(msg) from error
        except OSError as error:
            msg = f"{path} cannot be read: {error.strerror}."
            raise FrameworkError(msg) from error
        return cls.from_json(text, origin=str(path))

    def _repr_html_(self) -> str:
        rows = [
            (competency.name if n == 0 else "", level.rank, level.headline, "" if level.applicable else "n.v.t.", i)
            for competency in self
            for n, (level, i) in enumerate(
                (level, indicator.text)
                for level in competency.levels
                for indicator in level.indicators or (Indicator("", "", (0, 0)),)
            )
        ]
        headings = ("competentie", "niveau", "kernzin", "", "gedragsindicator")
        profiles = [(p.label, *(p.required.get(name) for name in self.names)) for p in self.profiles]
        shown = f"<p><strong>{escape(self.title)}</strong></p>{table_html(headings, rows)}"
        return shown + (table_html(("profiel", *self.names), profiles) if profiles else "")


def _competency_to_dict(competency: Competency) -> dict[str, Any]:
    cluster = {} if competency.cluster is None else {"cluster": competency.cluster}
    return {
        "id": competency.id,
        "name": competency.name,
        **cluster,
        "definition": competency.definition,
        "levels": [
            {
                "rank": level.rank,
                "headline": level.headline,
                "applicable": level.applicable,
                "indicators": [{"id": i.id, "text": i.text, "lines": list(i.lines)} for i in level.indicators],
            }
            for level in competency.levels
        ],
    }


def _competency_from_dict(data: Mapping[str, Any]) -> Competency:
    levels = tuple(
        Level(
            rank=level["rank"],
            headline=level.get("headline"),
            applicable=bool(level.get("applicable", True)),
            indicators=tuple(Indicator(i["id"], i["text"], _lines(i.get("lines"))) for i in level["indicators"]),
        )
        for level in data["levels"]
    )
    identifier, cluster = data.get("id") or slug(data["name"]), data.get("cluster") or None
    return Competency(identifier, data["name"], data.get("definition"), levels, cluster)


def _lines(lines: list[int] | None) -> tuple[int, int]:
    return (lines[0], lines[1]) if lines else (0, 0)


def slug(name: str) -> str:
    """
    Return a name in lower case with hyphens, for use in ids.

    Examples
    --------
    >>> slug("Plannen en organiseren")
    'plannen-en-organiseren'
    """
    kept = "".join(char if char.isalnum() else " " for char in name.casefold())
    return "-".join(kept.split())


def _check_shape(data: Any, origin: str) -> None:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(data, Mapping) or not isinstance(data.get("competencies"), list):
        found = sorted(data) if isinstance(data, Mapping) else type(data).__name__
        msg = (
            f"{origin}: no list `competencies` in it; found {found}. "
            "Expected a framework file as `kempen parse` writes it."
        )
        raise FrameworkError(msg)
    if not data["competencies"]:
        msg = f"{origin}: `competencies` is empty. A framework has at least one competency."
        raise FrameworkError(msg)
    seen: set[str] = set()
    for number, competency in enumerate(data["competencies"], start=1):
        where = f"{origin}: competency {number}"
        if not isinstance(competency, Mapping) or not str(competency.get("name") or "").strip():
            msg = f"{where} has no `name`."
            raise FrameworkError(msg)
        _check_texts(competency, where, "id", "name", "definition", "cluster")
        _check_levels(competency, f"{where} ({competency['name']})", seen)


def _check_texts(data: Mapping[str, Any], where: str, *names: str) -> None:
    for name in names:
        value = data.get(name)
        if value is not None and not isinstance(value, str):
            msg = f"{where}: `{name}` is a {type(value).__name__}. Expected text."
            raise FrameworkError(msg)
        if value and any("\ud800" <= char <= "\udfff" for char in value):
            msg = f"{where}: `{name}` holds half a character (a lone surrogate), which no encoding has. Replace it."
            raise FrameworkError(msg)


def _check_levels(competency: Mapping[str, Any], where: str, seen: set[str]) -> None:
    levels = competency.get("levels")
    if not isinstance(levels, list) or not levels:
        msg = f"{where} has no `levels`. Expected a list with at least one level."
        raise FrameworkError(msg)
    previous = 0
    for level in levels:
        rank = level.get("rank") if isinstance(level, Mapping) else None
        if not isinstance(rank, int) or isinstance(rank, bool) or rank <= previous:
            msg = f"{where}: rank {rank!r} follows {previous}. Ranks are whole numbers that count up from 1."
            raise FrameworkError(msg)
        previous = rank
        _check_texts(level, f"{where}, rank {rank}", "headline")
        if not isinstance(level.get("indicators"), list):
            msg = f"{where}, rank {rank}: no list `indicators`. Give an empty list if the level has none."
            raise FrameworkError(msg)
        for indicator in level["indicators"]:
            _check_indicator(indicator, f"{where}, rank {rank}", seen)


def _check_indicator(indicator: Any, where: str, seen: set[str]) -> None:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(indicator, Mapping) or not str(indicator.get("text") or "").strip():
        msg = f"{where}: an indicator has no `text`."
        raise FrameworkError(msg)
    _check_texts(indicator, where, "id", "text")
    identifier = indicator.get("id")
    if not identifier or identifier in seen:
        msg = f"{where}: indicator id {identifier!r} is missing or used twice. Give every indicator its own `id`."
        raise FrameworkError(msg)
    seen.add(identifier)


def distinct_slugs(names: Iterable[str], *, otherwise: str) -> list[str]:
    """
    Return an identifier for each name, different even where names differ in capitals or signs only.

    Parameters
    ----------
    names : iterable of str
    otherwise : str
        Identifier of a name without letters or digits.

    Examples
    --------
    >>> distinct_slugs(["Mondeling communiceren", "(mondeling) Communiceren", "*"], otherwise="competentie")
    ['mondeling-communiceren', 'mondeling-communiceren-2', 'competentie']
    """
    found: list[str] = []
    for name in names:
        first = slug(name) or otherwise
        candidates = (first if n == 1 else f"{first}-{n}" for n in count(1))
        found.append(next(c for c in candidates if c not in found))
    return found
