"""The commands of ``kempen``; each calls a public function and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="kempen",
    help="Map Dutch review comments to competencies and levels, and check competency frameworks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
)
review_app = typer.Typer(help="Read back what people decided about assignments.", no_args_is_help=True)
app.add_typer(review_app, name="review")
Framework_ = Annotated[str, typer.Option("--framework", help="kempen, welzijn, or the path of a framework JSON file.")]


@app.command()
def parse(
    handbook: Annotated[
        Path | None,
        typer.Argument(help="Handbook: .txt .md .html .docx .pdf .xlsx .csv .json, or an outline."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Framework JSON to write; standard output without it."),
    ] = None,
    outline: Annotated[
        Path | None,
        typer.Option(help="Write an outline to correct and parse again: .xlsx, or .md."),
    ] = None,
    template: Annotated[Path | None, typer.Option(help="Write an empty workbook (.xlsx) to fill in, and stop.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what is recognised as a tree; write no JSON.")
    ] = False,
    reverse_levels: Annotated[
        bool, typer.Option("--reverse-levels", help="Turn the ranks round, where A or 1 is the highest level.")
    ] = False,
) -> None:
    """Turn a handbook into a framework, and account for every line of it."""
    from kempen_nlp.console import print_parsed, say, write_text
    from kempen_nlp.parsing import framework_tree, outline_handbook, parse_handbook, write_template

    if template is not None:
        write_template(template)
        say(f"Written: {template}")
    elif handbook is None:
        msg = "Name a handbook, or ask for an empty workbook with --template FILE.xlsx."
        raise typer.BadParameter(msg)
    elif dry_run and output is not None:
        msg = "--dry-run writes nothing. Leave out -o, or --dry-run."
        raise typer.BadParameter(msg)
    elif outline is not None:
        outlined = outline_handbook(handbook, outline, reverse_levels=reverse_levels)
        say(f"Written: {outline}. Correct it, and give it to `kempen parse`.")
        if outlined is None:
            say("No levels were recognised; the outline holds the handbook's text in order.")
        else:
            print_parsed(outlined)
    else:
        parsed = parse_handbook(handbook, reverse_levels=reverse_levels)
        print_parsed(parsed)
        write_text(framework_tree(parsed.framework) if dry_run else parsed.framework.to_json(), output)


@app.command()
def classify(  # noqa: PLR0913, PLR0917 - one parameter for each option
    comments: Annotated[Path, typer.Argument(help="Comments: .csv, .xlsx, .jsonl or .parquet, or a folder of these.")],
    framework: Framework_,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Ends in .csv, .xlsx, .jsonl or .parquet; without ending a folder of Parquet files, if COMMENTS is "
            "a folder. JSON Lines on standard output without it.",
        ),
    ] = None,
    text_column: Annotated[str | None, typer.Option(help="Column that holds the comment.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column that holds the id.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel sheet to read; the first by default.")] = None,
    model: Annotated[
        Path | None,
        typer.Option(help="Model folder, as `kempen train` writes it; the shipped one by default."),
    ] = None,
    min_precision: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Assign only what was right this often on validation comments; abstain from the rest.",
        ),
    ] = None,
    pseudonymise: Annotated[
        bool,
        typer.Option(
            "--pseudonymise", help="Put placeholders for names, addresses and numbers; the text is written so."
        ),
    ] = False,
    names: Annotated[
        Literal["core", "deduce"], typer.Option(help="deduce: look for names with that package too (extra `names`).")
    ] = "core",
    keep_persons: Annotated[
        bool, typer.Option("--keep-persons", help="Do not hash columns such as naam, medewerker, personeelsnummer.")
    ] = False,
    chunk: Annotated[
        int, typer.Option(min=1, help="At least so many comments make a part that is kept after a stop.")
    ] = 4096,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler whose workers classify (extra `cluster`).")
    ] = None,
) -> None:
    """Map comments to competencies and levels, with quotes, evidence and probabilities."""
    from kempen_nlp.batch import BatchOptions, classify_file
    from kempen_nlp.console import print_counts, progress, say
    from kempen_nlp.privacy import PersonPolicy

    if output is not None and output.exists():
        from kempen_nlp.review import require_no_decisions

        require_no_decisions(output)
    with progress() as tick:
        counts = classify_file(
            comments, output, framework=framework, model=model, min_precision=min_precision,
            columns={"text_column": text_column, "id_column": id_column, "sheet": sheet},
            options=BatchOptions(
                PersonPolicy(pseudonymise, names, keep_persons), chunk, say=say, tick=tick, scheduler=scheduler
            ),
        )  # fmt: skip
    print_counts(counts, output)


@app.command()
def verify(  # noqa: PLR0913, PLR0917 - one parameter for each option
    output: Annotated[Path, typer.Argument(help="File that `kempen classify` wrote; its record stands beside it.")],
    comments: Annotated[Path | None, typer.Option(help="The comments, if they are not beside the output.")] = None,
    framework: Annotated[str | None, typer.Option(help="The framework, if it is not a shipped one.")] = None,
    model: Annotated[Path | None, typer.Option(help="The model folder, if it is not the shipped one.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Classify again and compare every assignment.")] = False,
    register: Annotated[
        Path | None, typer.Option(help="Write a draft for the Algoritmeregister (.md), filled from the record.")
    ] = None,
    dpia: Annotated[Path | None, typer.Option(help="Write what a DPIA asks (.md), filled from the record.")] = None,
) -> None:
    """Say whether an output can be relied on: compare it and its sources with the record of its run."""
    from kempen_nlp.console import say_verified
    from kempen_nlp.forms import write_forms
    from kempen_nlp.verification import Sources, verify_output

    found = verify_output(output, Sources(comments, framework, model), again=again)
    write_forms(found.record, register=register, dpia=dpia)
    say_verified(found)
    if not found.can_be_relied_on:
        raise typer.Exit(1)


@app.command()
def report(
    assignments: Annotated[Path, typer.Argument(help="File that `kempen classify` wrote.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="HTML page to write.")],
    framework: Annotated[str | None, typer.Option(help="The one that the assignments were made with.")] = None,
    per_person: Annotated[
        bool, typer.Option("--per-person", help="Add a part for each person, with profile and quotes.")
    ] = False,
    reviewed: Annotated[
        bool, typer.Option("--reviewed", help="Show what holds after the decisions in a filled-in workbook.")
    ] = False,
) -> None:
    """Make one HTML page with figures and quotes."""
    from kempen_nlp.assignments import read_assignments
    from kempen_nlp.console import say
    from kempen_nlp.corpus import load_framework
    from kempen_nlp.report import ReportSection, framework_of, write_report
    from kempen_nlp.review import count_decided, read_review

    if reviewed:
        review = read_review(assignments, framework=framework)
        section = ReportSection(review.framework, review.applied(), per_person, review.who())
    else:
        table = read_assignments(assignments)
        known = load_framework(framework) if framework else framework_of(table)
        section = ReportSection(known, table, per_person)
        if n_decided := count_decided(assignments):
            say(f"{assignments} holds {n_decided} decisions; the page shows what the model found. See --reviewed.")
    write_report([section], output, title="Opmerkingen gelezen naast het raamwerk")
    say(f"Written: {output}")


@app.command()
def export(
    assignments: Annotated[Path, typer.Argument(help="File that `kempen classify` wrote.")],
    format_: Annotated[
        str, typer.Option("--format", help="qdpx (ATLAS.ti, MAXQDA, NVivo), qdc (only the codebook), label-studio.")
    ],
    framework: Framework_,
    output: Annotated[Path, typer.Option("-o", "--output", help="Ends in .qdpx, .qdc or .json.")],
) -> None:
    """Write assignments for another tool: a REFI-QDA project or codebook, or Label Studio tasks."""
    from kempen_nlp.console import say
    from kempen_nlp.exchange import export_assignments

    n_quotes = export_assignments(assignments, output, format_name=format_, framework=framework)
    say(f"Written: {output}, with {n_quotes} quotes")


@review_app.command("import")
def import_(
    workbook: Annotated[Path, typer.Argument(help="Filled-in workbook of `kempen classify`, or Label Studio .json.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Labelled feedback to write, .jsonl, for `kempen train --feedback`.")
    ],
    framework: Annotated[
        str | None, typer.Option(help="The one that the workbook was made with; a shipped one is found by its hash.")
    ] = None,
    writer_column: Annotated[str | None, typer.Option(help="Column that says who wrote a comment.")] = None,
) -> None:
    """Read a filled-in workbook: agreement with the model, labelled feedback, and who decided what."""
    from kempen_nlp.console import print_agreement, say, say_set_aside
    from kempen_nlp.review import aside_path, import_review

    review = import_review(workbook, output, framework=framework, writer_column=writer_column)
    print_agreement(review.agreement)
    say(review.sentences())
    say_set_aside(review.set_aside, aside_path(output))


@app.command()
def check(
    framework: Annotated[str, typer.Argument(help="kempen, welzijn, or the path of a framework JSON file.")],
    html: Annotated[Path | None, typer.Option("--html", help="HTML page to write, in Dutch, for a committee.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Excel workbook with all tables; .csv for the list to mend only."),
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help="Another framework with as many ranks; lends examples for reading ranks.")
    ] = None,
) -> None:
    """Test whether levels are distinct and in order, and list what to mend first."""
    from kempen_nlp.checks import check_file
    from kempen_nlp.console import say, write_text

    mend, sentences = check_file(framework, html=html, output=output, reference=reference)
    write_text(mend, None)
    say(sentences)


@app.command()
def crosswalk(
    first: Annotated[str, typer.Argument(help="kempen, welzijn, or the path of a framework JSON file.")],
    second: Annotated[str, typer.Argument(help="The framework to compare it with.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Excel workbook with all tables; standard output without it.")
    ] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Heatmap to write, as PNG.")] = None,
) -> None:
    """Show which competency and rank of one framework answers to which of the other."""
    from kempen_nlp.checks import crosswalk_file
    from kempen_nlp.console import say, write_text

    levels, sentences = crosswalk_file(first, second, output=output, figure=figure)
    write_text(levels, None)
    say(sentences)


@app.command()
def train(  # noqa: PLR0913, PLR0917 - one parameter for each option
    output: Annotated[Path, typer.Option("-o", "--output", help="Model folder to write.")],
    feedback: Annotated[Path | None, typer.Option(help="Your own labelled comments, JSON Lines.")] = None,
    framework: Annotated[str | None, typer.Option(help="Your own framework; the two shipped ones by default.")] = None,
    encoder: Annotated[
        str, typer.Option(help="shipped, general, sentence-transformers:NAME, or fine-tune.")
    ] = "shipped",
    with_shipped: Annotated[bool, typer.Option(help="Keep the shipped comments in training.")] = True,
    blocks: Annotated[
        bool, typer.Option("--blocks", help="Measure on blocks of comments: for labels of a single writer.")
    ] = False,
    learning_curve: Annotated[
        bool, typer.Option("--learning-curve", help="Say how many more labels are worth making; takes minutes.")
    ] = False,
    ablations: Annotated[
        bool, typer.Option("--ablations", help="Say what each part contributes; shipped comments only.")
    ] = False,
) -> None:
    """Fit a model on labelled comments, and measure it on writers it never saw."""
    from kempen_nlp.console import say
    from kempen_nlp.recipes import TrainingPlan, train_model

    plan = TrainingPlan(encoder, feedback, framework, with_shipped, blocks, learning_curve, ablations)
    train_model(output, plan, report=say)


@app.command()
def evaluate(
    model: Annotated[Path | None, typer.Option(help="Model folder; the shipped one by default.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for metrics.json and figures.")] = None,
    feedback: Annotated[
        Path | None, typer.Option(help="Your own labelled comments, JSON Lines; the frozen test part by default.")
    ] = None,
    framework: Annotated[str | None, typer.Option(help="What your own comments were labelled with.")] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Measure the five baselines in the same run.")] = False,
    ablations: Annotated[
        bool, typer.Option("--ablations", help="Fit anew without each part, to see what it contributes.")
    ] = False,
) -> None:
    """Measure a model on the frozen test comments or on your own, with 95 % intervals."""
    from kempen_nlp.console import say
    from kempen_nlp.recipes import EvaluationPlan, evaluate_model

    evaluate_model(model, output, EvaluationPlan(feedback, framework, baselines, ablations), report=say)


@app.command("app")
def app_(
    port: Annotated[int | None, typer.Option(help="Port on this machine; the first free one by default.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Serve the review page on this machine, for colleagues who do not code (extra `app`)."""
    from kempen_nlp.app import serve_page

    serve_page(port=port, open_browser=browser)


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write to.")] = Path("demo"),
) -> None:
    """Do everything on the shipped sample: parse, map, report."""
    from kempen_nlp.console import say
    from kempen_nlp.demo import run_demo

    run_demo(output, report=say)
