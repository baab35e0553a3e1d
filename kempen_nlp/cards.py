"""Write a model card from the figures of the run that made the model; nothing on it is typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

UNKNOWN = "[More Information Needed]"


def model_card(figures: Mapping[str, Any], *, name: str) -> str:
    """
    Return a model card in Markdown.

    Parameters
    ----------
    figures : mapping
        As ``yardstick.measure`` gives, made plain, with ``training``, ``groups``, ``challenge`` and ``thresholds``.
    name : str
        Of the model folder.
    """
    return "\n".join(_lines(figures, name)) + "\n"


def _lines(figures: Mapping[str, Any], name: str) -> Iterator[str]:
    training = figures.get("training", {})
    competencies = [row for row in figures["competency"] if row["class"] not in ("macro", "micro", "none")]
    yield f"# {name}"
    yield ""
    yield f"Maps Dutch review comments to {len(competencies)} competencies and a level from 1 to 4, with evidence."
    yield (
        "**Not for decisions about a person without a human who reads the comments.** Every figure below comes from "
        "**synthetic comments**: they were written for this project, by a language model in different voices, and "
        "so were the labels. Real comments will be harder; measure on your own before you rely on it."
    )
    yield ""
    yield "## Measured on writers that training never saw (synthetic)"
    yield ""
    yield "| what | value | 95 % interval | n |"
    yield "|---|---|---|---|"
    yield from (f"| {what} | {_value(e)} | {_interval(e)} | {n} |" for what, e, n in _headline(figures))
    yield ""
    yield "## Per competency (synthetic)"
    yield ""
    yield "| competency | F1 | 95 % interval | precision | recall | n |"
    yield "|---|---|---|---|---|---|"
    for row in figures["competency"]:
        yield (
            f"| {row['class']} | {_number(row['f1'])} | {_number(row['low'])} – {_number(row['high'])} | "
            f"{_number(row['precision'])} | {_number(row['recall'])} | {row['n_true']} |"
        )
    yield ""
    yield "## Per register, sector, writer and variety (synthetic)"
    yield ""
    yield "| group | | macro-F1 | 95 % interval | rank kappa | comments |"
    yield "|---|---|---|---|---|---|"
    for row in figures.get("groups", []):
        yield (
            f"| {row['kind']} | {row['group']} | {_number(row['macro_f1'])} | {_number(row['low'])} – "
            f"{_number(row['high'])} | {_number(row['kappa'])} | {row['n_comments']} |"
        )
    yield ""
    yield from _beside(figures)
    yield "## Minimal pairs (synthetic)"
    yield ""
    yield "A pair passes when what must change changes and what must not stays."
    yield ""
    yield "| phenomenon | passed | 95 % interval | pairs |"
    yield "|---|---|---|---|"
    for row in figures.get("challenge", []):
        interval = f"{_number(row['low'])} – {_number(row['high'])}"
        yield f"| {row['phenomenon']} | {_number(row['passed'])} | {interval} | {row['n']} |"
    yield ""
    yield "## Thresholds, chosen on validation writers"
    yield ""
    yield ", ".join(f"{key}: {value:.3f}" for key, value in sorted(figures.get("thresholds", {}).items()))
    yield ""
    yield "## Made with"
    yield ""
    yield (
        f"Encoder {training.get('encoder', UNKNOWN)} · {training.get('n_train', UNKNOWN)} training comments by "
        f"{len(training.get('writers', []))} writers · {training.get('n_validation', UNKNOWN)} validation · "
        f"{training.get('n_test', UNKNOWN)} test · kempen_nlp {training.get('package', UNKNOWN)}"
    )
    yield ""
    yield "## Limits"
    yield ""
    yield "- A competency that was not in training is matched with its own indicators only; that is much less accurate."
    yield "- No real comments were seen. Registers, sectors and Flemish are covered as the table says, others are not."
    yield f"- Fairness across groups of employees: {UNKNOWN}"


def _beside(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the baselines, the qualifiers and the competencies left out of training, where they were measured."""
    if "baselines" in figures:
        yield "## Beside simple baselines, same test comments (synthetic)"
        yield ""
        yield "| | macro-F1 with none | 95 % interval | rank kappa | 95 % interval | off by two | none AUC | n |"
        yield "|---|---|---|---|---|---|---|---|"
        beside = sorted(figures["baselines"].items(), key=lambda item: -_macro(item[1])["f1"])
        for name, own in [("this model", figures), *beside]:
            macro = _macro(own)
            rank = {row["measure"]: row for row in own["rank"] or [] if row["reading"] == "strict"}
            kappa, off = rank.get("quadratic_kappa", {}), rank.get("share_off_by_two", {})
            yield (
                f"| {name} | {_number(macro['f1'])} | {_interval(macro)} | {_number(kappa.get('value'))} | "
                f"{_interval(kappa)} | {_number(off.get('value'))} | {_value(own['none_auc'])} | {own['n_comments']} |"
            )
        yield ""
    if "qualifiers" in figures:
        yield "## Qualifiers: what only looks like evidence, comment level (synthetic)"
        yield ""
        yield "| qualifier | F1 | 95 % interval | n |"
        yield "|---|---|---|---|"
        for row in figures["qualifiers"]:
            yield f"| {row['class']} | {_number(row['f1'])} | {_interval(row)} | {row['n_true']} |"
        yield ""
    if "leave_one_out" in figures:
        yield "## A competency that was not in training: matched with its own indicators (synthetic)"
        yield ""
        yield "| competency | F1 | 95 % interval | n |"
        yield "|---|---|---|---|"
        for row in figures["leave_one_out"]:
            yield f"| {row['competency']} | {_number(row['f1'])} | {_interval(row)} | {row['n_true']} |"
        yield ""


def _headline(figures: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], int]]:
    n_comments, n_labels = figures["n_comments"], figures["n_labels"]
    table = {row["class"]: row for row in figures["competency"]}
    yield "competency, macro-F1 with none", _as_estimate(table["macro"], "f1"), n_comments
    yield "competency, micro-F1 with none", _as_estimate(table["micro"], "f1"), n_comments
    yield "competency, macro-F1 without none", figures["competency_without_none"], n_comments
    for row in figures["rank"] or []:
        yield (
            f"{row['measure'].replace('_', ' ')}, {row['reading']}, given the competency",
            _as_estimate(row, "value"),
            row["n"],
        )
    yield "competency and rank together, F1", figures["joint_f1"], n_labels
    yield "polarity, F1 of development points", figures["polarity_f1"], n_labels
    yield "none, AUC", figures["none_auc"], n_comments
    yield "comments without evidence that got an assignment", figures["off_topic_assigned"], table["none"]["n_true"]
    yield "calibration error", figures["calibration_error"], figures["calibration_floor"]["n"]
    yield "calibration error that chance alone gives", figures["calibration_floor"], figures["calibration_floor"]["n"]
    n_assigned = table["micro"]["n_predicted"] - table["none"]["n_predicted"]
    yield "precision at the default threshold", figures["precision_at_threshold"], n_assigned
    for precision, estimate in figures["coverage"].items():
        yield f"labels found at precision {precision} (threshold chosen on the test itself)", estimate, n_labels


def _as_estimate(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {"value": row[key], "low": row["low"], "high": row["high"]}


def _value(estimate: Mapping[str, Any]) -> str:
    return _number(estimate["value"])


def _interval(estimate: Mapping[str, Any]) -> str:
    return f"{_number(estimate.get('low'))} – {_number(estimate.get('high'))}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def results_table(figures: Mapping[str, Any]) -> str:
    """Return the few figures that the README shows, as a Markdown table; a test compares the two."""
    table = {row["class"]: row for row in figures["competency"]}
    worst = min(
        (row for name, row in table.items() if name not in ("macro", "micro", "none")), key=lambda row: row["f1"]
    )
    rank = {row["measure"]: row for row in figures["rank"] if row["reading"] == "strict"}
    rows = [
        ("competency, macro-F1 with none", _as_estimate(table["macro"], "f1"), figures["n_comments"]),
        (f"worst competency ({worst['class']}), F1", _as_estimate(worst, "f1"), worst["n_true"]),
        ("level, quadratic kappa, given the competency", rank["quadratic_kappa"], rank["quadratic_kappa"]["n"]),
        ("level off by two or more", rank["share_off_by_two"], rank["share_off_by_two"]["n"]),
        ("none, AUC", figures["none_auc"], figures["n_comments"]),
        ("development points, F1", figures["polarity_f1"], figures["n_labels"]),
        ("calibration error", figures["calibration_error"], figures["calibration_floor"]["n"]),
    ]
    lines = ["| synthetic test comments of four unseen writers | value | 95 % interval | n |", "|---|---|---|---|"]
    lines += [f"| {what} | {_value(estimate)} | {_interval(estimate)} | {n} |" for what, estimate, n in rows]
    baselines = figures.get("baselines", {})
    best = max(baselines.items(), key=lambda item: _macro(item[1])["f1"], default=None)
    if best is not None:
        macro = _macro(best[1])
        what, n = f"best baseline ({best[0]}), macro-F1 with none", best[1]["n_comments"]
        lines.append(f"| {what} | {_number(macro['f1'])} | {_interval(macro)} | {n} |")
    return "\n".join(lines)


def _macro(figures: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(row for row in figures["competency"] if row["class"] == "macro")
