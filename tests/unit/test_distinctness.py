"""The check finds what was planted, says when there is too little, and keeps its promises by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kempen_nlp.distinctness import check_framework, level_similarity, nearness, power_study, simulated_framework
from kempen_nlp.distinctness._levels import TOO_FEW, level_pairs
from kempen_nlp.distinctness._lint import asked_behaviours, lint, reading_ease
from kempen_nlp.distinctness.chance import adjusted_p, divisions, lowest_p, share_as_extreme
from kempen_nlp.distinctness.concordance import balance, climbs, paired_tau, weighted_tau
from kempen_nlp.distinctness.order import adjacent_order, read_ranks
from kempen_nlp.distinctness.pairs import Lines, flagged_pairs, kinds, measure
from kempen_nlp.distinctness.signals import Rows, Signals, read_signals
from kempen_nlp.distinctness.wording import clauses, differing_words
from kempen_nlp.encoders import load_encoder
from kempen_nlp.errors import FrameworkError
from kempen_nlp.framework import Framework
from kempen_nlp.language.ladders import find_level_markers, marker_matrix


def _framework(levels_of, *, headline=None):
    """Build a framework from {competency: [[texts of rank 1], [texts of rank 2], …]}."""
    competencies = [
        {
            "name": name,
            "definition": "Wat het is.",
            "levels": [
                {
                    "rank": rank,
                    "headline": headline,
                    "indicators": [{"id": f"{name}/{rank}/{n}", "text": text} for n, text in enumerate(texts, start=1)],
                }
                for rank, texts in enumerate(levels, start=1)
            ],
        }
        for name, levels in levels_of.items()
    ]
    return Framework.from_dict({"id": "proef", "competencies": competencies})


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("general")


@pytest.fixture(scope="module")
def welzijn_check(welzijn, encoder):
    return check_framework(welzijn, encoder=encoder)


@pytest.fixture(scope="module")
def kempen_check(kempen, encoder):
    return check_framework(kempen, encoder=encoder)


def _has_pair(check, first, second):
    table = check.confusable
    starts = zip(table["text_a"], table["text_b"], strict=True)
    return any(
        {a.startswith(first), b.startswith(second)} == {True} or {a.startswith(second), b.startswith(first)} == {True}
        for a, b in starts
    )


def test_risks_that_differ_by_an_adjective_are_found(welzijn_check):
    """Klein, groter, groot, zeer groot: each step is flagged, the first as a difference of degree only."""
    risks = welzijn_check.confusable[welzijn_check.confusable["text_a"].str.startswith("Neemt verantwoorde risico's")]
    first = risks[(risks["rank_a"] == 1) & (risks["rank_b"] == 2)].iloc[0]

    assert {(1, 2), (2, 3), (3, 4)} <= set(zip(risks["rank_a"], risks["rank_b"], strict=True))
    assert first["contrast"] == "words of degree"
    assert "klein" in first["contrast_words"]


def test_keeping_agreements_in_two_competencies_is_found(kempen_check):
    """Resultaatgericht and Samenwerken of kempen both ask it."""
    assert _has_pair(kempen_check, "Maakt zaken af en komt afspraken na", "Komt afspraken binnen het team na")


def test_one_shared_behaviour_is_enough_to_be_confusable(welzijn_check):
    """Resultaatgericht is vasthoudend at 2 and at 3; the rest of both sentences speaks of other things."""
    assert _has_pair(welzijn_check, "Is vasthoudend bij het behalen", "Is vasthoudend en weet doelen")


def test_the_same_word_opening_two_levels_is_found(welzijn_check):
    """The editor's rule sees it as well."""
    openings = welzijn_check.lint[welzijn_check.lint["rule"] == "same opening"]

    assert openings["finding"].str.contains("is vasthoudend").any()


def test_three_indicators_a_level_are_too_few_to_tell(kempen_check):
    """Ten ways to divide six indicators: no test can reach 5 %."""
    assert set(kempen_check.levels["verdict"]) == {TOO_FEW}
    assert kempen_check.summary["distinct"].str.startswith("te weinig").all()


def test_every_flag_has_at_least_two_signals_that_are_named(welzijn_check):
    """A reader can see which."""
    named = welzijn_check.confusable["votes"].str.split(", ").str.len()

    assert (named == welzijn_check.confusable["n_votes"]).all()
    assert (named >= 2).all()


def test_the_same_seed_gives_the_same_tables(kempen, kempen_check, encoder):
    """Any figure can be had again."""
    again = check_framework(kempen, encoder=encoder)

    for name in ("levels", "order", "adjacent", "put_back", "mend"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(kempen_check, name))


def test_what_to_mend_is_ordered_by_urgency(welzijn_check):
    """The most urgent stands on top."""
    assert welzijn_check.mend["urgency"].is_monotonic_increasing
    assert welzijn_check.mend["urgency"].iloc[0] <= 2


def test_levels_that_speak_of_other_things_are_called_distinct(encoder):
    """Five indicators on cooking against five on bookkeeping, in two competencies."""
    low = ["Kookt soep.", "Kookt een maaltijd.", "Kookt groente.", "Kookt aardappelen.", "Kookt pasta in de keuken."]
    high = [
        "Controleert de jaarrekening.", "Controleert facturen.", "Controleert de boekhouding.",
        "Controleert de belastingaangifte.", "Controleert declaraties in de administratie.",
    ]  # fmt: skip
    rows = Rows.of(_framework({"Een": [low, high], "Twee": [low, high]}))

    table = level_pairs(rows, read_signals(rows.texts, encoder), seed=1)

    assert (table[table["signal"] == "semantic"]["verdict"] == "distinct").all()
    assert (table[table["signal"] == "semantic"]["margin"] > 0).all()


def test_levels_that_stand_the_wrong_way_round_are_called_reversed():
    """One competency counts down where five others count up."""
    up = {f"Op {c}": [[f"laag {c}{n}" for n in range(5)], [f"hoog {c}{n}" for n in range(5)]] for c in range(5)}
    down = {"Neer": [[f"hoog x{n}" for n in range(5)], [f"laag x{n}" for n in range(5)]]}
    rows = Rows.of(_framework(up | down))
    view = np.array([[1.0, 0.0] if text.startswith("laag") else [0.0, 1.0] for text in rows.texts], dtype=np.float32)
    view += np.linspace(0, 0.01, len(view))[:, None].astype(np.float32)
    views = dict.fromkeys(("lexical", "semantic", "markers"), view)
    signals = Signals(views, grams=None, markers=view)

    table = adjacent_order(rows, read_ranks(rows, signals), seed=1).set_index("competency")["verdict"]

    assert set(table["Neer"]) == {"reversed"}
    assert set(table["Op 0"]) == {"in order"}


@pytest.mark.parametrize(
    "levels_of",
    [
        {"Een": [["Luistert goed."]]},
        {"Een": [["Luistert goed.", "Plant werk.", "Leest verslagen."]], "Twee": [["Kookt soep.", "Bakt brood."]]},
        {"Een": [["?"], ["1."]], "Twee": [["Luistert."], ["Plant."]]},
        {"Een": [["Luistert goed."], []], "Twee": [["Plant werk."], ["Plant al het werk."]]},
        {f"C{n}": [[f"Doet taak {n}{rank}."] for rank in range(10)] for n in range(2)},
        {"Een": [[f"Doet taak nummer {n}." for n in range(60)]], "Twee": [["Luistert."]]},
    ],
    ids=["one indicator in all", "one level", "no letters", "an empty level", "ten levels of one", "one long level"],
)
def test_any_shape_of_framework_can_be_checked(levels_of, encoder):
    """One level to ten, one indicator to hundreds: an answer, never a crash."""
    check = check_framework(_framework(levels_of), encoder=encoder)

    assert len(check.competencies) == len(levels_of)


def test_a_framework_without_indicators_is_refused():
    """There is nothing to compare, and the message says so."""
    with pytest.raises(FrameworkError, match="has no indicators"):
        check_framework(_framework({"Een": [[]]}))


def test_a_reference_with_another_number_of_ranks_is_refused(kempen):
    """Ranks of one scale cannot be read from another."""
    with pytest.raises(FrameworkError, match="same number"):
        check_framework(kempen, reference=_framework({"Een": [["Luistert."], ["Plant."]]}))


def test_similarity_table_has_a_row_and_column_for_each_rank(welzijn_check):
    """Coachen begins at rank 2."""
    table = level_similarity(welzijn_check, "Coachen")

    assert list(table.index) == [2, 3, 4]
    assert table.loc[2, 3] == table.loc[3, 2]


def test_an_exact_test_lists_every_division_once():
    """C(5, 2) = 10, the given one first."""
    ways, is_exact = divisions(2, 3, n_draws=99, rng=np.random.default_rng(0))

    assert is_exact
    assert len({tuple(way) for way in ways}) == len(ways) == 10
    assert ways[0].tolist() == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(("sizes", "p"), [((3, 3), 0.1), ((2, 3), 0.1), ((1, 1), 1.0)])
def test_lowest_p_follows_from_the_number_of_divisions(sizes, p):
    """Equal groups can change places without changing the margin."""
    assert lowest_p(*sizes) == pytest.approx(p)


def test_p_from_draws_is_never_zero():
    """The observed value counts as one more draw."""
    assert share_as_extreme(9.0, np.zeros(99), is_exact=False) == pytest.approx(0.01)


def test_adjusting_keeps_order_and_skips_what_was_not_tested():
    """Nan stays nan and does not count."""
    adjusted = adjusted_p([0.04, np.nan, 0.01])

    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.04, 0.02])


@pytest.mark.parametrize("n", [3, 40, 150])
def test_tau_by_counting_is_the_tau_of_all_pairs(n):
    """Few things or many, with ties on both sides."""
    rng = np.random.default_rng(n)
    ranks, readings = rng.integers(1, 5, n).astype(float), rng.normal(size=n).round(1)
    signs = [np.sign(x[:, None] - x[None, :]) for x in (ranks, readings)]
    expected = (signs[0] * signs[1]).sum() / np.sqrt(np.abs(signs[0]).sum() * np.abs(signs[1]).sum())

    assert paired_tau(ranks[None], readings[None])[0] == pytest.approx(expected)
    assert weighted_tau(ranks, readings, np.ones((1, n)))[0] == pytest.approx(expected)
    assert climbs(ranks[None], readings)[0] == pytest.approx((signs[0] * signs[1]).sum() / 2)
    assert balance(readings).tolist() == signs[1].sum(axis=1).tolist()


def test_tau_of_a_reversed_order_is_minus_one():
    """And 0 when all readings are equal."""
    ranks = np.array([[1.0, 2, 3]])

    assert paired_tau(ranks, np.array([[3.0, 2, 1]])) == -1
    assert paired_tau(ranks, np.ones((1, 3))) == 0
    assert np.isnan(weighted_tau(ranks[0], np.ones(3), np.ones((1, 3))))


def test_level_markers_are_whole_words_with_their_rung():
    """`organisatie` is not found in `organiseren`."""
    found = find_level_markers("Organiseert en stelt beleid op voor de organisatie.")

    assert ("scope", 4, "organisatie") in {(m.ladder, m.rung, m.words) for m in found}
    assert "autonomy" in {m.ladder for m in found}
    assert marker_matrix(["Luistert."]).shape == (1, 20)


def test_differing_words_leave_out_small_words():
    """What remains is what a contrast can rest on."""
    assert differing_words("Houdt rekening met de klant.", "Houdt rekening met een collega.") == (
        ["klant"],
        ["collega"],
    )


@pytest.mark.parametrize(
    ("text", "n_asked"),
    [
        ("Luistert goed en reageert snel.", 2),
        ("Maakt zaken af en komt afspraken na.", 2),
        ("Stemt de planning af met anderen.", 1),
        ("Behandelt klachten die de klant indient en waar hij op wacht.", 1),
    ],
)
def test_compound_indicators_are_counted_by_their_verbs(text, n_asked):
    """Subordinate clauses ask nothing of their own."""
    assert len(asked_behaviours(text)) == n_asked


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Maakt zaken af en komt afspraken na.", ["Maakt zaken af", "komt afspraken na."]),
        ("Maakt en houdt zich aan afspraken.", ["Maakt en houdt zich aan afspraken."]),
        (
            "Neemt kleine en grote risico's, met een groot effect.",
            ["Neemt kleine en grote risico's, met een groot effect."],
        ),
        ("", [""]),
    ],
)
def test_a_sentence_is_split_where_a_behaviour_begins(text, pieces):
    """Bare verbs keep the object that they share; nouns and "met" open nothing."""
    assert clauses(text) == pieces


def test_forms_of_one_word_set_no_sentences_apart():
    """Afspraak and afspraken, groot and groter."""
    assert differing_words("Houdt zich aan de afspraak.", "Houdt zich aan afspraken met klanten.") == ([], ["klanten"])


@pytest.mark.parametrize(
    ("second", "is_flagged"),
    [
        ("Komt afspraken met bewoners altijd na.", True),
        ("Komt afspraken met bewoners niet na.", False),
        ("Leest verslagen van de vergadering.", False),
    ],
    ids=["a word of degree", "the opposite", "something else"],
)
def test_degree_is_no_difference_and_denial_is_one(second, is_flagged, encoder):
    """The same behaviour, more of it; its opposite; another."""
    framework = _framework({
        "Een": [["Komt afspraken met bewoners na.", "Kookt soep."], [second, "Bakt brood."]],
        "Twee": [["Plant werk voor de week."], ["Schrijft beleid voor de gemeente."]],
    })  # fmt: skip
    found = check_framework(framework, encoder=encoder).confusable

    assert found["text_b"].isin([second]).any() == is_flagged


def test_flags_say_what_differs_and_what_the_handbook_says_itself(kempen_check):
    """Two levels: the higher in its own words; two competencies: both definitions."""
    for row in kempen_check.confusable.to_dict("records"):
        within = row["kind"] == "within a competency"
        assert row["sharpen"].startswith(("Kernzin", "Andere", "Algemene", "Het handboek") if within else "Definitie")
        assert set(row["only_in_a"].split()).isdisjoint(row["only_in_b"].split())
        assert row["why"].endswith((".", "…"))


def test_candidates_hold_every_pair_that_measuring_all_would_flag(welzijn, encoder):
    """What is left out for speed is nothing that would have been flagged."""
    lines = Lines.read(Rows.of(welzijn, with_headlines=True), encoder)
    a, b = np.triu_indices(len(lines.rows.indicators), 1)
    asked = kinds(lines.rows, a, b) != ""
    every = measure(lines, a[asked], b[asked])
    every = every.take(every.flagged)

    found = flagged_pairs(lines)

    assert set(zip(found.a, found.b, strict=True)) == set(zip(every.a, every.b, strict=True))


def test_more_candidates_than_there_is_room_for_leave_the_nearest(monkeypatch, encoder):
    """Boilerplate cannot fill the memory."""
    things = [
        "dossiers",
        "roosters",
        "lijsten",
        "sleutels",
        "kasten",
        "tafels",
        "lampen",
        "ramen",
        "stoelen",
        "fietsen",
    ]
    texts = [f"Beheert {thing} volgens afspraak met de gemeente." for thing in things]
    same = ["Verzorgt de tuin van bewoners.", "Verzorgt de tuin van bewoners."]
    lines = Lines.read(Rows.of(_framework({"Een": [[*texts[:5], same[0]], [*texts[5:], same[1]]]})), encoder)
    monkeypatch.setattr(nearness, "MAX_CANDIDATES", 5)

    found = flagged_pairs(lines)

    assert 1 <= len(found.a) <= 5
    assert found.closeness[0] == pytest.approx(1)


def test_an_invented_framework_has_the_size_asked_for():
    """And no two indicators of a level are the same."""
    invented = simulated_framework(10, seed=1)

    assert [len(level.indicators) for c in invented for level in c.levels] == [10] * 32
    assert all(len({i.text for i in level.indicators}) == 10 for c in invented for level in c.levels)
    with pytest.raises(FrameworkError, match="1 to 100"):
        simulated_framework(0)


def test_competencies_of_one_name_are_refused():
    """Findings could not be told apart."""
    data = _framework({"Een": [["Luistert."]]}).to_dict()
    data["competencies"] *= 2

    with pytest.raises(FrameworkError, match="twice"):
        check_framework(Framework.from_dict(data))


def test_lint_names_every_kind_of_gap():
    """Empty level, one indicator, no definition, unequal counts, long and hard sentences."""
    long = "Ontwikkelt organisatiebrede kwaliteitsverbeteringsprogramma's " + "voor alle betrokken afdelingen " * 7
    framework = _framework({"Een": [[], ["Luistert."], [long, "Plant.", "Leest."]]})
    data = framework.to_dict()
    data["competencies"][0]["definition"] = None

    rules = set(lint(Framework.from_dict(data))["rule"])

    assert {"empty level", "one indicator", "missing definition", "unequal counts", "long sentence"} <= rules


def test_a_plain_sentence_reads_easier_than_an_official_one():
    """Flesch-Douma counts words and syllables."""
    assert reading_ease("Ik bel je op.") > 80 > reading_ease("Organisatieontwikkelingsmogelijkheden identificeren.")


def test_a_copied_sentence_does_not_give_its_own_rank_away(encoder):
    """Of two competencies with the same sentences nothing is left to learn from."""
    twice = [["Luistert.", "Luistert goed."], ["Bepaalt beleid.", "Bepaalt koers."]]
    rows = Rows.of(_framework({"Een": twice, "Twee": twice}))

    readings = read_ranks(rows, read_signals(rows.texts, encoder))

    assert all(np.isnan(values).all() for values in readings.values())


def test_shuffled_ranks_are_flagged_no_more_often_than_promised(kempen, encoder):
    """And near-duplicates are found all the same."""
    study = power_study(kempen, encoder=encoder, n_trials=4, seed=1)
    share = study.set_index(["fault", "measure"])["share"]

    assert share["ranks shuffled", "false alarm: indicator misplaced"] <= 0.10
    assert share["ranks shuffled", "false alarm: pair of levels distinct"] <= 0.05
    assert share["indicators mixed over competencies", "false alarm: pair flagged"] <= 0.10
    assert share["duplicate: degree word", "recall: pair flagged"] >= 0.85
    assert share["duplicate: degree word", "AUC"] >= 0.85
