"""Frameworks written as Markdown, Excel, JSON and in the layouts of handbooks, and read back."""

from __future__ import annotations

import html
import json
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Framework, slug
from kempen_nlp.parsing import (
    framework_tree,
    outline_handbook,
    parse_handbook,
    to_markdown,
    write_outline,
    write_template,
)

NOUNS = [
    "Samenwerken",
    "Plannen en organiseren",
    "Luisteren",
    "Omgevingsbewust handelen",
    "Durf",
    "Zorg dragen",
    "Vakkennis",
    "Rust",
]
VERBS = ["Helpt", "Vraagt", "Maakt", "Bespreekt", "Ziet", "Verdeelt", "Onthoudt", "Toont"]
RESTS = ["een collega verder", "het werk op tijd af", "wat er speelt in de wijk", "de planning met het team",
         "op niveau 2 van de trap", "ook bij drukte de goede volgorde", "de cliënt à la minute gelijk"]  # fmt: skip
SETTINGS = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
).filter(lambda text: slug(text) != "")  # fmt: skip


@st.composite
def plain_frameworks(draw):
    """Frameworks with sentences as handbooks have them."""
    n_levels = draw(st.integers(2, 5))
    numbers = iter(range(1, 1000))

    def sentence():
        return f"{draw(st.sampled_from(VERBS))} {draw(st.sampled_from(RESTS))} in zaak {next(numbers)}."

    return [
        {
            "name": name,
            "definition": sentence() if draw(st.booleans()) else None,
            "levels": [
                {"rank": rank, "headline": None, "indicators": [sentence() for _ in range(draw(st.integers(2, 3)))]}
                for rank in range(1, n_levels + 1)
            ],
        }
        for name in draw(st.lists(st.sampled_from(NOUNS), min_size=2, max_size=4, unique=True))
    ]


@st.composite
def any_frameworks(draw):
    """Frameworks with any text at all, all fields filled or empty."""
    names = draw(st.lists(ANY_TEXT, min_size=1, max_size=3, unique_by=slug))
    competencies = []
    for name in names:
        ranks = sorted(draw(st.sets(st.integers(1, 6), min_size=1, max_size=3)))
        levels = [
            {
                "rank": rank,
                "headline": draw(st.none() | ANY_TEXT),
                "applicable": draw(st.booleans()),
                "indicators": [
                    {"id": f"{slug(name)}/{rank}/{n}", "text": text}
                    for n, text in enumerate(draw(st.lists(ANY_TEXT, max_size=2)), start=1)
                ],
            }
            for rank in ranks
        ]
        competencies.append(
            {
                "id": slug(name),
                "name": name,
                "definition": draw(st.none() | ANY_TEXT),
                "levels": levels,
                "cluster": draw(st.none() | ANY_TEXT),
            }
        )
    return Framework.from_dict(
        {
            "id": "f",
            "title": draw(ANY_TEXT),
            "competencies": competencies,
            "level_scheme": [{"rank": 1, "text": draw(ANY_TEXT)}] if draw(st.booleans()) else [],
            "specialisations": draw(st.lists(ANY_TEXT, max_size=2)),
            "statuses": [{"status": "growth", "term": "groeicompetentie", "color": "Groen"}]
            if draw(st.booleans())
            else [],
            "profiles": [{"name": draw(ANY_TEXT), "grade": draw(st.sampled_from(["", "A"])), "required": {names[0]: 1}}]
            if draw(st.booleans())
            else [],
        }
    )


def _plain(framework):
    data = framework.to_dict()
    data.pop("source"), data.pop("id")
    for competency in data["competencies"]:
        for level in competency["levels"]:
            for indicator in level["indicators"]:
                del indicator["lines"]
    return data


def _facts(competencies):
    return [
        (
            c["name"],
            c["definition"],
            [(x["rank"], [i if isinstance(i, str) else i["text"] for i in x["indicators"]]) for x in c["levels"]],
        )
        for c in competencies
    ]


def _headings(items):
    lines = ["# Gids", ""]
    for c in items:
        lines += [f"## {c['name']}", "", c["definition"] or "", ""]
        lines += [
            line
            for x in c["levels"]
            for line in (f"### Niveau {x['rank']}", "", *(f"- {t}" for t in x["indicators"]), "")
        ]
    return ".md", "\n".join(lines)


def _descending(items):
    lines = ["# Gids", ""]
    for c in items:
        lines += [f"## {c['name']}", "", f"*{c['definition']}*" if c["definition"] else "", ""]
        lines += [
            line
            for x in reversed(c["levels"])
            for line in (f"**Level {x['rank']}**", "", *(f"• {t}" for t in x["indicators"]), "")
        ]
    return ".md", "\n".join(lines)


def _inline(items):
    lines = ["Gids", ""]
    for c in items:
        lines += [f"Competentie: {c['name']}", f"Definitie: {c['definition']}" if c["definition"] else "", ""]
        lines += [f"Niveau {x['rank']}: {' '.join(x['indicators'])}" for x in c["levels"]] + [""]
    return ".txt", "\n".join(lines)


def _trailing(items):
    lines = []
    for c in items:
        lines += [f"####{c['name']}", "", f"*{c['definition']}*  Niveau 1" if c["definition"] else "Niveau 1", ""]
        for x in c["levels"]:
            after = f"   Niveau {x['rank'] + 1}:" if x is not c["levels"][-1] else ""
            lines += [*(f"* {t}  " for t in x["indicators"][:-1]), f"* {x['indicators'][-1]}{after}"]
    return ".txt", "\n\n".join(lines)


def _columns(items):
    lines = ["# Gids"]
    for c in items:
        lines += [
            "",
            f"## {c['name']}",
            "",
            c["definition"] or "",
            "",
            "| " + " | ".join(f"Niveau {x['rank']}" for x in c["levels"]) + " |",
        ]
        lines += [
            "|" + "---|" * len(c["levels"]),
            "| " + " | ".join("<br>".join(x["indicators"]) for x in c["levels"]) + " |",
        ]
    return ".md", "\n".join(lines)


def _matrix(items):
    rows = (
        "<tr><th>Competentie</th><th>Definitie</th>"
        + "".join(f"<th>Niveau {x['rank']}</th>" for x in items[0]["levels"])
        + "</tr>"
    )
    for c in items:
        cells = "".join(
            "<td><ul>" + "".join(f"<li>{html.escape(t)}" for t in x["indicators"]) + "</ul></td>" for x in c["levels"]
        )
        rows += f"<tr><td>{c['name']}</td><td>{c['definition'] or ''}</td>{cells}</tr>"
    return ".html", f"<h1>Gids</h1><table>{rows}</table>"


def _long(items):
    rows = ["Competentie;Definitie;Niveau;Gedragsindicator"]
    rows += [
        f"{c['name']};{c['definition'] or ''};{x['rank']};{t}"
        for c in items
        for x in c["levels"]
        for t in x["indicators"]
    ]
    return ".csv", "\n".join(rows)


def _nested_list(items):
    lines = ["# Gids", ""]
    for c in items:
        lines += [f"## {c['name']}", "", *([f"> {c['definition']}", ""] if c["definition"] else [])]
        for x in c["levels"]:
            lines += [f"* **Niveau {x['rank']}**", *(f"    * {t}" for t in x["indicators"])]
        lines.append("")
    return ".md", "\n".join(lines)


def _house_word(items):
    lines = ["Gids", ""]
    for c in items:
        lines += [c["name"], *([f"Definitie: {c['definition']}"] if c["definition"] else []), ""]
        for x in c["levels"]:
            lines += [f"Graad {x['rank']}", *(f"- {t}" for t in x["indicators"]), ""]
    return ".txt", "\n".join(lines)


def _spaces(items):
    lines = ["Gids", ""]
    for c in items:
        lines += [c["name"], *([c["definition"]] if c["definition"] else []), ""]
        lines.append("".join(f"Niveau {x['rank']}".ljust(70) for x in c["levels"]))
        columns = [[f"- {t}" for t in x["indicators"]] for x in c["levels"]]
        depth = max(map(len, columns))
        lines += ["".join((col[n] if n < len(col) else "").ljust(70) for col in columns).rstrip() for n in range(depth)]
        lines.append("")
    return ".txt", "\n".join(lines)


def _export(items):
    library = [
        {"id": n, "title": c["name"], "description": c["definition"],
         "proficiencyLevels": [{"level": x["rank"], "behaviours": [{"id": "b", "text": t} for t in x["indicators"]]} for x in c["levels"]]}
        for n, c in enumerate(items)
    ]  # fmt: skip
    return ".json", json.dumps({"meta": {"version": 3}, "data": {"competencies": library}})


def _map_of_names(items):
    found = {
        c["name"]: {"definitie": c["definition"], "niveaus": {str(x["rank"]): x["indicators"] for x in c["levels"]}}
        for c in items
    }
    return ".json", json.dumps({"organisatie": "Gemeente", "competenties": found}, ensure_ascii=False)


def _flat_rows(items):
    rows = [
        {"competentie": c["name"], "definitie": c["definition"], "niveau": x["rank"], "gedrag": t}
        for c in items
        for x in c["levels"]
        for t in x["indicators"]
    ]
    return ".json", json.dumps({"rijen": rows})


LAYOUTS = [_headings, _descending, _inline, _trailing, _columns, _matrix, _long, _nested_list, _house_word, _spaces,
           _export, _map_of_names, _flat_rows]  # fmt: skip


@SETTINGS
@given(items=plain_frameworks())
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_framework_printed_in_a_layout_is_read_back(layout, items):
    """Whatever the number of competencies, levels and indicators."""
    suffix, text = layout(items)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"gids{suffix}"
        path.write_text(text, encoding="utf-8")

        found = parse_handbook(path).framework.to_dict()["competencies"]

    assert _facts(found) == _facts(items)


@SETTINGS
@given(framework=any_frameworks())
@pytest.mark.parametrize("suffix", [".md", ".xlsx"])
def test_any_framework_survives_its_outline(suffix, framework):
    """Nothing in an outline is guessed, so that any text may stand in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"schets{suffix}"
        write_outline(framework, path)

        assert _plain(parse_handbook(path).framework) == _plain(framework)


@SETTINGS
@given(framework=any_frameworks())
def test_any_framework_survives_json(framework):
    """All of it, ids included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.json"
        path.write_text(framework.to_json(), encoding="utf-8")

        assert parse_handbook(path).framework.to_json() == framework.to_json()


@pytest.mark.parametrize("suffix", [".md", ".xlsx", ".json"])
@pytest.mark.parametrize("name", ["kempen", "welzijn"])
def test_the_shipped_frameworks_survive_every_form(tmp_path, request, name, suffix):
    """Profiles, colours, level scheme and specialisations included."""
    framework = request.getfixturevalue(name)
    path = tmp_path / f"{name}{suffix}"
    if suffix == ".json":
        path.write_text(framework.to_json(), encoding="utf-8")
    else:
        write_outline(framework, path)

    assert _plain(parse_handbook(path).framework) == _plain(framework)


def test_markdown_without_its_first_line_is_read_as_any_handbook(tmp_path, welzijn):
    """The outline is a good handbook in its own right."""
    path = tmp_path / "gids.md"
    path.write_text("\n".join(to_markdown(welzijn).splitlines()[4:]), encoding="utf-8")

    found = parse_handbook(path).framework

    assert _facts(found.to_dict()["competencies"]) == _facts(welzijn.to_dict()["competencies"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("zomaar tekst", r"gids\.md:12: 'zomaar tekst' does not belong here\. Expected 'Definitie:'"),
        ("### Niveau twee", r"gids\.md:12: 'Niveau twee' does not belong here\. Expected '### Niveau 1'"),
        ("## Iets", r"gids\.md:12: 'Iets' does not belong here"),
    ],
    ids=["text without a label", "level without a number", "unknown section"],
)
def test_a_slip_in_an_outline_is_named_with_its_line(tmp_path, line, message):
    """A correction by hand must not be dropped unseen."""
    framework = Framework.from_dict(
        {"title": "G", "competencies": [{"name": "Durf", "levels": [{"rank": 1, "indicators": []}]}]}
    )
    path = tmp_path / "gids.md"
    path.write_text(to_markdown(framework).rstrip("\n") + "\n\n\n" + line + "\n", encoding="utf-8")

    with pytest.raises(ParseError, match=message):
        parse_handbook(path)


def test_the_template_filled_in_by_hand_is_a_framework(tmp_path):
    """Names and levels may be left blank where they repeat."""
    path = tmp_path / "handboek.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    for row in (
        ["Durf", "Iets wagen.", 1, "ja", "", "Zegt wat hij denkt."],
        ["", "", "", "", "", "Vraagt hulp."],
        ["", "", 2, "nee", "", ""],
    ):
        book["Raamwerk"].append(row)
    book.save(path)

    framework = parse_handbook(path).framework

    assert [i.text for i in framework["Durf"].level(1).indicators] == ["Zegt wat hij denkt.", "Vraagt hulp."]
    assert framework["Durf"].level(2).applicable is False


def test_an_empty_template_is_refused_with_what_to_do(tmp_path):
    """It is not an empty framework."""
    write_template(tmp_path / "leeg.xlsx")

    with pytest.raises(ParseError, match=r"holds no competency.*sheet 'Raamwerk'"):
        parse_handbook(tmp_path / "leeg.xlsx")
    with pytest.raises(ParseError, match=r"ends in \.xlsx"):
        write_template(tmp_path / "leeg.docx")


def test_a_row_of_the_template_without_a_level_is_named(tmp_path):
    """With sheet and row."""
    path = tmp_path / "handboek.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    book["Raamwerk"].append(["Durf", "", None, "ja", "", "Zegt wat hij denkt."])
    book.save(path)

    with pytest.raises(ParseError, match=r"sheet 'Raamwerk', row 2.*has no level.*column 'Niveau'"):
        parse_handbook(path)


def test_a_handbook_that_is_not_recognised_still_gives_an_outline_that_can_be_corrected(tmp_path):
    """Its text stands in order, the analyst puts the levels in."""
    handbook, outline = tmp_path / "vreemd.txt", tmp_path / "schets.md"
    handbook.write_text("## Durven\n\nIets wagen.\n\nEerst: zegt wat hij denkt.\n", encoding="utf-8")

    assert outline_handbook(handbook, outline) is None
    text = outline.read_text(encoding="utf-8")
    outline.write_text(text.replace("% 5: Eerst: z", "### Niveau 1\n- Z"), encoding="utf-8")

    assert [i.text for i in parse_handbook(outline).framework["Durven"].indicators] == ["Zegt wat hij denkt."]


def test_a_handbook_that_is_not_recognised_gives_a_workbook_to_fill_in_from_its_text(tmp_path):
    """Its lines stand on a sheet beside the empty columns."""
    handbook, outline = tmp_path / "vreemd.txt", tmp_path / "schets.xlsx"
    handbook.write_text("## Durven\n\nIets wagen.\n\nEerst: zegt wat hij denkt.\n", encoding="utf-8")

    assert outline_handbook(handbook, outline) is None
    book = openpyxl.load_workbook(outline)
    assert [row[1].value for row in book["Niet gebruikt"].iter_rows(min_row=2)] == [
        "## Durven",
        "Iets wagen.",
        "Eerst: zegt wat hij denkt.",
    ]
    book["Raamwerk"].append(["Durven", "Iets wagen.", 1, "ja", None, "Zegt wat hij denkt.", "Mensen"])
    book.save(outline)

    assert parse_handbook(outline).framework["Durven"].cluster == "Mensen"


def test_an_outline_keeps_unused_lines_as_remarks(tmp_path):
    """So that the analyst can put them where they belong."""
    handbook, outline = tmp_path / "gids.md", tmp_path / "schets.md"
    handbook.write_text("## Durf\n### Niveau 1\n- Zegt iets.\n\nLos stukje tekst.\n", encoding="utf-8")

    parsed = outline_handbook(handbook, outline)

    assert "% 5: Los stukje tekst." in outline.read_text(encoding="utf-8")
    assert _plain(parse_handbook(outline).framework)["competencies"] == _plain(parsed.framework)["competencies"]


def test_the_tree_shows_each_indicator_with_its_line(welzijn):
    """For checking against the handbook."""
    tree = framework_tree(welzijn)

    assert "├─ Coachen" in tree
    assert "level 1 (not applicable)" in tree
    assert tree.count("[line") == len(welzijn.to_frame())


def test_json_that_is_no_framework_is_refused(tmp_path):
    """With what is expected."""
    (tmp_path / "x.json").write_text(json.dumps({"a": 1}), encoding="utf-8")

    with pytest.raises(ValueError, match=r"no competency found|holds no text"):
        parse_handbook(tmp_path / "x.json")


def test_names_that_differ_in_signs_only_give_indicators_of_different_names(tmp_path):
    """Else the framework that `parse` writes would be refused by the next command."""
    handbook = tmp_path / "twee.md"
    handbook.write_text(
        "## Mondeling communiceren\n### Niveau 1\n- Luistert naar de beller.\n- Vat samen.\n"
        "### Niveau 2\n- Leidt een overleg.\n- Past zijn toon aan.\n\n"
        "## (mondeling) Communiceren\n### Niveau 1\n- Spreekt duidelijk.\n- Vraagt door.\n"
        "### Niveau 2\n- Overtuigt een zaal.\n- Spreekt pers toe.\n",
        encoding="utf-8",
    )
    framework = parse_handbook(handbook).framework

    ids = [i.id for c in framework for level in c.levels for i in level.indicators]
    assert len(set(ids)) == len(ids) == 8
    assert Framework.from_dict(framework.to_dict()) == framework


def test_another_word_than_yes_or_no_is_refused_by_its_place(tmp_path):
    """'misschien' says neither that a level exists nor that it does not."""
    path = tmp_path / "sjabloon.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for column, value in (("Competentie", "Plannen"), ("Niveau", 1), ("Van toepassing", "misschien")):
        sheet.cell(2, columns[column], value)
    sheet.cell(2, columns["Indicator"], "Plant het eigen werk.")
    book.save(path)

    with pytest.raises(ParseError, match=r"'misschien' in the column 'Van toepassing'. Expected ja or nee"):
        parse_handbook(path)
