"""Figures at their extremes: many, few, none; nothing cut off, nothing on top of something else."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from kempen_nlp import distinctness, plots
from kempen_nlp.framework import Status
from kempen_nlp.yardstick import Scores, Truth, rank_confusion

LONG = "Plannen, organiseren en coördineren van werkzaamheden binnen en buiten de regio"


def _comparison(n, **changed):
    found = pd.array([2] * n, dtype="Int64")
    row = {"competency": [f"{LONG} ({i})" for i in range(n)], "required": 2, "found": found, "status": "desired",
           "n_strengths": 1, "n_developments": 12}  # fmt: skip
    return pd.DataFrame({**row, **changed})


def _group(n):
    names = [f"{LONG} ({i})" for i in range(n)]
    return pd.DataFrame({"competency": names, "surpassed": 1, "desired": 2, "growth": 0, "too_little": 3})


def _matrix(n, value=0.25):
    names = [f"{LONG} ({i})" for i in range(n)]
    return pd.DataFrame(value, index=names, columns=names)


def _order(n):
    rows = [
        {"competency": f"{LONG} ({i})", "signal": s, "tau": 0.4 if i else float("nan"), "low": 0.1, "high": 0.9}
        for i in range(n)
        for s in ("lexical", "semantic", "markers")
    ]
    return pd.DataFrame(rows)


def _levels(n):
    rows = [(f"{LONG} {i}", 1 + i % 4, 2.0, 1.0, 3.0) for i in range(n)]
    return pd.DataFrame(rows, columns=["first", "rank", "answers_to", "low", "high"])


def _dots(n):
    return pd.DataFrame({"name": [f"{LONG} ({i})" for i in range(n)], "value": 0.5, "low": 0.2, "high": 0.9})


def _answers(n):
    names = list(_matrix(n).columns)
    return pd.DataFrame({"first": names, "second": names, "answers": True})


DRAWN = {
    "profile": lambda n: plots.plot_profile(_comparison(n), title=LONG, n_ranks=4, ax=plots.new_axes(rows=n)),
    "group": lambda n: plots.plot_group(_group(n), title=LONG, ax=plots.new_axes(rows=n)),
    "assignments": lambda n: plots.plot_assignments(
        _matrix(n, 3).iloc[:, :4], polarity="strength", ax=plots.new_axes(rows=n)
    ),
    "confusable": lambda n: plots.plot_confusable(_matrix(n, 3), title=LONG, ax=plots.new_axes(rows=n, columns=n)),
    "crosswalk": lambda n: plots.plot_crosswalk(
        _matrix(n), _answers(n), title=LONG, ax=plots.new_axes(rows=n, columns=n)
    ),
    "order": lambda n: plots.plot_level_order(_order(n), title=LONG, ax=plots.new_axes(rows=n)),
    "answers": lambda n: plots.plot_rank_answers(_levels(n), title=LONG, n_ranks=3, ax=plots.new_axes(rows=n)),
    "intervals": lambda n: plots.plot_intervals(_dots(n), title=LONG, label="F1", ax=plots.new_axes(rows=n)),
}


@pytest.mark.parametrize("n", [1, 31])
@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_cut_off_with_one_row_or_with_many(name, n):
    """Long names, and as many competencies as a safety region has."""
    figure = DRAWN[name](n).get_figure()

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    box = figure.get_tightbbox(canvas.get_renderer())
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= figure.get_figwidth() + 0.01
    assert box.y1 <= figure.get_figheight() + 0.01


@pytest.mark.parametrize("name", ["profile", "group", "assignments", "confusable", "answers", "intervals"])
def test_a_figure_of_nothing_says_so(name):
    """An empty frame looks like a failure."""
    ax = DRAWN[name](0)

    assert any(text.get_text().startswith(("Er is", "Geen")) for text in ax.texts)


def test_numbers_of_quotes_are_written_out():
    """One is one; no word is cut short."""
    ax = plots.plot_profile(_comparison(1), title="Noor", n_ranks=4, ax=plots.new_axes(rows=1))

    assert "1 sterk punt\n12 ontwikkelpunten" in [text.get_text() for text in ax.texts]


def test_who_is_found_below_what_is_required_has_not_outgrown_it():
    """Where someone stands is named first; the handbook's word belongs to the level."""
    assert plots.STATUS_TERMS[Status.SURPASSED].startswith("onder vereist")


def test_ticks_that_differ_are_not_written_alike():
    """A quarter has two decimals."""
    ax = plots.plot_level_order(_order(2), title="x", ax=plots.new_axes(rows=2))
    FigureCanvasAgg(ax.get_figure()).draw()

    assert [t.get_text() for t in ax.get_xticklabels()] == ["−1,0", "−0,5", "0,0", "0,5", "1,0"]


def test_a_level_beyond_the_other_scale_keeps_its_mark():
    """Four levels read on a scale of three."""
    ax = plots.plot_rank_answers(_levels(4), title="x", n_ranks=3, ax=plots.new_axes(rows=4))

    assert ax.get_xlim()[1] > 4


def test_confusable_pairs_are_counted_on_both_sides(kempen):
    """Pairs within a competency once, on the diagonal."""
    check = distinctness.check_framework(kempen)
    counts = distinctness.count_confusable(check)
    within = (check.confusable["kind"] == "within a competency").sum()

    assert counts.to_numpy().trace() == within
    assert (counts == counts.T).to_numpy().all()
    assert counts.to_numpy().sum() == within + 2 * (len(check.confusable) - within)


def test_ranks_are_counted_for_the_label_that_the_quote_answers_to():
    """Two labels of one competency in a comment: the one that shares the words counts."""
    import numpy as np

    from kempen_nlp.corpus import Label, LabelledComment

    labels = (
        Label("Helpt.", "Coachen", 2, None, "strength", 0),
        Label("Leert anderen coachen.", "Coachen", 4, None, "strength", 7),
    )
    truth = Truth.of([LabelledComment("1", "Helpt. Leert anderen coachen.", labels, "", "", "", "", ())], ["Coachen"])
    one = np.ones((1, 1))

    counts = rank_confusion(truth, Scores(one, 3 * one, 0 * one, 7 * one, 29 * one, 0.5))

    assert counts.loc[4, 3] == 1
    assert counts.to_numpy().sum() == 1
    assert list(counts.index) == list(counts.columns) == [1, 2, 3, 4]
