"""From a handbook to a framework: document, blocks, layout, framework, and a coverage report; and back."""

from kempen_nlp.parsing.blocks import Block, to_blocks
from kempen_nlp.parsing.coverage import Coverage
from kempen_nlp.parsing.handbook import ParsedHandbook, outline_handbook, parse_handbook
from kempen_nlp.parsing.outline import to_markdown, write_outline
from kempen_nlp.parsing.outline_workbook import write_template
from kempen_nlp.parsing.source import SourceText, read_source
from kempen_nlp.parsing.tree import framework_tree

__all__ = [
    "Block",
    "Coverage",
    "ParsedHandbook",
    "SourceText",
    "framework_tree",
    "outline_handbook",
    "parse_handbook",
    "read_source",
    "to_blocks",
    "to_markdown",
    "write_outline",
    "write_template",
]
