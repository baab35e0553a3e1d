"""From a handbook to a framework: numbered lines, blocks, roles, framework, and a coverage report."""

from kempen_nlp.parsing.blocks import Block, to_blocks
from kempen_nlp.parsing.coverage import Coverage
from kempen_nlp.parsing.handbook import ParsedHandbook, parse_handbook
from kempen_nlp.parsing.source import SourceText, read_source

__all__ = [
    "Block",
    "Coverage",
    "ParsedHandbook",
    "SourceText",
    "parse_handbook",
    "read_source",
    "to_blocks",
]
