"""Map Dutch review comments to competencies and levels of your own framework."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kempen_nlp.assignments import (
        Assignment,
        Assignments,
        ClassifiedComment,
        Evidence,
        read_assignments,
        to_frame,
    )
    from kempen_nlp.batch import classify_file
    from kempen_nlp.check_page import write_check_page
    from kempen_nlp.classifier import Classifier
    from kempen_nlp.comments import Comment, read_comments
    from kempen_nlp.corpus import (
        feedback_frame,
        load_challenge,
        load_feedback,
        load_framework,
        read_feedback,
        shipped_path,
    )
    from kempen_nlp.crosswalk import Crosswalk, compare_frameworks, crosswalk_study
    from kempen_nlp.distinctness import (
        Check,
        check_framework,
        count_confusable,
        level_similarity,
        power_study,
        simulated_framework,
    )
    from kempen_nlp.encoders import load_encoder
    from kempen_nlp.framework import Competency, Framework, Indicator, Level, Profile, Status
    from kempen_nlp.parsing import parse_handbook
    from kempen_nlp.persistence import load_classifier
    from kempen_nlp.profiles import compare_groups, compare_persons, compare_with_profile
    from kempen_nlp.progress import track
    from kempen_nlp.quality import mark_comments
    from kempen_nlp.readable import show
    from kempen_nlp.report import ReportSection, count_assignments, summary, write_report
    from kempen_nlp.review import read_review
    from kempen_nlp.versions import versions
    from kempen_nlp.workbook import Run, write_workbook

_HOMES = {
    "assignments": ("Assignment", "Assignments", "ClassifiedComment", "Evidence", "read_assignments", "to_frame"),
    "batch": ("classify_file",),
    "check_page": ("write_check_page",),
    "classifier": ("Classifier",),
    "comments": ("Comment", "read_comments"),
    "corpus": (
        "feedback_frame",
        "load_challenge",
        "load_feedback",
        "load_framework",
        "read_feedback",
        "shipped_path",
    ),
    "crosswalk": ("Crosswalk", "compare_frameworks", "crosswalk_study"),
    "distinctness": (
        "Check",
        "check_framework",
        "count_confusable",
        "level_similarity",
        "power_study",
        "simulated_framework",
    ),
    "encoders": ("load_encoder",),
    "framework": ("Competency", "Framework", "Indicator", "Level", "Profile", "Status"),
    "parsing": ("parse_handbook",),
    "persistence": ("load_classifier",),
    "profiles": ("compare_groups", "compare_persons", "compare_with_profile"),
    "progress": ("track",),
    "quality": ("mark_comments",),
    "readable": ("show",),
    "report": ("ReportSection", "count_assignments", "summary", "write_report"),
    "review": ("read_review",),
    "versions": ("versions",),
    "workbook": ("Run", "write_workbook"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = [
    "Assignment",
    "Assignments",
    "Check",
    "ClassifiedComment",
    "Classifier",
    "Comment",
    "Competency",
    "Crosswalk",
    "Evidence",
    "Framework",
    "Indicator",
    "Level",
    "Profile",
    "ReportSection",
    "Run",
    "Status",
    "check_framework",
    "classify_file",
    "compare_frameworks",
    "compare_groups",
    "compare_persons",
    "compare_with_profile",
    "count_assignments",
    "count_confusable",
    "crosswalk_study",
    "feedback_frame",
    "level_similarity",
    "load_challenge",
    "load_classifier",
    "load_encoder",
    "load_feedback",
    "load_framework",
    "mark_comments",
    "parse_handbook",
    "power_study",
    "read_assignments",
    "read_comments",
    "read_feedback",
    "read_review",
    "shipped_path",
    "show",
    "simulated_framework",
    "summary",
    "to_frame",
    "track",
    "versions",
    "write_check_page",
    "write_report",
    "write_workbook",
]  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    # What a name stands for is imported when it is first used, so that importing the package is quick.
    if name not in _HOME_OF:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
