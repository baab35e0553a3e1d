"""Dutch text with spaCy: pipeline, segments, and cues for polarity, qualifiers and level."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kempen_nlp.language.cues import Cues, find_cues
    from kempen_nlp.language.segments import Segment, dutch_pipeline, split_segments

__all__ = ["Cues", "Segment", "dutch_pipeline", "find_cues", "split_segments"]
_HOME_OF = {"Cues": "cues", "find_cues": "cues"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    # Lists of words need no spaCy, and importing it takes half a second.
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOME_OF.get(name, 'segments')}"), name)
