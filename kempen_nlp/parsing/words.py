"""The words by which handbooks label their parts: competency, definition, indicator, profile."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_COMPETENCY = re.compile(
    r"^(?:(?:kern|gedrags|functie|basis|organisatie)?competentie(?:naam|kaart)?|naam(?: van de)? competentie)"
    r"\s*(?:[A-Z]?\d{1,2}(?:\.\d+)?\s*)?[:–—-]\s*(?P<name>\S.*)$",
    re.IGNORECASE,
)
_COMPETENCY_WITH_NUMBER = re.compile(r"^competentie\s+[A-Z]?\d{1,2}\.?\s+(?P<name>[^\W\d_].*)$", re.IGNORECASE)
LABEL_IN_BOLD = re.compile(r"^\*\*([^*]{1,60}?)[:.?]?\*\*\s*:?\s+(?=\S)")
_DEFINITION = re.compile(
    r"^(?:definitie|omschrijving|beschrijving|betekenis|toelichting|kern|waar gaat het om\??"
    r"|dat betekent|wat (?:bedoelen we(?: (?:hier|er)?mee)?"
    r"|houdt (?:het|dit) in|is (?:het|dit)|verstaan we (?:eronder|hieronder))\??)\s*(?:van de competentie)?"
    r"\s*(?:(?:[:–—-]|(?<=\?)\s)\s*(?P<rest>.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_DEFINITION_IN_FORM = re.compile(r"^(?:Definitie|Omschrijving)\s+(?P<rest>[A-ZÀ-Þ][^:]*\s[^:]*\.)$", re.DOTALL)
_HEADLINE = re.compile(
    r"^(?:kernzin|kernachtig|headline|samenvatting|kenmerk|typering|algemene? omschrijving.*"
    r"|algemeen(?: beeld)?|in het kort|kern)"
    r"\s*(?:[:–—]\s*(?P<rest>.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_INDICATORS = re.compile(
    r"^(?:(?:waarneembaar|concreet|zichtbaar|positief|effectief|voorbeeld)?\s*gedrag(?:ingen)?"
    r"|(?:positieve |concrete )?(?:gedrags)?indicator(?:en)?"
    r"|gedrags(?:voorbeeld(?:en)?|kenmerk(?:en)?|beschrijving(?:en)?|criteria|uitingen)"
    r"|voorbeeldgedrag|voorbeelden(?: van gedrag)?|(?:gedrag per )?niveaus?|niveaubeschrijving(?:en)?|criteria"
    r"|(?:dit|wat|hoe) (?:laat|laten|zie|zien|ziet|doe|doen|merk|merken|hoor|vertoon)"
    r" (?:je|jij|we|wij|u|ik|de medewerker|iemand)"
    r"(?: (?:zien|horen|doen|dan|concreet|dat|het|ervan|eraan))*\??"
    r"|de medewerker)\s*(?:\([^)]*\))?\s*[:…]?$",
    re.IGNORECASE,
)
_OTHER_SECTION = re.compile(
    r"^(?:(?:ontwikkel|leer|praktische )?tips?(?: .{1,30})?"
    r"|(?:ontwikkel|leer|oefen|praktijk)-?(?:suggesties?|adviezen|acties?|idee[eë]n|opdrachten)"
    r"|(?:mogelijke |voorbeeld)?(?:interview|feedback|reflectie|selectie|gespreks|coach|kern)?"
    r"vra(?:ag|gen)(?: (?:voor|bij) .{1,40}| om over na te denken)?"
    r"|(?:liever |doe je |vertoont )?niet|(?:niet[- ]gewenst|ongewenst|niet effectief|ineffectief) gedrag"
    r"|opmerking(?:en)?|n\.?b\.?|let op|pas op(?: voor)?"
    r"|(?:mogelijke )?bewijs(?:stukken|zen|materiaal)|bewijzen|om over na te denken|noot|noten"
    r"|contra-?indicat(?:ies|oren)|valkuil(?:en)?|negatie(?:f|ve) (?:gedrag|indicatoren|gedragsvoorbeelden)"
    r"|ontwikkelpunten|(?:ontwikkel|leer)activiteit(?:en)?|opleiding(?:en)?|training(?:en)?|literatuur|bronnen"
    r"|bijlagen?(?: .{1,40})?|verwante competenties|colofon|nawoord|voorwoord|begrippenlijst)\s*:?$",
    re.IGNORECASE,
)
_CLUSTER = re.compile(
    r"^(?:competentie|gedrags)?(?:cluster|domein|gebied|categorie|rubriek|thema)\s*(?:[A-Z]|\d{1,2})?\s*[:–—-]\s*(?P<name>\S.*)$",
    re.IGNORECASE,
)
_WHITE = re.compile(r"\s{3,}")
_NUMBERING = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2})*[.):]?|[A-Z]\d{1,2}(?:\.\d+)*[.):]|[A-Z]\.|[IVX]{1,4}\.)"
    r"\s+(?=\S)"
)
_LONE_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*|[A-Z]\d{1,2}|[IVX]{1,4})\s*[.):]?$")
_CONTINUED = re.compile(
    r"^(?:\(?vervolg\)?:?\s+(?P<after>\S.*)|(?P<before>\S.*?)\s*[-–,]?\s*\(?\s*(?:vervolg|continued)\s*\)?)$", re.I
)
_REFERENCE = re.compile(
    r"^\(?(?:zie(?: ook)?(?:\s+[^\s.;,+]+){1,5}"
    r"|(?:idem|hetzelfde|gelijk|(?:zo)?als)(?:\s+(?:aan|als|bij))*"
    r"\s+(?:niveau|level|hierboven|boven|het vorige)[^.;,+]{0,30}?)"
    r"\.?\)?$|^idem\.?$"
    r"|^(?:in aanvulling op|aanvullend op|naast|bovenop) (?:het )?(?:gedrag (?:van|op) )?(?:niveau|level|vorige)\b"
    r"\s*\w{0,3}(?:\s*(?:en|plus|t/m)\s*\w{1,3})*\s*[:.…]*$"
    r"|^(?:alles|al het (?:gedrag|bovenstaande)|het gedrag) (?:van|uit|bij|op) (?:het )?(?:niveau|level|vorige)\b"
    r"[^.;]{0,30}?[,:]?"
    r"(?:\s*(?:plus|en(?: bovendien| daarnaast| ook)?|aangevuld met))?\s*[:.…]*$",
    re.IGNORECASE,
)
_REFERS_TO_LEVEL = re.compile(
    r"^\(?(?:(?:zo)?als|zie|idem(?: als)?|gelijk aan|naast)\s+(?:de\s+\w+\s+van\s+)?(?:bij\s+)?"
    r"(?:niveau|level|het vorige)\b",
    re.IGNORECASE,
)
_TICKS = {"x", "v", "✓", "✔", "☑", "☒", "●", "•", "■", "ja"}
_LABEL = re.compile(r"^([^\W\d_](?:[^\s:.?!;]*\s){0,4}[^\s:.?!;]+):\s+(?=\S)")
_NOT_APPLICABLE = re.compile(r"^(?:niet van toepassing|n\.?v\.?t\.?|niet aanwezig|geen niveau)(?:\W|$)", re.IGNORECASE)


def competency_label(text: str) -> str | None:
    """
    Return the name after a label such as 'Competentie:'; None when there is no label.

    Examples
    --------
    >>> competency_label("Competentie 3: Samenwerken")
    'Samenwerken'
    >>> competency_label("Competenties") is None
    True
    """
    match = _COMPETENCY.match(text) or _COMPETENCY_WITH_NUMBER.match(text)
    return match["name"].strip("* ") if match else None


def cluster_label(text: str) -> str | None:
    """
    Return the name after a label such as 'Cluster:'; None when there is no label.

    Examples
    --------
    >>> cluster_label("Cluster 2: Mensen leiden")
    'Mensen leiden'
    """
    match = _CLUSTER.match(text.replace("**", "").strip())
    return match["name"].strip("* ") if match else None


def definition_label(text: str) -> str | None:
    """Return what follows a label such as 'Definitie:', empty when nothing does; None without a label."""
    plain = _WHITE.sub(" ", LABEL_IN_BOLD.sub(r"\1: ", text).replace("**", ""))
    match = _DEFINITION.match(plain) or _DEFINITION_IN_FORM.match(plain)
    return (match["rest"] or "").strip() if match else None


def headline_label(text: str) -> str | None:
    """Return what follows a label such as 'Kernzin:', empty when nothing does; None without a label."""
    match = _HEADLINE.match(LABEL_IN_BOLD.sub(r"\1: ", text).replace("**", ""))
    return (match["rest"] or "").strip() if match else None


def is_indicators_label(text: str) -> bool:
    """Return whether a line only says that indicators follow."""
    return bool(_INDICATORS.match(text.replace("**", "").strip()))


def is_other_section(text: str) -> bool:
    """
    Return whether a title opens a part that describes no level, such as tips or interview questions.

    Examples
    --------
    >>> [is_other_section(t) for t in ("Ontwikkeltips", "Interviewvragen:", "Vragen stellen", "Samenwerken")]
    [True, True, False, False]
    """
    return bool(_OTHER_SECTION.match(" ".join(text.replace("**", "").split())))


def is_label(text: str) -> bool:
    """Return whether a line labels what follows, such as 'Definitie:' or 'Ontwikkeltips'."""
    said = (definition_label(text), headline_label(text), cluster_label(text))
    return is_indicators_label(text) or is_other_section(text) or any(label is not None for label in said)


def label_in_front(text: str) -> str:
    """
    Return the label before a colon, in bold or not; empty when there is none.

    Examples
    --------
    >>> [label_in_front(t) for t in ("**Tip:** loop eens mee.", "Tip: loop eens mee.", "Loopt eens mee.")]
    ['Tip', 'Tip', '']
    """
    if match := LABEL_IN_BOLD.match(text) or _LABEL.match(text):
        return match[1].strip()
    called = re.match(r"^([^\W\d_]+)!\s", text)
    return called[1] if called and is_other_section(called[1]) else ""


def column_role(text: str) -> str | None:
    """
    Return what a column holds by its title; None when the title does not say.

    Examples
    --------
    >>> [column_role(title) for title in ("Competentie", "Niveau", "Gedragsindicatoren", "Plannen")]
    ['competency', 'level', 'indicator', None]
    """
    clean = re.sub(r"\([^)]*\)|[*_\s-]", "", text)
    role = _columns().get(clean.strip(":.").casefold()) or ("definition" if _asks_definition(text) else None)
    # A number after it counts columns of behaviour; after 'Niveau' it would name a level.
    return role or ("indicator" if _columns().get(clean.rstrip("0123456789").casefold()) == "indicator" else None)


def _asks_definition(text: str) -> bool:
    return text.strip().endswith("?") and definition_label(text) == ""


@cache
def _columns() -> dict[str, str]:
    text = (files("kempen_nlp.parsing") / "terms" / "columns.txt").read_text(encoding="utf-8")
    lines = [line.partition(":") for line in text.splitlines() if line and not line.startswith("#")]
    return {"".join(term.split()).strip("."): role for role, _, terms in lines for term in terms.split(",")}


def without_numbering(text: str) -> str:
    """
    Take the number off a heading.

    Examples
    --------
    >>> [without_numbering(t) for t in ("2.1 Samenwerken", "G4: Delegeren", "3D-denken")]
    ['Samenwerken', 'Delegeren', '3D-denken']
    """
    return _NUMBERING.sub("", text)


def is_lone_number(text: str) -> bool:
    """Return whether a heading holds only its number."""
    return bool(_LONE_NUMBER.match(text.strip()))


def continued_name(text: str) -> str | None:
    """Return the name of what goes on here, as in 'vervolg Samenwerken'; None when nothing does."""
    match = _CONTINUED.match(" ".join(text.split()))
    return (match["after"] or match["before"]).strip() if match else None


def is_reference(text: str) -> bool:
    """
    Return whether a text only points elsewhere.

    Examples
    --------
    >>> [is_reference(t) for t in ("Zie Gesprekken", "Als niveau 1", "Ziet kansen en benut die.")]
    [True, True, False]
    """
    return bool(_REFERENCE.match(text.strip()))


def refers_to_level(text: str) -> bool:
    """Return whether a text builds on another level, as in 'Als niveau 1, en verder …'."""
    return bool(_REFERS_TO_LEVEL.match(text.strip()))


def is_tick(text: str) -> bool:
    """
    Return whether a cell only ticks something off.

    Examples
    --------
    >>> [is_tick(cell) for cell in ("x", "✓", "nee")]
    [True, True, False]
    """
    return text.strip().casefold() in _TICKS


def is_not_applicable(text: str) -> bool:
    """Return whether a text says that a level does not exist."""
    return bool(_NOT_APPLICABLE.match(text.strip()))
