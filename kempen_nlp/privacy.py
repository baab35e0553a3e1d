"""What becomes of persons in a table of comments: placeholders in texts, keyed hashes in their columns."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from kempen_nlp.comments import Comment, CommentFile
from kempen_nlp.errors import CommentsError
from kempen_nlp.language.names import is_whole_name
from kempen_nlp.language.pseudonyms import Finder, Pseudonymiser, deduce_finder
from kempen_nlp.language.terms import load_terms

Names = Literal["core", "deduce"]
MAX_NAMES = 200_000
"""Different names of a file that are looked for in every comment; a row's own are looked for without limit."""
_JOINING = frozenset(
    {"van", "de", "het", "een", "der", "door", "voor", "of", "en", "nr", "nummer", "id", "uw", "jouw", "the"}
)
_SEPARATORS = re.compile(r"[\s_\-.]+")


@dataclass(frozen=True, slots=True)
class PersonPolicy:
    """How persons are treated."""

    pseudonymise: bool = False
    """Replace names and identifiers in the texts before anything else sees them."""
    names: Names = "core"
    """``deduce`` asks the package of that name too."""
    keep_persons: bool = False
    """Leave columns that say who somebody is as they are."""


def person_columns(columns: Iterable[str], *, names_only: bool = False) -> tuple[str, ...]:
    """
    Return those columns that say who somebody is.

    Examples
    --------
    >>> person_columns(["team", "Naam medewerker", "Personeelsnr.", "profiel", "Naam van de beoordelaar", "naam team"])
    ('Naam medewerker', 'Personeelsnr.', 'Naam van de beoordelaar')
    """
    known = {_plain(term) for term in load_terms("name_columns" if names_only else "person_columns")}
    return tuple(column for column in columns if _plain(column) in known or _is_of_person(column, known))


def _is_of_person(column: str, known: Collection[str]) -> bool:
    """Say whether every word of a heading says who, or joins such words ("E-mail van de leidinggevende")."""
    words = [_plain(word) for word in re.split(r"[\s_./()]+", column) if _plain(word)]
    telling = [word for word in words if word not in _JOINING and not word.isdigit()]
    return bool(telling) and all(word in known for word in telling)


def _plain(column: str) -> str:
    return _SEPARATORS.sub("", column.casefold())


def hashed(value: str, secret: bytes) -> str:
    """
    Return a name for a person that only the key can tie to them; an empty cell stays empty.

    Examples
    --------
    >>> hashed("Noor Verhagen", b"k") == hashed(" noor verhagen ", b"k") != hashed("Noor Verhagen", b"l")
    True
    """
    plain = " ".join(value.split()).casefold()
    return f"persoon-{hmac.digest(secret, plain.encode(), 'sha256').hex()[:16]}" if plain else ""


def preparation(file: CommentFile, policy: PersonPolicy, secret: bytes) -> Callable[[Comment], Comment]:
    """
    Return what is done to each comment of a file before it is classified.

    Parameters
    ----------
    file : CommentFile
        Read once for the names in its name columns, if texts are to be pseudonymised.
    policy : PersonPolicy
    secret : bytes
        Of the run; persons have other names in another run.

    Raises
    ------
    CommentsError
        If ``deduce`` is asked for and not installed.
    """
    columns = [*file.extra_columns, *([file.id_column] if file.id_column else [])]
    to_hash = () if policy.keep_persons else person_columns(columns)
    named = person_columns(columns, names_only=True)
    masker = _masker(file, policy, named) if policy.pseudonymise else None

    def prepare(comment: Comment) -> Comment:
        if masker is not None:
            comment = _without_address(_masked(comment, masker, named), secret)
        return _hashed(comment, to_hash, secret, id_too=file.id_column in to_hash)

    return prepare


def hashed_columns(file: CommentFile, policy: PersonPolicy) -> tuple[str, ...]:
    """Return the columns whose values a run hashes."""
    columns = [*file.extra_columns, *([file.id_column] if file.id_column else [])]
    return () if policy.keep_persons else person_columns(columns)


def privacy_facts(file: CommentFile, policy: PersonPolicy) -> dict[str, Any]:
    """Return what a run's record says of how persons were treated."""
    return {
        "pseudonymised": policy.pseudonymise,
        "names": policy.names,
        "hashed_columns": list(hashed_columns(file, policy)),
    }


def dutch_privacy_facts(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return ``privacy_facts`` as an analyst reads them in a workbook."""
    return {
        "namen en nummers in de tekst": "vervangen" if facts["pseudonymised"] else "niet vervangen",
        "kolommen onleesbaar gemaakt": ", ".join(facts["hashed_columns"]) or "geen",
    }


def _masker(file: CommentFile, policy: PersonPolicy, named: tuple[str, ...]) -> Pseudonymiser:
    found: dict[str, None] = {}
    for comment in file if named else ():
        if len(found) < MAX_NAMES:
            found.update(
                dict.fromkeys(value for value in _values(comment.extra, named) if not any(map(str.isdigit, value)))
            )
    return Pseudonymiser(found, finder=_finder(policy))


def _finder(policy: PersonPolicy) -> Finder | None:
    if policy.names == "core":
        return None
    try:
        return deduce_finder()
    except ModuleNotFoundError as error:
        msg = "deduce is not installed. Install the extra `names`, or leave out --names deduce."
        raise CommentsError(msg) from error


def _values(extra: Mapping[str, str], columns: Iterable[str]) -> list[str]:
    return [extra[column] for column in columns if extra.get(column, "").strip()]


def _masked(comment: Comment, masker: Pseudonymiser, named: tuple[str, ...]) -> Comment:
    own = _values(comment.extra, named)
    extra = {
        column: value if column in named or not _is_prose(value) else masker.mask(value, names=own).text
        for column, value in comment.extra.items()
    }
    return replace(comment, text=masker.mask(comment.text, names=own).text, extra=extra)


def _is_prose(value: str) -> bool:
    """Say whether another column's cell may speak of persons: codes, dates and the names of teams do not."""
    return "@" in value or len(value.split()) >= 4 or is_whole_name(value)


def _without_address(comment: Comment, secret: bytes) -> Comment:
    """Hash an id that is somebody's e-mail address, whatever its column is called."""
    return _with_id(comment, hashed(comment.id, secret)) if "@" in comment.id else comment


def _with_id(comment: Comment, own: str) -> Comment:
    problems = tuple(problem.replace(comment.id, own) for problem in comment.problems)
    return replace(comment, id=own, problems=problems)


def _hashed(comment: Comment, columns: tuple[str, ...], secret: bytes, *, id_too: bool) -> Comment:
    if not columns:
        return comment
    extra = {k: hashed(v, secret) if k in columns else v for k, v in comment.extra.items()}
    comment = replace(comment, extra=extra)
    return _with_id(comment, hashed(comment.id, secret)) if id_too else comment
