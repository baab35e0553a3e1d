"""Dutch text with spaCy: pipeline, segments, and cues for polarity, qualifiers and level."""

from kempen_nlp.language.cues import Cues, find_cues
from kempen_nlp.language.segments import Segment, dutch_pipeline, split_segments

__all__ = ["Cues", "Segment", "dutch_pipeline", "find_cues", "split_segments"]
