"""Write a model card from the figures of the run that made the model; nothing on it is typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kempen_nlp.card_tables import (
    UNKNOWN,
    as_estimate,
    interval_of,
    macro_of,
    measured_sections,
    number,
    strict_ranks,
    value_of,
)

_SYNTHETIC = (
    "Every figure below comes from **synthetic comments**: they were written for this project, by a language model in "
    "different voices, and so were the labels. Real comments will be harder; measure on your own before you rely on it."
)
_HOW = {
    "frozen": "on the frozen test part, whose {n_writers} writers are in no other part ({n_comments} comments)",
    "writers": (
        "on {n_comments} comments of {n_writers} writers that were held out from fitting and from choosing thresholds"
    ),
    "folds": (
        "in {n_folds} turns: each time some writers were held out and the model was fitted anew on the others, "
        "thresholds "
        "included ({n_comments} comments of {n_writers} writers, each read once by a model that never saw its writer). "
        "The model in this folder was fitted on all of them in the same way"
    ),
    "blocks": (
        "on {n_folds} blocks of comments in turn, as there were too few writers to hold one out ({n_comments} "
        "comments of "
        "{n_writers} writer(s)). **These figures say nothing of comments by another writer, for whom it will be worse**"
    ),
}


def model_card(figures: Mapping[str, Any], *, name: str) -> str:
    """
    Return a model card in Markdown.

    Parameters
    ----------
    figures : mapping
        As ``trials.Trial.figures`` gives, made plain, with ``training`` and what else was measured; a
        section without figures is left out, an unknown that a reader would ask for is named.
    name : str
        Of the model folder.
    """
    training = figures.get("training", {})
    lines = [
        f"# {name}", "", *_opening(training), "", *_use(), "", *_data(training), "", *_measuring(training), "",
        *measured_sections(figures, on=_measured_on(training)), *_limits(training),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def evaluation_page(results: Mapping[str, Any], *, model: str) -> str:
    """Return the figures of an evaluation in Markdown: those of the model, the others as baselines."""
    own = results["kempen_nlp"]
    figures = {**own, "baselines": {k: v for k, v in results.items() if k != "kempen_nlp"}}
    if not figures["baselines"]:
        del figures["baselines"]
    lines = [f"# {model}, measured on {own['n_comments']} comments", "", *measured_sections(figures, on="measured")]
    return "\n".join(lines).rstrip() + "\n"


def _opening(training: Mapping[str, Any]) -> Iterator[str]:
    trained = training.get("trained_on")
    yield (
        f"Maps Dutch review comments to {len(trained) if trained else UNKNOWN} trained competencies "
        f"({', '.join(trained or [UNKNOWN])}) and to the levels of each, with quotes, evidence and probabilities. "
        "Other competencies are matched with their own indicators."
    )
    yield "**Not for decisions about a person without a human who reads the comments.**"
    if training.get("is_shipped", True):
        yield _SYNTHETIC
    elif any(source["is_synthetic"] for source in training.get("sources", [])):
        yield "Fitted on a user's own comments beside synthetic ones; the figures below come from the user's own."
    else:
        yield "Fitted on a user's own comments; the figures below come from those."


def _use() -> Iterator[str]:
    yield "## Use"
    yield ""
    yield (
        "- For: finding in many comments which passages speak of which competency at which level, "
        "to be read by a person."
    )
    yield (
        "- Not for: judging, ranking, rewarding or dismissing people, or any decision about a person that no "
        "human took "
        "who read the comments; comments in other languages; texts that are no review comments."
    )
    yield "- In the EU, software that evaluates workers is high-risk under the AI Act; a works council has a say."


def _data(training: Mapping[str, Any]) -> Iterator[str]:
    yield "## Fitted on"
    yield ""
    if "sources" in training:
        yield "| comments | of them without evidence | labels | writers | which |"
        yield "|---|---|---|---|---|"
        for source in training["sources"]:
            kind = "" if source["is_synthetic"] else ": the user's own; how they were labelled is not known here"
            yield (
                f"| {source['n_comments']} | {source['n_without_evidence']} | {source['n_labels']} | "
                f"{source['n_writers']} | {source['what']}{kind} |"
            )
    else:
        yield f"Comments: {UNKNOWN}"
    yield ""
    yield (
        f"{training.get('n_train', UNKNOWN)} comments to fit, {training.get('n_validation', UNKNOWN)} for "
        f"calibration and "
        f"thresholds · encoder: {training.get('encoder', UNKNOWN)} · kempen_nlp {training.get('package', UNKNOWN)}"
    )
    yield ""
    for framework in training.get("frameworks", []):
        levels = ", ".join(f"{name} ({_levels(ranks)})" for name, ranks in framework["levels"].items())
        yield f"- Labelled with {framework['title']} (`{framework['id']}`), levels in brackets: {levels}"
        missing = [name for name in framework["levels"] if name not in training["trained_on"]]
        if missing:
            yield f"  - too few labels to be trained, so matched only: {', '.join(missing)}"


def _levels(ranks: list[int]) -> str:
    return f"{ranks[0]}–{ranks[-1]}" if ranks else "none"


def _measuring(training: Mapping[str, Any]) -> Iterator[str]:
    yield "## How it was measured"
    yield ""
    measured = training.get("measured")
    yield f"Measured {_HOW[measured['how']].format(**measured)}." if measured else f"Measured on: {UNKNOWN}"
    yield "Intervals are 95 %, resampled by comment; comments of one writer are alike, so they are a little too narrow."


def _measured_on(training: Mapping[str, Any]) -> str:
    return "synthetic" if training.get("is_shipped", True) else "your own comments"


def _limits(training: Mapping[str, Any]) -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield "- A competency that was not in training is matched with its own indicators only; that is much less accurate."
    if training.get("is_shipped", True):
        yield "- No real comments were seen. Groups that the tables do not name were not measured."
    else:
        yield "- It was measured on comments like those it was fitted on; other departments, forms or years may differ."
        yield f"- Agreement between annotators: {UNKNOWN}"
    yield f"- Fairness across groups of employees: {UNKNOWN}"


def summary_lines(results: Mapping[str, Any]) -> list[str]:
    """Return the table of an evaluation, one line a model, figures with their 95 % interval."""
    lines = [f"{'':30}  macro-F1 with none    rank kappa            off by 2+     none AUC              n"]
    for name, figures in results.items():
        macro, rank, auc = macro_of(figures), strict_ranks(figures), figures["none_auc"]
        kappa = _range(rank["quadratic_kappa"], "value") if rank else "-"
        off = number(rank["share_off_by_two"]["value"]) if rank else "-"
        lines.append(
            f"{name:30}  {_range(macro, 'f1')}  {kappa:20}  {off:12}  {_range(auc, 'value')}  {figures['n_comments']}"
        )
    return lines


def _range(row: Mapping[str, Any], key: str) -> str:
    return f"{number(row[key])} [{number(row['low'])}, {number(row['high'])}]"


def results_table(figures: Mapping[str, Any]) -> str:
    """Return the few figures that the README shows, as a Markdown table; a test compares the two."""
    table = {row["class"]: row for row in figures["competency"]}
    worst = min(
        (row for name, row in table.items() if name not in ("macro", "micro", "none")), key=lambda row: row["f1"]
    )
    rank = strict_ranks(figures)
    rows = [
        ("competency, macro-F1 with none", as_estimate(table["macro"], "f1"), figures["n_comments"]),
        (f"worst competency ({worst['class']}), F1", as_estimate(worst, "f1"), worst["n_true"]),
        ("level, quadratic kappa, given the competency", rank["quadratic_kappa"], rank["quadratic_kappa"]["n"]),
        ("level off by two or more", rank["share_off_by_two"], rank["share_off_by_two"]["n"]),
        ("none, AUC", figures["none_auc"], figures["n_comments"]),
        ("development points, F1", figures["polarity_f1"], figures["n_labels"]),
        ("calibration error", figures["calibration_error"], figures["calibration_floor"]["n"]),
    ]
    lines = ["| synthetic test comments of four unseen writers | value | 95 % interval | n |", "|---|---|---|---|"]
    lines += [f"| {what} | {value_of(estimate)} | {interval_of(estimate)} | {n} |" for what, estimate, n in rows]
    best = max(figures.get("baselines", {}).items(), key=lambda item: macro_of(item[1])["f1"], default=None)
    if best is not None:
        macro = macro_of(best[1])
        what, n = f"best baseline ({best[0]}), macro-F1 with none", best[1]["n_comments"]
        lines.append(f"| {what} | {number(macro['f1'])} | {interval_of(macro)} | {n} |")
    return "\n".join(lines)
