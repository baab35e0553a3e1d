"""What both handbooks must yield: the committed files, and facts typed from the handbooks by hand."""

from __future__ import annotations

import pytest

from kempen_nlp.corpus import load_framework
from kempen_nlp.parsing import parse_handbook

COUNTS = {
    "kempen": {
        "Klantgerichtheid": (3, 3, 3, 3),
        "Resultaatgericht": (3, 3, 3, 2),
        "Samenwerken": (3, 3, 3, 2),
    },
    "welzijn": {
        "Kwaliteitsgericht": (5, 6, 7, 5),
        "Plannen en organiseren": (4, 5, 5, 4),
        "Resultaatgericht": (5, 4, 5, 4),
        "Communicatieve vaardigheid": (5, 5, 5, 4),
        "Klantgerichtheid": (4, 4, 4, 4),
        "Ondernemerschap": (4, 3, 4, 4),
        "Probleemoplossend vermogen": (4, 4, 5, 4),
        "Coachen": (0, 5, 5, 5),
    },
}
READ_BY_HAND = [
    ("kempen", "Samenwerken", 1, ["Levert op verzoek", "Houdt zo nodig", "Komt afspraken binnen"]),
    ("kempen", "Klantgerichtheid", 4, ["Onderzoekt lange termijn", "Bouwt strategische duurzame", "Weet de interne"]),
    ("kempen", "Resultaatgericht", 4, ["Stelt meetbare strategische", "Bespreekt en analyseert"]),
    ("welzijn", "Communicatieve vaardigheid", 1, ["Kan een boodschap", "Gebruikt heldere taal.", "Spreekt samenhangend.",
                                                  "Luistert en laat", "Spreekt duidelijk en"]),
    ("welzijn", "Ondernemerschap", 2, ["Is in cliëntcontact", "Brengt nieuwe dienstverlening", "Neemt verantwoorde risico's,"]),
    ("welzijn", "Coachen", 4, ["Wisselt van stijl/gedrag", "Vertaalt ontwikkelingen in", "Zet anderen aan",
                               "Daagt anderen uit", "Zorgt ervoor beschikbaar"]),
]  # fmt: skip
REPAIRED = [
    (
        "Klantgerichtheid", 4, 0, (233, 235),
        "Vertaalt complexe uitgesproken en onuitgesproken behoeften en problemen van klanten naar nieuw te ontwikkelen "
        "oplossingen, diensten of producten en overlegt hierover met de klant.",
    ),
    (
        "Ondernemerschap", 4, 0, (276, 295),
        "Heeft oog voor wat er in de markt gaande is, treedt proactief in contact met andere organisaties en gebruikt "
        "het eigen netwerk wanneer zich kansen voordoen om zowel binnen de eigen kring als daarbuiten commercieel voordeel.",
    ),
    (
        "Probleemoplossend vermogen", 4, 1, (338, 340),
        "Ontwikkelt logische, concrete en realistische oplossingen/behandelmethoden voor complexe problemen die een "
        "grote impact hebben op de organisatie/het cliëntsysteem.",
    ),
]  # fmt: skip


@pytest.mark.parametrize("name", ["kempen", "welzijn"])
def test_committed_framework_is_what_the_parser_produces(name, corpus_dir):
    """`corpus/frameworks` never drifts from handbook or parser; `make corpus` rewrites it."""
    committed = (corpus_dir / "frameworks" / f"{name}.json").read_text(encoding="utf-8")

    assert parse_handbook(corpus_dir / "handbooks" / f"{name}.txt").framework.to_json() == committed


@pytest.mark.parametrize("name", ["kempen", "welzijn"])
def test_every_line_that_is_not_blank_is_used_without_doubt(name, corpus_dir):
    """Nothing of either handbook is left over."""
    parsed = parse_handbook(corpus_dir / "handbooks" / f"{name}.txt")
    text = (corpus_dir / "handbooks" / f"{name}.txt").read_text(encoding="utf-8")

    assert parsed.coverage.unused == {}
    assert parsed.doubts == ()
    assert parsed.coverage.n_lines == sum(bool(line.strip()) for line in text.split("\n"))


@pytest.mark.parametrize("name", ["kempen", "welzijn"])
def test_indicators_per_level_are_those_counted_by_hand(name):
    """Names, order and counts of the table in the handbook's description."""
    framework = load_framework(name)

    found = {c.name: tuple(len(level.indicators) for level in c.levels) for c in framework}

    assert found == COUNTS[name]
    assert list(found) == list(COUNTS[name])


@pytest.mark.parametrize(("name", "competency", "rank", "first_words"), READ_BY_HAND)
def test_framework_agrees_with_a_human_reading_of_the_handbook(name, competency, rank, first_words):
    """Typed from the handbook by a person: the golden file alone only proves stability."""
    level = load_framework(name)[competency].level(rank)

    found = [
        " ".join(i.text.split()[: len(words.split())]) for i, words in zip(level.indicators, first_words, strict=True)
    ]

    assert found == first_words


@pytest.mark.parametrize(("competency", "rank", "position", "lines", "text"), REPAIRED)
def test_sentences_cut_by_the_page_are_whole_again(welzijn, competency, rank, position, lines, text):
    """Cut over a blank line, and by a sidebar in the middle of a word."""
    indicator = welzijn[competency].level(rank).indicators[position]

    assert (indicator.text, indicator.lines) == (text, lines)


def test_every_competency_has_its_definition(kempen, welzijn):
    """First and last words, typed by hand."""
    assert kempen["Samenwerken"].definition.endswith("persoonlijk belang aanwezig is.")
    assert welzijn["Coachen"].definition.endswith("Anderen stimuleren zich optimaal te ontwikkelen.")
    assert all(c.definition and c.definition.endswith(".") for c in (*kempen, *welzijn))


def test_welzijn_has_31_headlines_and_kempen_none(kempen, welzijn):
    """Coachen 1 is not applicable, so it has no headline."""
    assert sum(level.headline is not None for c in welzijn for level in c.levels) == 31
    assert all(level.headline is None for c in kempen for level in c.levels)


def test_coachen_1_is_not_applicable(welzijn):
    """The handbook says so, and names no behaviour."""
    level = welzijn["Coachen"].level(1)

    assert (level.applicable, level.headline, level.indicators) == (False, None, ())
    assert welzijn["Coachen"].ranks == (2, 3, 4)


def test_kempen_has_twenty_profiles_with_one_rank_for_all_competencies(kempen):
    """Read from the table above each level row."""
    required = {p.label: set(p.required.values()) for p in kempen.profiles}

    assert len(kempen.profiles) == 20
    assert all(set(p.required) == set(kempen.names) for p in kempen.profiles)
    assert required["Ondersteuner D"] == required["Uitvoerder C"] == {1}
    assert required["Dienstverlener B"] == required["Ondersteuner C"] == {2}
    assert required["Dienstverlener A"] == required["Specialist B"] == required["Leidinggevende C"] == {3}
    assert required["Leidinggevende A"] == required["Directeur A"] == {4}


def test_kempen_names_the_regulation_that_it_belongs_to(kempen):
    """The title holds both lines above the first competency."""
    assert "Regeling ontwikkelen, functioneren en beoordelen" in kempen.title


def test_welzijn_has_scheme_legend_and_specialisations(welzijn):
    """Four explanations, three colours, ten specialisations."""
    assert [rank for rank, _ in welzijn.level_scheme] == [1, 2, 3, 4]
    assert welzijn.level_scheme[1][1] == "De medewerker toont zelfstandig gedrag en handelt op eigen initiatief."
    assert [(s.status.value, s.color) for s in welzijn.statuses] == [
        ("growth", "Lichtgroen"),
        ("desired", "Donkergroen"),
        ("surpassed", "Blauw"),
    ]
    assert len(welzijn.specialisations) == 10
    assert (welzijn.specialisations[0], welzijn.specialisations[-1]) == ("Maatschappelijk werk", "Buurtbemiddeling")


def test_no_bullet_tag_or_tab_is_left_in_any_text(kempen, welzijn):
    """What the page layout left behind is not part of a sentence."""
    texts = [i.text for f in (kempen, welzijn) for c in f for i in c.indicators]

    assert not [text for text in texts if set(text) & set("<>○✔▼●\t*") or text != text.strip()]
