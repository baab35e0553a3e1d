"""The documents of tests/handbooks: many layouts, all formats, each with what it must yield."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from kempen_nlp.parsing import parse_handbook

FOLDER = Path(__file__).parents[1] / "handbooks"
NAMES = sorted(p.name.removesuffix(".expected.json") for p in (FOLDER / "documents").glob("*.expected.json"))
REACH = 0.98


def _load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parsed():
    return {}


@pytest.fixture
def parse(parsed):
    def once(name):
        if name not in parsed:
            parsed[name] = parse_handbook(FOLDER / "documents" / name)
        return parsed[name]

    return once


def _doubts(parse, name):
    return "\n".join(parse(name).doubts)


@pytest.mark.parametrize("name", NAMES)
def test_each_document_yields_its_competencies_levels_and_indicators(name):
    """Precision and recall of every kind of fact reach what the project promises."""
    path = FOLDER / "documents" / name
    expected = json.loads(path.with_name(f"{name}.expected.json").read_text(encoding="utf-8"))

    figures = _load("measure").measure(path, expected)

    assert {kind: pair for kind, pair in figures.items() if min(pair) < REACH} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_a_document_is_accounted_for(parse, name):
    """Used as something, or not used for a reason."""
    coverage = parse(name).coverage

    assert all(coverage.used.values())
    assert all(coverage.unused.values())
    assert not set(coverage.used) & set(coverage.unused)
    assert name.endswith(".json") or coverage.n_lines > 0


def test_there_are_documents_of_every_format():
    """At least twenty, and none of the promised formats is missing."""
    assert len(NAMES) >= 20
    assert {Path(n).suffix for n in NAMES} >= {".txt", ".md", ".html", ".docx", ".pdf", ".xlsx", ".csv", ".json"}


def test_levels_that_belong_to_no_competency_are_doubted_not_attached(parse):
    """They stand under a heading about levels, after the last competency."""
    found = parse("wezen.md")

    assert "'Niveau 4': belongs to no competency" in _doubts(parse, "wezen.md")
    assert not [i for c in found.framework for i in c.indicators if "geen competentie" in i.text]


def test_a_competency_without_levels_is_named(parse):
    """It cannot be in the framework, and must not vanish unseen."""
    assert "'Zonder trap': a heading without levels under it" in _doubts(parse, "wezen.md")


def test_two_competencies_of_one_name_are_kept_apart_with_a_doubt(parse):
    """The second gets a number."""
    assert "second competency of this name, the first is on line" in _doubts(parse, "valkuilen.txt")


def test_an_indicator_that_builds_on_another_level_is_doubted(parse):
    """'Als niveau 1, plus …' says more than its words."""
    assert "builds on another level" in _doubts(parse, "valkuilen.txt")


def test_running_heads_page_numbers_and_contents_are_left_out_with_the_reason(parse):
    """So that a person can see that nothing else was dropped."""
    reasons = set(parse("valkuilen.txt").coverage.unused.values())

    assert reasons == {"table of contents", "page number", "stands at the head or foot of several pages"}


def test_a_scheme_that_only_explains_levels_makes_no_competency(parse):
    """Its sentences go to the level scheme."""
    framework = parse("valkuilen.txt").framework

    assert [rank for rank, _ in framework.level_scheme] == [1, 2]
    assert framework.level_scheme[1][1] == "de medewerker doet het uit zichzelf."


def test_stars_in_a_table_of_functions_are_required_ranks(parse):
    """Each row a profile, each column a competency."""
    framework = parse("profielen.md").framework

    assert dict(framework.profile("Schipper").required) == {"Veilig varen": 3, "Lading beheren": 2, "Wacht lopen": 3}


def test_names_of_levels_are_kept_in_the_level_scheme(parse):
    """A framework counts levels; the handbook's words for them are not lost."""
    assert parse("eigen_namen.md").framework.level_scheme == (
        (1, "Aan de kade"),
        (2, "Aan het roer"),
        (3, "Op de brug"),
    )
    assert "ranked 1 to 3 in this order" in _doubts(parse, "eigen_namen.md")


def test_a_short_round_of_damaged_documents_ends_in_a_framework_or_a_clear_error():
    """The long round is `python tests/handbooks/fuzz.py 10000`."""
    ends, (seconds, _) = _load("fuzz").run(300, seed=7)

    assert set(ends) == {"framework", "clear error"}
    assert seconds < 10
