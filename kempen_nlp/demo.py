"""Everything on the shipped sample: both frameworks as tables, the mapped sample, one page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kempen_nlp.assignments import to_frame
from kempen_nlp.batch import classify_with_progress
from kempen_nlp.comments import read_comments
from kempen_nlp.corpus import framework_names, shipped_path
from kempen_nlp.framework import Framework
from kempen_nlp.parsing import parse_handbook
from kempen_nlp.persistence import load_classifier
from kempen_nlp.report import ReportSection, write_report
from kempen_nlp.trace import run_of
from kempen_nlp.workbook import write_sheets, write_workbook


def run_demo(folder: str | Path, *, report: Callable[[str], None] = lambda _: None) -> list[Path]:
    """
    Parse both handbooks, map the sample with both frameworks, and write what an analyst would open.

    Returns
    -------
    list of Path
        What was written: ``raamwerken.xlsx``, one workbook a framework, ``verslag.html``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sample = shipped_path("corpus", "feedback", "sample.csv")
    comments = read_comments(sample)
    frameworks = [_parsed(name) for name in framework_names()]
    tables = folder / "raamwerken.xlsx"
    write_sheets({framework.id: framework.to_frame() for framework in frameworks}, tables)
    written, sections = [tables], []
    for framework in frameworks:
        report(f"Mapping {len(comments)} comments to {framework.title}")
        classifier = load_classifier(framework)
        results = classify_with_progress(classifier, comments, tick=lambda _done, _total: None)
        path = folder / f"toewijzingen-{framework.id}.xlsx"
        write_workbook(results, path, run_of(classifier, sample))
        written.append(path)
        sections.append(ReportSection(framework, to_frame(results), per_person=bool(framework.profiles)))
    page = folder / "verslag.html"
    write_report(sections, page, title="Voorbeeld: 40 verzonnen opmerkingen naast twee raamwerken")
    written.append(page)
    report("Written: " + ", ".join(map(str, written)))
    return written


def _parsed(name: str) -> Framework:
    return parse_handbook(shipped_path("corpus", "handbooks", f"{name}.txt")).framework
