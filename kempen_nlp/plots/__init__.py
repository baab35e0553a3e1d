"""Figures: DataFrames in, matplotlib axes out; labels in Dutch, legible in print and without colour."""

from kempen_nlp.plots._axes import Drawing, drawing, new_axes, save_png, svg_of
from kempen_nlp.plots._frameworks import (
    plot_confusable,
    plot_crosswalk,
    plot_indicator_counts,
    plot_level_order,
    plot_level_similarity,
    plot_power,
    plot_rank_answers,
)
from kempen_nlp.plots._models import (
    plot_coverage,
    plot_intervals,
    plot_learning_curve,
    plot_rank_confusion,
    plot_reliability,
)
from kempen_nlp.plots._people import STATUS_COLORS, STATUS_TERMS, plot_assignments, plot_group, plot_profile

__all__ = [
    "STATUS_COLORS", "STATUS_TERMS", "Drawing", "drawing", "new_axes", "plot_assignments", "plot_confusable",
    "plot_coverage", "plot_crosswalk", "plot_group", "plot_indicator_counts", "plot_intervals",
    "plot_learning_curve", "plot_level_order", "plot_level_similarity", "plot_power", "plot_profile",
    "plot_rank_answers", "plot_rank_confusion", "plot_reliability", "save_png", "svg_of",
]  # fmt: skip
