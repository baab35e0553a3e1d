"""Frameworks as objects, JSON and tables."""

from __future__ import annotations

import json

import pytest

from kempen_nlp.errors import FrameworkError
from kempen_nlp.framework import Framework, Status


@pytest.mark.parametrize("name", ["kempen", "welzijn"])
def test_json_and_back_is_the_same_framework(name, request):
    """Nothing is lost or added on the way."""
    framework = request.getfixturevalue(name)

    again = Framework.from_json(framework.to_json())

    assert again.to_json() == framework.to_json()
    assert again.competencies == framework.competencies


@pytest.mark.parametrize(
    ("rank", "required", "status"),
    [(3, 2, Status.GROWTH), (2, 2, Status.DESIRED), (1, 2, Status.SURPASSED)],
)
def test_status_is_a_rank_seen_from_the_required_one(rank, required, status):
    """Above is growth, equal is desired, below is surpassed."""
    assert Status.of(rank, required) is status


def test_the_table_has_one_row_an_indicator(kempen, welzijn):
    """34 and 141, as counted in the handbooks."""
    assert len(kempen.to_frame()) == 34
    assert len(welzijn.to_frame()) == 141


def test_an_unknown_competency_is_answered_with_those_there_are(kempen):
    """The message helps to mend a typing error."""
    with pytest.raises(KeyError, match="Klantgerichtheid, Resultaatgericht, Samenwerken"):
        kempen["Coachen"]


def test_a_profile_is_found_whatever_its_spacing_and_case(kempen):
    """People write "adviseur a"."""
    assert kempen.profile(" adviseur  A").label == "Adviseur A"
    with pytest.raises(FrameworkError, match="no profile 'Adviseur Z'"):
        kempen.profile("Adviseur Z")


def _spoiled(framework, change):
    data = json.loads(framework.to_json())
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("competencies"), "no list `competencies`"),
        (lambda d: d["competencies"].clear(), "`competencies` is empty"),
        (lambda d: d["competencies"][0].pop("name"), "competency 1 has no `name`"),
        (lambda d: d["competencies"][1].pop("levels"), r"competency 2 \(Resultaatgericht\) has no `levels`"),
        (lambda d: d["competencies"][0]["levels"][2].update(rank=2), "rank 2 follows 2"),
        (lambda d: d["competencies"][0]["levels"][0]["indicators"][0].pop("text"), "an indicator has no `text`"),
        (lambda d: d["competencies"][0]["levels"][0]["indicators"][0].update(id="resultaatgericht/1/1"), "used twice"),
        (lambda d: d["competencies"].append(d["competencies"][0]), "used twice"),
        (lambda d: d["competencies"][0].update(name=5), "`name` is a int"),
        (lambda d: d["competencies"][0]["levels"][0].update(headline=[]), "rank 1: `headline` is a list"),
        (lambda d: d["competencies"][0]["levels"][0]["indicators"][0].update(text="Helpt \ud83d."), "half a character"),
        (
            lambda d: d["competencies"][0]["levels"][0]["indicators"][0].update(lines=[4]),
            "are not as `kempen parse` writes",
        ),
        (lambda d: d["profiles"][0].pop("grade"), r"are not as `kempen parse` writes them \(KeyError: 'grade'\)"),
        (lambda d: d.update(statuses=[{"status": "hoog"}]), "are not as `kempen parse` writes"),
    ],
)
def test_a_spoiled_framework_file_is_refused_with_the_place(kempen, change, message):
    """The origin and the competency are named."""
    with pytest.raises(FrameworkError, match=message):
        Framework.from_json(_spoiled(kempen, change), origin="eigen.json")


def test_a_file_that_is_no_json_is_refused_with_its_line():
    """A handbook given by mistake is told from a framework."""
    with pytest.raises(FrameworkError, match=r"eigen\.json:2: not JSON.*kempen parse"):
        Framework.from_json("{\n## Samenwerken", origin="eigen.json")


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 10_000], ids=["deep", "a long number"])
def test_json_that_no_reader_can_hold_is_refused(text):
    """Neither recursion nor digits end in a traceback."""
    with pytest.raises(FrameworkError, match="nested too deep or holds a number that is too long"):
        Framework.from_json(text, origin="eigen.json")


def test_notebook_table_escapes_what_a_handbook_says(kempen):
    """A sentence with a tag stays text."""
    data = kempen.to_dict()
    data["competencies"][0]["levels"][0]["indicators"][0]["text"] = "<script>alert(1)</script>"

    assert "<script>" not in Framework.from_dict(data)._repr_html_()
