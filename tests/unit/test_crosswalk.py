"""Competencies that say the same answer to each other, whatever they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kempen_nlp import plots
from kempen_nlp.crosswalk import compare_frameworks, crosswalk_study
from kempen_nlp.encoders import load_encoder


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("general")


@pytest.fixture(scope="module")
def found(kempen, welzijn, encoder):
    return compare_frameworks(kempen, welzijn, encoder=encoder)


def _half(framework, which, rename):
    """Keep every other indicator, without headlines, definitions and, if asked, names."""
    competencies = tuple(
        replace(
            c, name=f"{rename}{n}" if rename else c.name, definition=None,
            levels=tuple(replace(x, headline=None, indicators=x.indicators[which::2]) for x in c.levels),
        )
        for n, c in enumerate(framework)
    )  # fmt: skip
    return replace(framework, id=f"half{which}", competencies=competencies, profiles=())


def test_two_halves_of_a_framework_answer_to_each_other_without_their_names(welzijn, encoder):
    """All eight are found, and none of the fifty-six others."""
    halves = compare_frameworks(_half(welzijn, 0, "A"), _half(welzijn, 1, "B"), encoder=encoder)
    answers = halves.competencies[halves.competencies["answers"]]

    assert set(zip(answers["first"], answers["second"], strict=True)) == {(f"A{n}", f"B{n}") for n in range(8)}
    assert set(answers["names"]) == {"andere naam, zelfde inhoud"}


def test_competencies_of_one_name_and_content_are_matched(found):
    """Klantgerichtheid and Resultaatgericht stand in both handbooks."""
    answers = found.competencies[found.competencies["answers"]]

    assert set(answers["first"]) == {"Klantgerichtheid", "Resultaatgericht"}
    assert (answers["first"] == answers["second"]).all()


def test_orphans_are_named_on_both_sides(found):
    """Samenwerken stands in kempen only."""
    by_side = found.orphans.groupby("side")["competency"].agg(set)

    assert by_side["first"] == {"Samenwerken"}
    assert "Coachen" in by_side["second"]


def test_every_level_has_an_answer_inside_its_interval(found):
    """On the scale of the other framework."""
    levels = found.levels

    assert len(levels) == 12
    assert levels["answers_to"].between(levels["low"], levels["high"]).all()
    assert levels["answers_to"].between(1, 4).all()


def test_matrix_keeps_the_order_of_both_handbooks(found, kempen, welzijn):
    """Rows and columns as a reader knows them."""
    matrix = found.matrix()

    assert tuple(matrix.index) == kempen.names
    assert tuple(matrix.columns) == welzijn.names


def test_figures_can_be_drawn_from_the_tables(found, tmp_path):
    """Heatmap and read ranks, as PNG that is no empty page."""
    path = tmp_path / "figuur.png"
    axes = [plots.new_axes(), plots.new_axes()]
    plots.plot_crosswalk(found.matrix(), found.competencies, title="naast elkaar", ax=axes[0])
    plots.plot_rank_answers(found.levels, title="gelezen niveau", n_ranks=4, ax=axes[1])

    for ax in axes:
        plots.save_png(ax, path)
        assert path.stat().st_size > 10_000
    assert len(axes[0].patches) == found.competencies["answers"].sum()


def test_planted_crosswalks_are_found_and_little_else(welzijn, encoder):
    """Halves of one framework, some of its competencies on one side only, one divided over two."""
    study = crosswalk_study(welzijn, rewordings={}, encoder=encoder, n_trials=3, seed=4).set_index("measure")["share"]

    assert study["recall: competency answered"] >= 0.8
    assert study["false alarm: other pair answers"] <= 0.1
    assert study["recall: orphan named"] >= 0.5


def test_intervals_of_nearness_hold_the_nearness(found):
    """Both signals, every pair."""
    table = found.competencies

    for signal in ("lexical", "semantic"):
        inside = (table[f"{signal}_low"] <= table[signal] + 1e-6) & (table[signal] <= table[f"{signal}_high"] + 1e-6)
        assert inside.mean() > 0.9
