"""Find what points at one person by form: e-mail, IBAN, BSN, telephone, personnel number, postcode, street address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kempen_nlp.language.terms import load_terms

KINDS = ("E-MAIL", "IBAN", "BSN", "TELEFOON", "PERSONEELSNUMMER", "ADRES", "POSTCODE", "NAAM")
"""In order of precedence: of two that overlap, the one that stands first here wins."""


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A stretch of a text that says who somebody is or where to find them."""

    start: int
    """First character, counted from 0."""
    end: int
    """One past the last character."""
    kind: str
    """One of ``KINDS``."""


def find_identifiers(text: str) -> Iterator[Mention]:
    """
    Yield what is recognised by its form; mentions may overlap.

    Examples
    --------
    >>> [(m.kind, "Bel 06-12345678."[m.start : m.end]) for m in find_identifiers("Bel 06-12345678.")]
    [('TELEFOON', '06-12345678')]
    """
    for kind, pattern, accepts in _RULES:
        for match in pattern.finditer(text):
            group = "id" if "id" in pattern.groupindex else 0
            if accepts(match[group]):
                yield Mention(match.start(group), match.end(group), kind)
                if kind == "PERSONEELSNUMMER" and (more := _MORE_NUMBERS.match(text, match.end(group))):
                    yield Mention(more.start(1), more.end(1), kind)


_MORE_NUMBERS = re.compile(r"\s*(?:,|en|of|/|&)\s*(\d{3,10})(?!\w)")


def passes_eleven_test(digits: str) -> bool:
    """
    Say whether a number can be a BSN: nine digits whose weighted sum is a multiple of eleven.

    Examples
    --------
    >>> passes_eleven_test("111222333"), passes_eleven_test("111222334")
    (True, False)
    """
    if len(digits) not in (8, 9) or not digits.isascii() or not digits.isdigit() or not int(digits):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, digits.zfill(9), strict=True)) % 11 == 0


def passes_mod_97(iban: str) -> bool:
    """
    Say whether an account number passes the check of ISO 13616, spaces left out.

    Examples
    --------
    >>> passes_mod_97("NL91ABNA0417164300"), passes_mod_97("NL92ABNA0417164300")
    (True, False)
    """
    moved = iban[4:] + iban[:4]
    if not moved.isascii() or not moved.isalnum():
        return False
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _is_iban(text: str) -> bool:
    packed = re.sub(r"[\s.\-]", "", text).upper()
    # The form of a Dutch or Belgian account number is so much its own that a mistyped one points at somebody too.
    return bool(re.fullmatch(r"NL\d{2}[A-Z]{4}\d{10}|BE\d{14}", packed)) or passes_mod_97(packed)


def _is_bsn(text: str) -> bool:
    return passes_eleven_test(_digits(text))


def _is_national_number(text: str) -> bool:
    """Belgian: the last two digits check the first nine, with a 2 before them for those born since 2000."""
    digits = _digits(text)
    first, check = int(digits[:9]), int(digits[9:])
    return check in (97 - first % 97, 97 - (2_000_000_000 + first) % 97)


def _is_telephone(text: str) -> bool:
    """Eight digits after the country's number, or a 0 and eight, are Belgian; a Dutch number has one more."""
    digits = _digits(text)
    return not (digits.startswith(("31", "0031")) and len(digits.removeprefix("00")) < 11)


def _always(_text: str) -> bool:
    return True


def _is_postcode(text: str) -> bool:
    letters = text[-2:]
    return letters.upper() not in ("SA", "SD", "SS") and (letters.isupper() or letters not in load_terms("two_letters"))


_GAP = r"[\s./\-–]{0,3}"
_STREET = (
    r"(?:straat|straatje|str\.|laan|lei|weg|plein|gracht|kade|singel|dijk|hof|steeg|pad|plantsoen|dreef|steenweg|baan|markt|park|"
    r"boulevard|kaai|vest|wal|ring|akker|akkers|veld|velden|hoek|kamp|burg|oord|haven|werf|poort|brink|erf|donk|berg|zoom|"
    r"meent|mors|es|wijk|horst|rak|sluis|tuin|tuinen|hage|loan|wei|weide)"
)
_NUMBER = (
    r"(?:\s*,?\s*(?:nr\.?|nummer|huisnummer|no\.?)?\s*\d{1,5}(?:\s?[-/]?\s?(?:[a-zA-Z]|\d{1,4}|bis|hs|huis|bus\s?\w{1,4}|[IVX]{1,4}))?)"
    r"(?!\w)(?!\s?(?:%|uur|jaar|keer|euro))"
)
_STREET_ALONE = (
    r"(?:Singel|Haven|Markt|Gracht|Dijk|Meent|Brink|Ring|Vest|Wal|Poort|Burg|Park|Akker|Veld|Hoek|Boulevard|Plantsoen|Steeg|Kaai|Oord|"
    r"Donk|Zoom|Horst|Erf|Tuin|Singels|Hage|Rak|Sluis|Loan|Meir|Postbus)"
)
_STREET_NAMED = (
    r"(?:zijde|einde?|buurt|kant|dam|bos|hoven|lust|stede|stee|borg|gaarde?|hout|kolk|vaart|veen|schans|bolwerk|plaats|rade|steiger|terras"
    r"|tocht|zicht|bocht|bongerd|heide|heuvel|dok|hoef|rug|straten|wegje|dorp|rijk|land|landen|vliet|voort|gang|passage)"
)
"""Endings that streets have too, but not without a capital."""
# No word is longer than this; without a limit a hostile text of one endless word would take hours.
_CAP = r"[A-ZÀ-Ý][\w'’.\-]{0,40}"
_SMALL = r"(?:van|de|der|den|het|'t|’t|ten|ter|te|op|in|aan|la|du|l'|d')"
_TYPED = r"(?:[^\W\d_][\w'’\-]{0,40})"

_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        "E-MAIL",
        re.compile(
            r"(?<![\w.+\-])[\w.+\-]+(?:['’][\w.+\-]+)?(?:@|\s?\(at\)\s?|\s?\[at\]\s?)[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}"
        ),
        _always,
    ),
    ("IBAN", re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ .\-]?[A-Z0-9]{4}){2,7}(?:[ .\-]?[A-Z0-9]{1,4})?(?!\w)"), _is_iban),
    ("IBAN", re.compile(r"(?<!\w)[Nn][Ll][ ]?\d{2}[ .\-]?[A-Za-z]{4}[ .\-]?(?:\d[ .\-]?){9}\d(?!\w)"), _is_iban),
    ("IBAN", re.compile(r"(?<!\w)[Bb][Ee][ ]?\d{2}(?:[ .\-]?\d){12}(?!\w)"), _is_iban),
    (
        "BSN",
        re.compile(
            r"(?<![\d.,\-+])\d{3}[. \-]?\d{3}[. \-]?\d{3}(?![\d\-]|[.,]\d)"
        ),
        _is_bsn,
    ),
    ("BSN", re.compile(r"(?<![\d.,\-])(?:\d{4}[. ]\d{2}[. ]\d{3}|\d{3}[. ]\d{2}[. ]\d{4})(?![\d\-]|[.,]\d)"), _is_bsn),
    (
        "BSN",
        re.compile(
            r"(?i:\b(?:bsn|burger\s?service\s?(?:nummer|nr\.?)|sofi)(?:\s?-?\s?(?:nummer|nr\.?))?(?:\s+(?:is|van\s+\w+\s+is))?)"
            r"[\s:=]*(?P<id>\d(?:[. \-]?\d){7,8})(?!\d)"
        ),
        _always,
    ),
    ("BSN", re.compile(r"(?<!\d)\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}(?!\d)"), _is_national_number),
    (
        "BSN",
        re.compile(
            r"(?i:\b(?:rijksregister\s?-?\s?(?:nummer|nr\.?)|insz(?:\s?-?\s?nummer)?))"
            r"[\s:=]*(?P<id>\d(?:[. \-]?\d){10})(?!\d)"
        ),
        _always,
    ),
    (
        "TELEFOON",
        # In any grouping: nine digits after the 0 or the country's number, in Belgium also eight.
        re.compile(
            rf"(?<![\w.,])(?!\d\d?([\s./\-])\d\d?\1(?:19|20)\d\d)(?:(?:\(?\s?(?:\+|00)\s?3[12]\s?\)?|31(?={_GAP}6)){_GAP}(?:\(0\){_GAP}|0{_GAP})?|(?:\((?=0\d{{1,3}}\)))?0(?=\d))"
            rf"(?:(?:{_GAP}\d\)?){{8}}|(?:{_GAP}\d\)?){{7}}|(?<=0)[89]00{_GAP}\d{{6}}){_GAP}\d(?![\w]|[.,]\d)"
        ),
        _is_telephone,
    ),
    ("TELEFOON", re.compile(r"(?<![\w.,])0[89]00[\s\-]?\d{4}(?!\d)"), _always),
    (
        "TELEFOON",
        re.compile(r"(?i:\b(?:tel|telefoon|toestel|tst|gsm|mobiel|doorkies|intern)(?:\s?-?\s?(?:nummer|nr))?\b\.?)"
                   r"[\s:]*(?P<id>\+?\d(?:[\s\-./]?\d){3,11})(?!\d)"),
        _always,
    ),
    (
        "PERSONEELSNUMMER",
        re.compile(
            r"(?i:\b(?:(?:personeels|medewerker|medewerkers|werknemer|werknemers|stam|registratie|personeel|loon|dienst|badge|pers\.?|med\.?)"
            r"\s?-?\s?(?:nummers?|nrs?\.?|id|no\.?)|pnr\.?|p-?nummer|p\.?nr\.?|personeelslid|medewerker|badge|employee\s?id)"
            r"(?:\s+(?:is|was|van\s+\w+\s+is))?)"
            r"[\s:=#]*(?P<id>(?:[A-Za-z]{1,3}[-.]?)?\d{3,10}(?:[-./]\d{1,4})?)(?!\w)"
        ),
        _always,
    ),
    (
        "ADRES",
        re.compile(rf"(?<!\w)(?:{_CAP}\s+(?:{_SMALL}\s+)*){{0,3}}[^\W\d_][\w'’\-]{{0,40}}{_STREET}{_NUMBER}(?:\s*,?\s*(?:te\s+)?[1-9]\d{{3}}(?:\s?[A-Z]{{2}}\b|[a-z]{{2}}\b)?(?:\s+{_CAP})?)?"),
        _always,
    ),
    (
        "ADRES",
        re.compile(
            rf"(?<!\w)(?:{_CAP}\s+)?(?:Laan|Weg|Plein|Kade|Straat|Dreef|Hof|Pad|Baan|Steenweg|Chaussée|Avenue|Rue)\s+"
            rf"(?:{_SMALL}\s+)*{_CAP}(?:\s+(?:{_SMALL}\s+)*{_CAP}){{0,3}}{_NUMBER}(?:\s*,?\s*[1-9]\d{{3}}(?:\s?[A-Z]{{2}}\b)?(?:\s+{_CAP})?)?"
        ),
        _always,
    ),
    ("ADRES", re.compile(rf"(?<!\w)(?:{_CAP}\s+){{0,2}}[A-ZÀ-Ý][\w'’\-]{{0,40}}{_STREET_NAMED}{_NUMBER}"), _always),
    ("ADRES", re.compile(rf"(?<!\w)(?:{_CAP}\s+){{0,2}}{_STREET_ALONE}(?:\s+{_CAP})?{_NUMBER}"), _always),
    (
        "ADRES",
        # Any words with capitals and a number, when a postcode follows.
        re.compile(
            rf"(?<!\w)(?:['’]s[\- ])?{_CAP}(?:\s+(?:{_SMALL}\s+)*{_CAP}){{0,3}}{_NUMBER}"
            rf"(?=\s*,?\s*[1-9]\d{{3}}(?:\s?[A-Z]{{2}}(?!\w)|\s+[A-Z][a-z]))"
        ),
        _always,
    ),
    (
        "ADRES",
        re.compile(
            rf"(?:(?i:\b(?:adres|huisadres|thuisadres|woonadres)\b)[\s:]*(?:is\s+)?|(?i:\b(?:woont|wonen|woonde|woonachtig|verhuisd|verhuist|verhuisde)\b)"
            rf"\s+(?:naar|aan|op|in|te)\s+(?:de\s+|het\s+)?)"
            rf"(?P<id>(?:{_CAP}\s+){{0,2}}{_TYPED}{_STREET}\b{_NUMBER}?|{_CAP}(?:\s+{_CAP})*{_NUMBER})"
        ),
        _always,
    ),
    ("POSTCODE", re.compile(r"(?<![\w.,€])[1-9]\d{3}\s?(?:[A-Z]{2}|[a-z]{2})(?![\w])"), _is_postcode),
    ("POSTCODE", re.compile(r"(?i:\bpostcode)[\s:]*(?:is\s+)?(?P<id>[1-9]\d{3}(?:\s?[A-Za-z]{2}\b)?)(?!\d)"), _always),
    (
        "POSTCODE",
        re.compile(
            r"(?<![\w.,€])(?:B-)?(?P<id>[1-9]\d{3})(?=\s+(?:Antwerpen|Gent|Brussel|Leuven|Brugge|Mechelen|Hasselt|Aalst|Kortrijk|Genk"
            r"|Oostende|Turnhout|Roeselare|Lier|Sint-Niklaas)\b)"
        ),
        _always,
    ),
)  # fmt: skip
