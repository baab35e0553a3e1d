"""Ways to read a handbook: labels that come back, levels above titles, and which reading is kept."""

from __future__ import annotations

import time

import pytest

from kempen_nlp.__main__ import main
from kempen_nlp.parsing import parse_handbook
from kempen_nlp.parsing.blocks import to_blocks
from kempen_nlp.parsing.order import first_level_is_highest
from kempen_nlp.parsing.plausible import plausibility
from kempen_nlp.parsing.series import counted_labels, level_series, levels_above


def _read(tmp_path, text):
    path = tmp_path / "handboek.md"
    path.write_text(text, encoding="utf-8")
    return parse_handbook(path)


def _tree(parsed):
    return {
        c.name: {level.rank: [i.text for i in level.indicators] for level in c.levels}
        for c in parsed.framework.competencies
    }


def _series(text):
    return [note for _, note in level_series(to_blocks(text.splitlines()))]


HOUSE_WORDS = """# Groeigids

## Plannen
**Zaaier**
- Maakt een lijst van het eigen werk.
**Kweker**
- Verdeelt het werk over de ploeg.
**Boomgaard**
- Bepaalt welke projecten voorgaan.

## Luisteren
**Zaaier**
- Laat de ander uitpraten.
**Kweker**
- Vraagt door tot de vraag helder is.
**Boomgaard**
- Haalt de stille stemmen op in een zaal.
"""


def test_words_of_the_house_that_come_back_in_one_order_are_levels(tmp_path):
    """The words are on no list; that they return under each title says what they are, and a doubt names them."""
    parsed = _read(tmp_path, HOUSE_WORDS)

    assert _tree(parsed)["Luisteren"] == {
        1: ["Laat de ander uitpraten."],
        2: ["Vraagt door tot de vraag helder is."],
        3: ["Haalt de stille stemmen op in een zaal."],
    }
    assert any("Zaaier, Kweker, Boomgaard" in doubt for doubt in parsed.doubts)


def test_codes_in_front_of_sentences_are_levels_when_they_count_anew(tmp_path):
    """'N1 Je …' has no colon and no word for level."""
    text = "# Profiel\n\n" + "\n".join(
        f"## {name}\n\n" + "\n\n".join(f"N{n} Je {verb} het werk van {who}." for n, who in enumerate(whos, 1)) + "\n"
        for name, verb, whos in (
            ("Koers geven", "plant", ("vandaag", "deze maand", "dit jaar")),
            ("Ruimte maken", "verdeelt", ("jezelf", "de ploeg", "de dienst")),
        )
    )

    assert _tree(_read(tmp_path, text))["Ruimte maken"] == {
        1: ["Je verdeelt het werk van jezelf."],
        2: ["Je verdeelt het werk van de ploeg."],
        3: ["Je verdeelt het werk van de dienst."],
    }


def test_salary_scales_of_two_job_families_are_ranked_each_from_one(tmp_path):
    """Schaal 6 to 8 in one family and 9 to 11 in the other never stand together, so they are two scales."""

    def table(first):
        rows = [f"| Schaal {first + n} | Doet taak {n} van de {first}e schaal goed. |" for n in range(3)]
        return "\n".join(["| Schaal | Gedrag |", "|---|---|", *rows])

    text = "# Functiehuis\n\n" + "\n\n".join(
        f"## {name}\n\n{table(first)}" for name, first in (("Plannen", 6), ("Zorgen", 6), ("Leiden", 9), ("Raden", 9))
    )

    assert {name: sorted(levels) for name, levels in _tree(_read(tmp_path, text)).items()} == {
        "Plannen": [1, 2, 3],
        "Zorgen": [1, 2, 3],
        "Leiden": [1, 2, 3],
        "Raden": [1, 2, 3],
    }


def test_titles_that_return_under_career_steps_are_competencies(tmp_path):
    """Levels come first, each once, and no word for level is used; a list of competencies says which is which."""
    text = "| Competentie | Wat is het? |\n|---|---|\n| Luisteren | De ander begrijpen. |\n| Plannen | Vooruit denken en kiezen. |\n"
    for step, first, second in (
        ("Medewerker", "Laat de ander uitpraten.", "Maakt een lijst."),
        ("Specialist", "Vat samen wat de ander zegt.", "Plant een maand vooruit."),
        ("Manager", "Hoort wat niet gezegd wordt.", "Plant over afdelingen heen."),
    ):
        text += f"\n# {step}\n\n## Luisteren\n- {first}\n\n## Plannen\n- {second}\n"

    parsed = _read(tmp_path, text)

    assert _tree(parsed)["Plannen"] == {
        1: ["Maakt een lijst."],
        2: ["Plant een maand vooruit."],
        3: ["Plant over afdelingen heen."],
    }
    assert parsed.framework.competencies[0].definition == "De ander begrijpen."


def test_tips_and_questions_under_each_competency_are_no_level(tmp_path):
    """They come back as regularly as the levels do, but what stands under them is no behaviour."""
    text = HOUSE_WORDS.replace("\n## Luisteren", "**Vragen voor het gesprek**\n- Wat plan jij?\n\n## Luisteren")
    text += "**Vragen voor het gesprek**\n- Wie laat jij uitpraten?\n"

    assert {name: sorted(levels) for name, levels in _tree(_read(tmp_path, text)).items()} == {
        "Plannen": [1, 2, 3],
        "Luisteren": [1, 2, 3],
    }


def test_a_first_level_that_is_said_to_be_the_highest_gets_the_highest_rank(tmp_path):
    """Ranks always count up; that they were turned round is a doubt with the handbook's own words."""
    text = "# Gids\n\nNiveau 1 is het zwaarste niveau, niveau 2 het lichtste.\n"
    for name in ("Plannen", "Luisteren"):
        text += f"\n## {name}\n\n### Niveau 1\n- Bepaalt {name} voor allen.\n\n### Niveau 2\n- Helpt bij {name} mee.\n"

    parsed = _read(tmp_path, text)

    assert _tree(parsed)["Plannen"] == {1: ["Helpt bij Plannen mee."], 2: ["Bepaalt Plannen voor allen."]}
    assert parsed.framework.competencies[0].levels[0].indicators[0].id == "plannen/1/1"
    assert any("Niveau 1 is het zwaarste" in doubt for doubt in parsed.doubts)


@pytest.mark.parametrize(
    "text", ["Niveau 1 is het laagste niveau.", "Niveau 3 is het hoogste niveau.", "De hoogste eisen."]
)
def test_other_words_about_levels_turn_nothing_round(text):
    """Only a first level that is called the highest does."""
    assert first_level_is_highest(to_blocks([text])) == ""


def test_numbered_items_of_lists_are_no_series():
    """Items are numbered anew in every list of any document."""
    text = "## A\n1. Een ding.\n2. Nog een ding.\n\n## B\n1. Een ander ding.\n2. Weer een ding.\n"

    assert _series(text) == []


def test_one_run_of_labels_is_no_series():
    """What stands once does not come back."""
    assert _series("## Zaaier\nTekst.\n\n## Kweker\nTekst.\n") == []


def test_levels_above_need_something_that_says_so():
    """Titles that return under others may as well be levels; without a known word nothing is assumed."""
    text = "# Roos\n## Een\n- a b c.\n## Twee\n- a b c.\n# Tulp\n## Een\n- a b c.\n## Twee\n- a b c.\n"

    assert list(levels_above(to_blocks(text.splitlines()))) == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Competentie", "Gedrag niveau 1 (start)", "Gedrag niveau 2 (groei)"], {1: 1, 2: 2}),
        (["Competentie", "Indicator 1", "Indicator 2"], {}),
        (["Fase 2", "Fase 5"], {}),
        (["1", "2", "3"], {}),
    ],
)
def test_titles_of_columns_count_on_under_the_same_words(cells, expected):
    """Numbered columns of indicators are columns of indicators, and a gap in the numbers is no scale."""
    assert counted_labels(cells) == expected


def test_a_reading_with_questions_as_behaviour_is_less_plausible(tmp_path):
    """The same framework with a question in the place of a sentence scores lower."""
    good = _read(tmp_path, HOUSE_WORDS).framework
    worse = _read(tmp_path, HOUSE_WORDS.replace("Laat de ander uitpraten.", "Laat jij de ander uitpraten?")).framework

    assert 0 < plausibility(worse, 40) < plausibility(good, 40) <= 1


def test_what_does_not_look_like_behaviour_is_a_doubt_with_its_line(tmp_path):
    """A question among the indicators stays where it stands, and the analyst is shown it."""
    text = HOUSE_WORDS.replace("- Laat de ander uitpraten.", "- Laat de ander uitpraten.\n- Wat zie je zelf?")

    parsed = _read(tmp_path, text)

    assert any("'Wat zie je zelf?' was read as behaviour" in doubt for doubt in parsed.doubts)


def test_a_competency_with_other_levels_than_most_is_a_doubt(tmp_path):
    """A level that was not seen shows as a competency with fewer levels than the others."""
    text = HOUSE_WORDS + "\n## Kiezen\n**Zaaier**\n- Kiest uit wat er ligt.\n**Kweker**\n- Weegt voor en tegen af.\n"

    doubts = _read(tmp_path, text).doubts

    assert any("'Kiezen' has no level but 1, 2; most competencies have 1, 2, 3" in doubt for doubt in doubts)


LETTERS = """# Woordenboek

## Luisteren
| Niveau D | Niveau C | Niveau B |
|---|---|---|
| Laat de ander uitpraten. | Vraagt door op een antwoord. | Hoort wat niet gezegd wordt. |

## Plannen
| Niveau D | Niveau C | Niveau B |
|---|---|---|
| Maakt een lijst van taken. | Plant een maand vooruit. | Plant over afdelingen heen. |
"""


def test_letters_that_run_back_from_left_to_right_end_at_the_highest(tmp_path):
    """A table is read towards the higher level; the doubt names the letters and the way to turn them."""
    parsed = _read(tmp_path, LETTERS)

    assert _tree(parsed)["Plannen"][3] == ["Plant over afdelingen heen."]
    assert parsed.framework.level_scheme == ((1, "Niveau D"), (2, "Niveau C"), (3, "Niveau B"))
    assert any("Niveau D … Niveau B" in doubt and "--reverse-levels" in doubt for doubt in parsed.doubts)


def test_levels_are_turned_round_when_asked(tmp_path):
    """What was recognised as the highest becomes the lowest, indicators and level scheme with it."""
    path = tmp_path / "handboek.md"
    path.write_text(HOUSE_WORDS, encoding="utf-8")

    turned = parse_handbook(path, reverse_levels=True)

    assert _tree(turned)["Plannen"][1] == ["Bepaalt welke projecten voorgaan."]
    assert turned.framework.level_scheme[0] == (1, "Boomgaard")


def test_a_dry_run_writes_no_file_and_an_outline_has_an_ending_that_can_be_read(tmp_path):
    """Else a printed tree stands where a framework is expected, or Markdown in a Word file."""
    handbook = tmp_path / "handboek.md"
    handbook.write_text(HOUSE_WORDS, encoding="utf-8")

    assert main(["parse", str(handbook), "--dry-run", "-o", str(tmp_path / "r.json")]) == 2
    assert main(["parse", str(handbook), "--outline", str(tmp_path / "schets.docx")]) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["handboek.md"]


@pytest.mark.parametrize(
    "sentence",
    [
        "- Geeft bij een project in fase 1 de hoogste prioriteit aan veiligheid.",
        "Niveau 1 is het hoogste wat een starter kan bereiken.",
        "Begint met stap 1: de meest complexe taak van de dag.",
    ],
    ids=["behaviour", "more follows", "no verb"],
)
def test_an_ordinary_sentence_turns_no_ranks_round(sentence):
    """Only a sentence of its own that calls the first level the highest does."""
    assert first_level_is_highest(to_blocks([sentence])) == ""


def test_a_label_after_the_last_level_of_two_competencies_is_no_part_of_its_own(tmp_path):
    """Two are too few to say that what it labels is never behaviour."""
    text = "# Gids\n"
    for name in ("Plannen", "Luisteren"):
        text += f"\n## {name}\n\n### Niveau 1\nHelpt bij {name} mee.\n\n### Niveau 2\nLeidt {name} voor de ploeg.\n\n"
        text += f"Bovendien: neemt de ploeg mee bij {name} en viert het.\n"

    assert list(_tree(_read(tmp_path, text))) == ["Plannen", "Luisteren"]


def test_a_table_after_behaviour_in_paragraphs_is_no_behaviour(tmp_path):
    """It stands under the last level, and says what roles there are."""
    text = "# Gids\n"
    for name in ("Plannen", "Luisteren"):
        text += f"\n## {name}\n\n### Niveau 1\nHelpt bij {name} mee.\n\n### Niveau 2\nLeidt {name} voor de ploeg.\n"
    text += "\n| Rol | Toelichting van de rol |\n|---|---|\n| Adviseur | Werkt aan de balie en spreekt met klanten. |\n"

    parsed = _read(tmp_path, text)

    assert _tree(parsed)["Luisteren"][2] == ["Leidt Luisteren voor de ploeg."]
    assert any("table without levels" in doubt for doubt in parsed.doubts)


def test_names_of_levels_with_brackets_are_kept_whole(tmp_path):
    """They are written in brackets of our own while reading."""
    text = HOUSE_WORDS.replace("**Zaaier**", "**Zaaier (start)**")

    assert _read(tmp_path, text).framework.level_scheme[0] == (1, "Zaaier – start")


def test_a_cell_of_white_space_does_not_hold_reading_up(tmp_path):
    """Spaces between two words of a name once took minutes."""
    path = tmp_path / "handboek.csv"
    path.write_text(
        f"Samen{' ' * 2000}werken;;\n;Niveau 1;Niveau 2\n;Helpt een collega mee.;Verdeelt het werk eerlijk.\n",
        encoding="utf-8",
    )
    started = time.process_time()

    parse_handbook(path)

    assert time.process_time() - started < 5
