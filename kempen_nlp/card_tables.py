"""The tables of a model card, one section a group of figures; sections without figures are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

UNKNOWN = "[More Information Needed]"
Row = Mapping[str, Any]


def measured_sections(figures: Mapping[str, Any], *, on: str) -> Iterator[str]:
    """
    Yield every section that rests on figures, as lines of Markdown, each ending in an empty line.

    Parameters
    ----------
    figures : mapping
        Plain figures; ``competency``, ``rank`` and the single ones are needed, all others may lack.
    on : str
        What stands in brackets behind every heading, such as ``synthetic``.
    """
    yield from _section(f"Figures ({on})", _table(["what", "value", "95 % interval", "n"], _headline(figures)))
    yield from _section(f"Per competency ({on})", _competencies(figures))
    yield from _section(f"Per group ({on})", _groups(figures.get("groups", [])))
    yield from _section(f"Where it goes wrong ({on})", _mistakes(figures))
    yield from _section(f"Do the probabilities come true? ({on})", _probabilities(figures))
    yield from _section("Thresholds, chosen on validation comments", _thresholds(figures))
    yield from _section(f"Beside simple baselines, same comments ({on})", _baselines(figures))
    yield from _section(f"What each part contributes ({on})", _ablations(figures.get("ablations", [])))
    yield from _section(f"Are more labels worth making? ({on})", _learning(figures.get("learning_curve")))
    yield from _section(f"Qualifiers: what only looks like evidence ({on})", _qualifiers(figures.get("qualifiers", [])))
    yield from _section("Competencies that were not in training (synthetic)", _left_out(figures.get("leave_one_out")))
    yield from _section("Minimal pairs (synthetic)", _pairs(figures.get("challenge", [])))
    yield from _section("The shipped test comments (synthetic)", _shipped(figures.get("shipped_test")))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from (f"## {title}", "", *found, "")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a table, or nothing without rows."""
    found = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    if found:
        yield f"| {' | '.join(head)} |"
        yield "|" + "---|" * len(head)
        yield from (f"| {' | '.join(row)} |" for row in found)


def _headline(figures: Row) -> Iterator[Sequence[object]]:
    n_comments, n_labels = figures["n_comments"], figures["n_labels"]
    table = {row["class"]: row for row in figures["competency"]}
    n_assigned = table["micro"]["n_predicted"] - table["none"]["n_predicted"]
    floor = figures["calibration_floor"]
    rows = [
        ("competency, macro-F1 with none", as_estimate(table["macro"], "f1"), n_comments),
        ("competency, micro-F1 with none", as_estimate(table["micro"], "f1"), n_comments),
        ("competency, macro-F1 without none", figures["competency_without_none"], n_comments),
        *(
            (f"{row['measure'].replace('_', ' ')}, {row['reading']}, given the competency", row, row["n"])
            for row in figures["rank"] or []
        ),
        ("competency and rank together, F1", figures["joint_f1"], n_labels),
        ("polarity, F1 of development points", figures["polarity_f1"], n_labels),
        ("none, AUC", figures["none_auc"], n_comments),
        ("comments without evidence that got an assignment", figures["off_topic_assigned"], table["none"]["n_true"]),
        ("calibration error", figures["calibration_error"], floor["n"]),
        ("calibration error that chance alone gives", floor, floor["n"]),
        ("precision at the default threshold", figures["precision_at_threshold"], n_assigned),
    ]
    yield from ((what, value_of(estimate), interval_of(estimate), n) for what, estimate, n in rows)


def _competencies(figures: Row) -> Iterator[str]:
    rows = (
        (r["class"], number(r["f1"]), interval_of(r), number(r["precision"]), number(r["recall"]), r["n_true"])
        for r in figures["competency"]
    )
    yield from _table(["competency", "F1", "95 % interval", "precision", "recall", "n"], rows)


def _groups(groups: Sequence[Row]) -> Iterator[str]:
    rows = (
        (r["kind"], r["group"] or UNKNOWN, number(r["macro_f1"]), interval_of(r), r["n_comments"], number(r["kappa"]),
         f"{number(r.get('kappa_low'))} – {number(r.get('kappa_high'))}", r.get("n_labels", "–"))
        for r in groups
    )  # fmt: skip
    head = ["group", "", "macro-F1 with none", "95 % interval", "comments", "rank kappa", "95 % interval", "labels"]
    yield from _table(head, rows)


def _mistakes(figures: Row) -> Iterator[str]:
    for key, sentence in (
        ("confusions", "Competencies that are taken for one another, or missed, or seen where there is none:"),
        ("rank_errors", "Levels off by two or more, given the competency:"),
    ):
        rows = figures.get(key, [])
        if rows:
            with_quotes = any(r["example"] for r in rows)
            yield from (sentence, "")
            yield from _table(
                ["annotators", "model", "n", *(["example"] if with_quotes else [])],
                ((r["annotators"], r["model"], r["n"], *([r["example"]] if with_quotes else [])) for r in rows),
            )
            yield ""


def _probabilities(figures: Row) -> Iterator[str]:
    if "promised" not in figures:
        return
    promised, kept = figures["promised"], figures["precision_at_threshold"]
    error, floor = figures["calibration_error"], figures["calibration_floor"]
    yield (
        f"Of what is assigned, {value_of(promised)} was promised to be right on average and {value_of(kept)} "
        f"({interval_of(kept)}) was. Calibration error {value_of(error)} ({interval_of(error)}); a perfectly "
        f"calibrated "
        f"model shows {interval_of(floor)} on {floor['n']} decisions. Most decisions are an easy no, so look at "
        f"the rows:"
    )
    yield ""
    rows = (
        (number(r["mean_probability"]), number(r["observed"]), interval_of(r), r["n"]) for r in figures["reliability"]
    )
    yield from _table(["probability, mean", "came true", "95 % interval", "decisions"], rows)


def _thresholds(figures: Row) -> Iterator[str]:
    rows = [
        (_wanted(r["wanted"]), number(r["threshold"]), number(r["precision"]), _both(r, "precision"),
         number(r["coverage"]), _both(r, "coverage"), r["n_assigned"])
        for r in figures.get("reached", [])
    ]  # fmt: skip
    if rows:
        yield (
            "`--min-precision` takes a row. What was wanted on validation comments, and what came of it on the others:"
        )
        yield ""
        head = [
            "precision wanted",
            "threshold",
            "precision",
            "95 % interval",
            "labels found",
            "95 % interval",
            "assigned",
        ]
        yield from _table(head, rows)
        yield ""
        yield "Had the thresholds been chosen on these very comments (an upper bound that nobody can have in use):"
        yield ""
        n_labels = figures["n_labels"]
        yield from _table(
            ["precision", "labels found", "95 % interval", "n"],
            ((wanted, value_of(e), interval_of(e), n_labels) for wanted, e in figures["coverage"].items()),
        )
        yield ""
    yield from _table(
        ["threshold", "value", "for"],
        ((key, number(value), _meaning(key)) for key, value in sorted(figures.get("thresholds", {}).items())),
    )


def _wanted(precision: float | None) -> str:
    return "best F1 (default)" if precision is None else f"{precision:.2f}"


def _meaning(key: str) -> str:
    """Say what a threshold is for, whatever precision or kind of competency it names."""
    prefix, _, rest = key.rpartition("_")
    whom = {"": "trained competencies", "match": "competencies that were not in training"}.get(prefix, prefix)
    what = {"assign": "assigned from here on", "abstain": "not even named below"}.get(rest, f"precision {rest}")
    return f"{whom}: {what}"


def _baselines(figures: Row) -> Iterator[str]:
    beside = sorted(figures.get("baselines", {}).items(), key=lambda item: -macro_of(item[1])["f1"])
    rows = []
    for name, own in [("this model", figures), *beside] if beside else []:
        macro, rank = macro_of(own), strict_ranks(own)
        kappa, off = rank.get("quadratic_kappa", {}), rank.get("share_off_by_two", {})
        rows.append(
            (name, number(macro["f1"]), interval_of(macro), number(kappa.get("value")), interval_of(kappa),
             number(off.get("value")), value_of(own["none_auc"]), own["n_comments"])
        )  # fmt: skip
    head = ["", "macro-F1 with none", "95 % interval", "rank kappa", "95 % interval", "off by two", "none AUC", "n"]
    yield from _table(head, rows)


def _ablations(ablations: Sequence[Row]) -> Iterator[str]:
    if not ablations:
        return
    yield (
        "One part is left out, the estimators are fitted anew, thresholds are chosen anew on validation "
        "comments. *Adds* is "
        "everything less the rest. The encoder stays as it was fine-tuned: reading each segment alone is not what it "
        "learned."
    )
    yield ""
    rows = (
        (r["part"], number(r["macro_f1"]), _adds(r, "macro"), number(r["kappa"]), _adds(r, "kappa"),
         number(r["polarity_f1"]), number(r["off_topic"]), number(r["calibration_error"]))
        for r in ablations
    )  # fmt: skip
    head = [
        "without",
        "macro-F1 with none",
        "adds",
        "rank kappa",
        "adds",
        "polarity F1",
        "off topic",
        "calibration error",
    ]
    yield from _table(head, rows)
    yield ""
    yield f"n = {ablations[0]['n_comments']} comments, {ablations[0]['n_labels']} labels."


def _adds(row: Row, what: str) -> str:
    if row[f"{what}_difference"] is None:
        return ""
    return f"{row[f'{what}_difference']:+.3f} ({row[f'{what}_low']:+.3f} – {row[f'{what}_high']:+.3f})"


def _learning(curve: Row | None) -> Iterator[str]:
    if curve is None:
        return
    yield (
        "Fitted on growing random parts of the comments; *gain* is what a fitted curve expects of twice as many "
        "comments "
        "**of the same kind**. Other writers may add more."
    )
    if curve["saw_labels"]:
        yield (
            f"Measured with the {curve['encoder']} encoder: this model's own has learned from all these labels, so its "
            "curve would be flat for no good reason. The values are lower than the model's, the growth is what "
            "to look at."
        )
    yield ""
    rows = (
        (r["what"], r["n_labels"], number(r["value"]), r["n_test_labels"], _signed(r["gain"]),
         f"{_signed(r['gain_low'])} – {_signed(r['gain_high'])}", r["verdict"])
        for r in curve["outlook"]
    )  # fmt: skip
    head = ["", "labels in training", "now", "labels tested", "gain", "95 % interval", "twice as many labels"]
    yield from _table(head, rows)
    yield ""
    macro = [r for r in curve["measured"] if r["what"] == "macro-F1"]
    steps = ", ".join(f"{number(r['value'])} with {r['n_comments']:.0f}" for r in macro)
    yield f"Macro-F1 without none, by training comments: {steps}."


def _qualifiers(qualifiers: Sequence[Row]) -> Iterator[str]:
    rows = ((r["class"], number(r["f1"]), interval_of(r), r["n_true"]) for r in qualifiers)
    yield from _table(["qualifier", "F1, comment level", "95 % interval", "n"], rows)


def _left_out(table: Sequence[Row] | None) -> Iterator[str]:
    if table is None:
        yield "Matching is that of the shipped model, whose card says how well it does."
        return
    yield "Matched with their own indicators, by an encoder and a matcher that never saw a label of the competency."
    yield ""
    rows = ((r["competency"], number(r["f1"]), interval_of(r), r["n_true"]) for r in table)
    yield from _table(["competency", "F1", "95 % interval", "n"], rows)


def _pairs(pairs: Sequence[Row]) -> Iterator[str]:
    if pairs:
        yield "A pair passes when what must change changes and what must not stays."
        yield ""
    rows = ((r["phenomenon"], number(r["passed"]), interval_of(r), r["n"]) for r in pairs)
    yield from _table(["phenomenon", "passed", "95 % interval", "pairs"], rows)


def _shipped(figures: Row | None) -> Iterator[str]:
    if figures is not None:
        yield from _table(["what", "value", "95 % interval", "n"], _headline(figures))


def macro_of(figures: Row) -> Row:
    """Return the row of the macro mean."""
    return next(row for row in figures["competency"] if row["class"] == "macro")


def strict_ranks(figures: Row) -> dict[str, Row]:
    """Return the rank figures in the strict reading by name; empty where a model has no opinion on ranks."""
    return {row["measure"]: row for row in figures["rank"] or [] if row["reading"] == "strict"}


def as_estimate(row: Row, key: str) -> dict[str, Any]:
    """Return a figure of a row with the row's interval."""
    return {"value": row[key], "low": row["low"], "high": row["high"]}


def value_of(estimate: Row) -> str:
    """Return the value of an estimate in three decimals."""
    return number(estimate["value"])


def interval_of(estimate: Row) -> str:
    """Return the interval of an estimate."""
    return f"{number(estimate.get('low'))} – {number(estimate.get('high'))}"


def number(value: float | None) -> str:
    """Return three decimals, or a dash for what is undefined."""
    return "–" if value is None else f"{value:.3f}"


def _both(row: Row, what: str) -> str:
    return f"{number(row[f'{what}_low'])} – {number(row[f'{what}_high'])}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
