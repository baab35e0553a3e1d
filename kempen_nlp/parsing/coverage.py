"""Account for every non-blank line of a handbook: used as what, or why not; and what was doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.source import SourceText


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of each non-blank line."""

    used: Mapping[int, str]
    """Line number to what it was used as."""
    unused: Mapping[int, str]
    """Line number to the reason why it was not used."""

    @property
    def n_lines(self) -> int:
        """How many non-blank lines there are."""
        return len(self.used) + len(self.unused)

    def __str__(self) -> str:
        roles = ", ".join(f"{role} {n}" for role, n in Counter(self.used.values()).most_common())
        text = f"{len(self.used)} of {self.n_lines} non-blank lines used ({roles})."
        for line, reason in sorted(self.unused.items()):
            text += f"\n  line {line} not used: {reason}"
        return text


class Account:
    """Notes for each block what it was used as or why not, gathers doubts, and draws up the coverage."""

    def __init__(self, source: SourceText, left_out: Mapping[int, str]) -> None:
        self.doubts: list[str] = []
        """What was not sure, each with file and line."""
        self._source = source
        self._reasons = {**source.left_out, **left_out}
        self._used: dict[int, str] = {}
        self._width: dict[int, int] = {}

    def where(self, line: int) -> str:
        """Return file and line, as messages begin."""
        return self._source.where(line)

    def line(self, number: int) -> str:
        """Return a line as it stands in the document."""
        return self._source.lines[number - 1]

    def use(self, block: Block, role: str) -> None:
        """Note that the lines of a block serve as ``role``."""
        # A sentence around a sidebar spans the sidebar's lines; those belong to what stands on them.
        width = block.lines[1] - block.lines[0]
        for line in range(block.lines[0], block.lines[1] + 1):
            if line not in self._used or width < self._width[line]:
                self._used[line], self._width[line] = role, width

    def skip(self, block: Block, reason: str, *, quiet: bool = False) -> None:
        """Note why a block is not used; a doubt as well, unless an earlier one says enough."""
        for line in range(block.lines[0], block.lines[1] + 1):
            self._reasons[line] = reason
        if not quiet:
            self.doubt(block, reason)

    def doubt(self, block: Block, reason: str) -> None:
        """Note what is not sure about a block."""
        self.doubts.append(f"{self.where(block.lines[0])}: '{' '.join(block.text.split())[:60]}': {reason}.")

    def close(self) -> Coverage:
        """Draw up the coverage of all non-blank lines."""
        lines = self._source.lines
        filled = [number for number, line in enumerate(lines, start=1) if line.strip()]
        unused = {n: self._reasons.get(n) or _reason(lines[n - 1]) for n in filled if n not in self._used}
        return Coverage({n: self._used[n] for n in filled if n in self._used}, unused)


def _reason(line: str) -> str:
    return "belongs to no competency or level" if any(char.isalnum() for char in line) else "holds no words"
