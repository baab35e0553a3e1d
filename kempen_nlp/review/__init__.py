"""Read a filled-in workbook back: decisions kept, agreement measured, labelled feedback for training."""

from kempen_nlp.review._applied import reviewed_table
from kempen_nlp.review._decisions import Decision, Finding, SetAside, decide
from kempen_nlp.review._keeping import aside_path, count_decided, import_review, require_no_decisions
from kempen_nlp.review._reading import FilledWorkbook, ReviewRow, read_workbook
from kempen_nlp.review._review import Review, read_review

__all__ = [
    "Decision", "FilledWorkbook", "Finding", "Review", "ReviewRow", "SetAside", "aside_path", "count_decided", "decide",
    "import_review", "read_review", "read_workbook", "require_no_decisions", "reviewed_table",
]  # fmt: skip
