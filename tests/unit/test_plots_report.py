"""Figures and the page that holds them."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from kempen_nlp import plots
from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence, to_frame
from kempen_nlp.errors import CommentsError
from kempen_nlp.profiles import compare_groups, compare_persons, compare_with_profile
from kempen_nlp.report import ReportSection, count_assignments, framework_of, write_report


def _comment(number, rank, polarity="strength", text="Luistert goed.", **extra):
    found = Assignment(
        "Samenwerken", rank, polarity, 0, len(text), text, 0.91, {1: 0.5, 2: 0.5}, Evidence("x", "Levert.", rank, 0.5)
    )
    return ClassifiedComment(str(number), text, (found,), extra=extra)


@pytest.fixture
def frame():
    person = {"medewerker": "Noor <b>V</b>", "profiel": "Adviseur A"}
    return to_frame(
        [
            _comment(1, 3, **person),
            _comment(2, 4, **person),
            _comment(3, 1, "development", "<script>alert('x')</script>", **person),
            ClassifiedComment("4", "Prima jaar.", extra=person),
        ]
    )


def _texts(ax):
    return " ".join(
        t.get_text() for t in [*ax.texts, *ax.get_yticklabels(), ax.title, *ax.get_legend_handles_labels()[1]]
    )


def test_counts_cover_every_competency_and_rank(frame, kempen):
    """What nobody wrote about stands there with zeros."""
    counts = count_assignments(frame, kempen, "strength")

    assert counts.shape == (3, 4)
    assert counts.loc["Samenwerken"].tolist() == [0, 0, 1, 1]
    assert counts.loc["Klantgerichtheid"].sum() == 0


def test_profile_figure_shows_colour_mark_and_too_little_evidence(frame, kempen):
    """Light green for growth, dark green for desired, blue for surpassed; a mark at the required rank."""
    comparison = compare_with_profile(frame, kempen, kempen.profile("Adviseur A"))

    ax = plots.plot_profile(comparison, title="Noor", n_ranks=4, ax=plots.new_axes())

    assert sum(t.get_text() == "te weinig bewijs" for t in ax.texts) == 2
    (bar,) = ax.patches
    assert plots.STATUS_COLORS["desired"] == "#1b7837"
    assert bar.get_width() == 3
    assert bar.get_hatch() in (None, "")


def test_nothing_in_a_figure_is_cut_off(frame, kempen):
    """All texts lie inside the canvas once the layout has settled."""
    comparison = compare_with_profile(frame, kempen, kempen.profile("Adviseur A"))
    counted = plots.plot_assignments(
        count_assignments(frame, kempen, "strength"), polarity="strength", ax=plots.new_axes()
    )
    shown = plots.plot_profile(comparison, title="Noor Verhagen (Adviseur A)", n_ranks=4, ax=plots.new_axes())

    long = "Welzijnscoaches en sociaal werkers van het gebied Noord-Oost en omliggende dorpen (Specialist B)"
    for ax in (counted, shown, plots.plot_profile(comparison, title=long, n_ranks=4, ax=plots.new_axes())):
        canvas = FigureCanvasAgg(ax.figure)
        canvas.draw()
        box = ax.get_tightbbox(canvas.get_renderer())
        width, height = canvas.get_width_height()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width + 1
        assert box.y1 <= height + 1


def test_a_figure_is_the_same_each_time(frame, kempen):
    """No date and no random ids in it."""
    counts = count_assignments(frame, kempen, "strength")

    first, second = (
        plots.svg_of(plots.plot_assignments(counts, polarity="strength", ax=plots.new_axes())) for _ in range(2)
    )

    assert first == second


def test_page_escapes_comments_and_asks_nothing_of_the_network(frame, kempen, tmp_path):
    """A comment with a script stays text; no address but the names of XML vocabularies."""
    write_report([ReportSection(kempen, frame, per_person=True)], tmp_path / "v.html", title="Team <1>")

    page = (tmp_path / "v.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Team &lt;1&gt;" in page
    assert "Noor <b>" not in page
    assert not re.findall(r"""\b(?:src|href)\s*=\s*["'](?!#|data:)""", page)
    assert "4 opmerkingen: in 3 staat bewijs (3 citaten), in 0 is alles te onzeker, in 1 staat geen bewijs" in page


def test_persons_are_shown_only_on_request(frame, kempen, tmp_path):
    """A page for a group names nobody."""
    write_report([ReportSection(kempen, frame)], tmp_path / "v.html", title="Team")
    write_report([ReportSection(kempen, frame, per_person=True)], tmp_path / "p.html", title="Team")

    assert "Noor" not in (tmp_path / "v.html").read_text(encoding="utf-8")
    assert "Gevonden en vereist niveau van Noor" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_a_page_of_hashed_persons_says_how_to_see_names(frame, kempen, tmp_path):
    """A code in the place of a name is no fault of the file."""
    hashed = frame.assign(medewerker="persoon-0123456789abcdef")
    for table, name, says_so in ((hashed, "h.html", True), (frame, "n.html", False)):
        write_report([ReportSection(kempen, table, per_person=True)], tmp_path / name, title="Team")

        assert ("--keep-persons" in (tmp_path / name).read_text(encoding="utf-8")) == says_so


def _team(n_persons, profile="Adviseur A"):
    return [
        _comment(f"{profile}{n}{k}", 3, medewerker=f"{profile} {n}", profiel=profile)
        for n in range(n_persons)
        for k in range(2)
    ]


def test_groups_under_five_persons_are_not_shown_apart(kempen, tmp_path):
    """Nor can they be worked out: six of ten are not shown apart either, as four would be left."""
    teams = {
        "klein": _team(4),
        "rest": [*_team(6), *_team(4, "Directeur B")],
        "groot": [*_team(6), *_team(5, "Directeur B")],
    }
    pages = {}
    for name, team in teams.items():
        write_report([ReportSection(kempen, to_frame(team))], tmp_path / "v.html", title="x")
        pages[name] = (tmp_path / "v.html").read_text(encoding="utf-8")

    assert "minder dan 5 medewerkers" in pages["klein"]
    assert [pages[name].count("<svg") for name in teams] == [0, 1, 3]
    assert "Directeur B" not in pages["rest"]
    assert "Directeur B (n = 5)" in pages["groot"]


def test_groups_count_persons_at_above_and_below_what_is_required(kempen):
    """Six at rank 3 where 3 is required; too little evidence elsewhere."""
    counts = compare_groups(compare_persons(to_frame(_team(6)), kempen)).set_index("competency")

    assert counts.loc["Samenwerken", ["surpassed", "desired", "growth", "too_little"]].tolist() == [0, 6, 0, 0]
    assert counts.loc["Klantgerichtheid", "too_little"] == 6
    assert counts["group"].unique().tolist() == [""]


def test_every_cell_leads_to_its_quotes_and_the_rest_is_named(frame, kempen, tmp_path):
    """A link for each filled cell; competencies without any quote and unread rows are listed."""
    extra = to_frame([ClassifiedComment("9", "", problems=("The row has no text.",))])
    write_report([ReportSection(kempen, pd.concat([frame, extra]))], tmp_path / "v.html", title="x")

    page = (tmp_path / "v.html").read_text(encoding="utf-8")
    links, anchors = re.findall(r'href="#(\w+)"', page), re.findall(r' id="(\w+)"', page)
    assert sorted(links) == sorted(anchors)
    assert [link for link in links if "c2n" in link] == ["r1c2n1", "r1c2n3", "r1c2n4"]
    assert "Over Klantgerichtheid en Resultaatgericht staat nergens iets" in page
    assert "niet gelezen: 1 opmerking<" in page
    assert "9: De rij heeft geen tekst." in page


def test_one_is_one(kempen, tmp_path):
    """One comment, quote, strength, unread row and profile in the singular; a whole of one profile hides none."""
    team = to_frame([*_team(5), ClassifiedComment("x", "", problems=("The row has no text.",))])
    for frame, name in ((team.iloc[[0, -1]], "een.html"), (team, "team.html")):
        write_report([ReportSection(kempen, frame)], tmp_path / name, title="x")
    one, whole = ((tmp_path / name).read_text(encoding="utf-8") for name in ("een.html", "team.html"))

    assert (
        "2 opmerkingen: in 1 staat bewijs (1 citaat), in 0 is alles te onzeker, in 0 staat geen bewijs en 1 kon niet"
        in one
    )
    assert "Samenwerken: 1 citaat<" in one
    assert "niveau 3: 1 citaat<" in one
    assert "1 sterk punt, 0 ontwikkelpunten" in one
    assert "alleen in het geheel mee" not in whole
    assert not re.search(
        r"(?<![\d,])1 (?:opmerkingen|citaten|sterke punten|ontwikkelpunten|medewerkers|profielen)", one + whole
    )


def test_every_figure_stands_there_as_a_table_too(kempen, tmp_path):
    """For who hears the page, and for who wants the numbers."""
    write_report([ReportSection(kempen, to_frame(_team(6)), per_person=True)], tmp_path / "v.html", title="x")

    page = (tmp_path / "v.html").read_text(encoding="utf-8")
    assert page.count("<summary>als tabel</summary>") == page.count("<svg") == 7
    assert "<th>op vereist (gewenst)</th>" in page
    assert "<td>Samenwerken</td><td>0</td><td>6</td><td>0</td><td>0</td>" in page
    assert "<td>Samenwerken</td><td>3</td><td>3</td><td>gewenst</td><td>2</td><td>0</td>" in page


def test_learning_curve_and_group_figure_keep_all_text_inside(kempen):
    """As the other figures do."""
    what = ["macro-F1", "macro-F1", "rank kappa", "rank kappa"]
    measured = pd.DataFrame(
        {"what": what, "n_comments": [100, 900] * 2, "value": [0.4, 0.7, 0.5, 0.8], "low": 0.3, "high": 0.9}
    )
    outlook = pd.DataFrame(
        {"what": what[1:3], "n_comments": 900, "value": [0.7, 0.8], "gain": [0.05, float("nan")], "gain_low": 0.0,
         "gain_high": 0.1}
    )  # fmt: skip
    counts = compare_groups(compare_persons(to_frame(_team(6)), kempen))
    for ax in (
        plots.plot_learning_curve(measured, outlook, ax=plots.new_axes()),
        plots.plot_group(counts, title="Allen (n = 6)", ax=plots.new_axes(height=3)),
    ):
        canvas = FigureCanvasAgg(ax.figure)
        canvas.draw()
        box = ax.figure.get_tightbbox(canvas.get_renderer())
        assert box.x0 >= -0.01
        assert box.y0 >= -0.01
        assert box.x1 <= ax.figure.get_figwidth() + 0.01
        assert box.y1 <= ax.figure.get_figheight() + 0.01


def test_asking_for_persons_without_a_column_for_them_is_answered(kempen, frame, tmp_path):
    """The names that would do are listed."""
    with pytest.raises(CommentsError, match="no column named one of medewerker"):
        write_report(
            [ReportSection(kempen, frame.drop(columns="medewerker"), per_person=True)], tmp_path / "v.html", title="x"
        )


def test_assignments_of_another_framework_are_refused(frame, welzijn, tmp_path):
    """Else half of them would vanish from the page."""
    with pytest.raises(CommentsError, match="name 'Samenwerken', which welzijn does not have"):
        write_report([ReportSection(welzijn, frame)], tmp_path / "v.html", title="x")


def test_the_framework_is_found_by_the_names_when_only_one_fits(frame):
    """Samenwerken is in kempen alone."""
    assert framework_of(frame).id == "kempen"
    with pytest.raises(CommentsError, match="fit more than one"):
        framework_of(frame.iloc[:0])


def test_an_empty_table_still_makes_a_page(kempen, tmp_path):
    """Nothing found is an answer."""
    write_report([ReportSection(kempen, to_frame([]))], tmp_path / "v.html", title="Leeg")

    assert "0 opmerkingen" in (tmp_path / "v.html").read_text(encoding="utf-8")
    assert isinstance(count_assignments(to_frame([]), kempen, "strength"), pd.DataFrame)
