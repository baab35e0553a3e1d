"""What has been read so far: competencies in the making, and the place where reading is."""

from __future__ import annotations

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.coverage import Account
from kempen_nlp.parsing.draft import CompetencyDraft, LevelDraft, check_ranks
from kempen_nlp.parsing.scales import LevelMark, read_level
from kempen_nlp.parsing.words import continued_name, refers_to_level

_FEW_WORDS = 2
_MOST = 0.8


class Gathering:
    """Competencies as they are found, in order, and which competency, level and part is being read."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.competencies: list[CompetencyDraft] = []
        self._current: CompetencyDraft | None = None
        self.level: LevelDraft | None = None
        self.cluster = ""
        """Title above the competencies that follow; empty when there is none."""
        self.is_aside = False
        """True in a part that describes no level."""
        self.part = ""
        """Title of such a part."""

    @property
    def last(self) -> CompetencyDraft:
        """The competency that is being read; an earlier one, when it goes on further down."""
        return self._current or self.competencies[-1]

    def open_competency(self, name: str, line: int, *, is_table: bool) -> CompetencyDraft:
        """Go on with a competency that is open, or open a new one; an earlier name comes back with a number."""
        name = " ".join(name.replace("**", "").split()).strip()
        self.level = None
        last = self._current
        if last and last.name.casefold() == name.casefold():
            last.is_reopened_at = 0 if is_table else line
            return last
        taken = {draft.name.casefold(): draft for draft in self.competencies}
        earlier = taken.get(name.casefold())
        if earlier and (is_table or self._goes_on_here(line)):
            self._current = earlier
            return earlier
        if earlier:
            name = self._numbered(name, line, taken)
        draft = CompetencyDraft(name, line, cluster=self.cluster)
        self.competencies.append(draft)
        self._current = draft
        return draft

    def _numbered(self, name: str, line: int, taken: dict[str, CompetencyDraft]) -> str:
        number = 2
        while f"{name} ({number})".casefold() in taken:
            number += 1
        self.account.doubts.append(
            f"{self.account.where(line)}: '{name}': second competency of this name, the first is on line "
            f"{taken[name.casefold()].line}; kept apart as '{name} ({number})'."
        )
        return f"{name} ({number})"

    def _goes_on_here(self, line: int) -> bool:
        return bool(continued_name(self.account.line(line).strip("#* \t")))

    def open_level(self, mark: LevelMark, line: int) -> LevelDraft:
        """Open a level of the competency that is being read."""
        self.level = self.last.add_level(mark, line, self.account.where)
        return self.level

    def set_aside(self, title: str = "") -> None:
        """Note that what follows describes no level."""
        self.level, self.is_aside, self.part = None, True, title

    def note_reference(self, block: Block, text: str) -> None:
        """Doubt a text that builds on another level."""
        if refers_to_level(text):
            self.account.doubt(block, "builds on another level; only these words were taken")

    def check(self) -> None:
        """
        Drop competencies without levels, and doubt what is odd in the others.

        Raises
        ------
        ParseError
            If the only competency has no levels, or ranks do not count up from 1.
        """
        for draft in [draft for draft in self.competencies if not draft.levels]:
            if len(self.competencies) == 1:
                msg = (
                    f"{self.account.where(draft.line)}: competency '{draft.name}' has no levels. "
                    "Expected 'Niveau 1' and further under it, as headings or as columns of a table."
                )
                raise ParseError(msg)
            self.competencies.remove(draft)
            self.account.doubts.append(
                f"{self.account.where(draft.line)}: competency '{draft.name}' has no levels and is left out."
            )
        self.account.doubts += check_ranks(self.competencies, self.account.where)
        self._doubt_odd_indicators()
        for draft in self.competencies:
            for level in draft.levels.values():
                if level.applicable and not level.pieces:
                    self.account.doubts.append(
                        f"{self.account.where(level.line)}: '{draft.name}' level {level.rank} has no indicators."
                    )

    def _doubt_odd_indicators(self) -> None:
        """Doubt an indicator that looks like a title, in a document whose indicators are sentences."""
        for piece in [p for d in self.competencies for level in d.levels.values() for p in level.pieces]:
            if piece.kind != "rest" and (mark := read_level(piece.text, loose=True)) and not mark.rest:
                where = self.account.where(piece.lines[0])
                self.account.doubts.append(f"{where}: '{piece.text[:60]}' names a level, and was read as text of one.")
        pieces = [p for d in self.competencies for level in d.levels.values() for p in level.pieces if p.kind != "rest"]
        if sum(p.text.endswith((".", ";", "!", "?")) for p in pieces) < _MOST * len(pieces):
            return
        for piece in pieces:
            if len(piece.text.split()) <= _FEW_WORDS and not piece.text.endswith((".", ";", "!", "?")):
                where = self.account.where(piece.lines[0])
                self.account.doubts.append(f"{where}: '{piece.text}' looks like a title, but no levels follow it.")
