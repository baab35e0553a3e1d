"""Blocks to framework: what each block serves as, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Framework, Status, StatusColor, slug
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.coverage import Account
from kempen_nlp.parsing.draft import LevelDraft, Piece, finish, level_names
from kempen_nlp.parsing.gathering import Gathering
from kempen_nlp.parsing.layout import Layout, Title
from kempen_nlp.parsing.preamble import read_preamble
from kempen_nlp.parsing.profiles import Requirements
from kempen_nlp.parsing.repair import Repaired
from kempen_nlp.parsing.scales import LevelMark, is_about_levels
from kempen_nlp.parsing.source import SourceText
from kempen_nlp.parsing.table_reader import TableReader
from kempen_nlp.parsing.titles import is_sentence_in_large
from kempen_nlp.parsing.words import (
    cluster_label,
    definition_label,
    headline_label,
    is_indicators_label,
    is_lone_number,
    is_not_applicable,
    is_other_section,
    is_reference,
    label_in_front,
    without_numbering,
)

_LEGEND = re.compile(
    r"^\**(?P<color>[^*=]{2,40}?)\**\s*=\s*(?P<term>(?:groei|gewenste|ontstegen)\s*competentie)\.?$", re.IGNORECASE
)
_SPECIALISATIONS = re.compile(r"^specialisaties?\s*:?$", re.IGNORECASE)
_STATUS_OF_TERM = {
    "groei": Status.GROWTH,
    "gewenste": Status.DESIRED,
    "ontstegen": Status.SURPASSED,
}
_LEAD_IN_WORDS = 8
_FIELD_WORDS = 3


class Reader:
    """Walks over the blocks of a handbook once and gathers what they say."""

    def __init__(self, source: SourceText, repaired: Repaired, blocks: Sequence[Block], layout: Layout) -> None:
        self._source = source
        self._blocks = blocks
        self._sidebars = repaired.sidebars
        self._layout = layout
        self._account = Account(source, repaired.left_out)
        self._gathering = Gathering(self._account)
        self._requirements = Requirements(self._account)
        self._tables = TableReader(self._gathering, self._requirements)
        self._preamble: list[Block] = []
        self._scheme: dict[int, str] = {}
        self._statuses: list[StatusColor] = []
        self._specialisations: list[str] = []

    def read(self) -> tuple[Framework, Account]:
        """
        Return the framework, and what became of each line.

        Raises
        ------
        ParseError
            If no competency has levels, or levels do not count up from 1.
        """
        for position, block in enumerate(self._blocks):
            self._read_block(position, block)
        for sidebar in self._sidebars:
            self._read_sidebar(sidebar)
        self._gathering.check()
        if not self._gathering.competencies:
            raise self._nothing_found()
        self._tables.finish()
        self._read_listed_definitions()
        framework = self._build()
        self._account.doubts += [f"{self._source.path}: {note}." for note in (*self._layout.notes, *self._source.notes)]
        return framework, self._account

    def _read_block(self, position: int, block: Block) -> None:
        layout, gathering = self._layout, self._gathering
        if block.kind == "row":
            if position in layout.grids:
                self._tables.read(layout.grids[position])
        elif position in layout.inverted:
            name, mark = layout.inverted[position]
            gathering.open_competency(name, block.lines[0], is_table=True)
            gathering.open_level(mark, block.lines[0])
            gathering.is_aside = False
            self._account.use(block, "competency")
        elif layout.inverted and position in layout.marks:
            gathering.level = None
            self._account.use(block, "level")
        elif position in layout.titles:
            self._open_competency(block, layout.titles[position])
        elif position in layout.marks:
            self._open_level(block, layout.marks[position])
        elif position in layout.explanations:
            self._explain(block, layout.explanations[position])
        elif position in layout.orphans:
            self._account.skip(block, "belongs to no competency")
            gathering.set_aside()
        else:
            self._read_plain_block(position, block)

    def _read_plain_block(self, position: int, block: Block) -> None:
        gathering = self._gathering
        if match := _LEGEND.match(block.text):
            self._read_legend(block, match)
        elif gathering.competencies and block.kind != "item" and is_other_section(block.text):
            gathering.set_aside(block.text.rstrip(":"))
            self._account.skip(block, "opens a part that describes no level")
        elif position in self._layout.parts:
            gathering.set_aside(block.text.rstrip(":"))
            self._account.skip(
                block, "stands after the last level, so what follows it was not taken for behaviour of that level"
            )
        elif (label := cluster_label(block.text)) and block.kind != "item":
            gathering.set_aside()
            gathering.cluster = label
            self._account.use(block, "cluster")
        elif block.kind == "heading" and not is_sentence_in_large(block):
            self._read_other_heading(position, block)
        else:
            self._read_text(position, block)

    def _open_competency(self, block: Block, title: Title) -> None:
        draft = self._gathering.open_competency(title.name, block.lines[0], is_table=False)
        self._gathering.is_aside, self._gathering.part = False, ""
        self._account.use(block, "competency")
        if title.definition:
            draft.definition.append(title.definition)

    def _open_level(self, block: Block, mark: LevelMark) -> None:
        self._gathering.open_level(mark, block.lines[0])
        self._gathering.is_aside, self._gathering.part = False, ""
        self._account.use(block, "level")

    def _explain(self, block: Block, mark: LevelMark) -> None:
        self._scheme.setdefault(mark.rank or 0, mark.rest or mark.name)
        self._gathering.level = None
        self._account.use(block, "level scheme")

    def _read_legend(self, block: Block, match: re.Match[str]) -> None:
        term = match["term"].lower()
        status = next(s for word, s in _STATUS_OF_TERM.items() if term.startswith(word))
        self._statuses.append(StatusColor(status, term, match["color"].strip()))
        self._account.use(block, "colour legend")

    def _read_other_heading(self, position: int, block: Block) -> None:
        gathering = self._gathering
        gathering.level = None
        is_above = self._is_above_titles(position, block)
        if is_above and not is_about_levels(block.text) and not is_lone_number(block.text):
            gathering.cluster = without_numbering(block.text.replace("**", "")).strip().rstrip(":")
        if not gathering.competencies:
            self._preamble.append(block)
        elif is_about_levels(block.text):
            gathering.is_aside = True
            self._account.use(block, "level scheme")
        elif is_indicators_label(block.text) or definition_label(block.text) is not None:
            self._account.use(block, "subheading")
        elif is_lone_number(block.text):
            self._account.use(block, "numbering")
        elif is_above:
            gathering.is_aside = True
            self._account.use(block, "cluster")
        else:
            gathering.is_aside = True
            self._account.skip(block, "a heading without levels under it")

    def _is_above_titles(self, position: int, block: Block) -> bool:
        """Tell whether a heading is a cluster: of less depth than the next competency, which it holds."""
        following = [n for n in self._layout.titles if n > position]
        if not following:
            return False
        title = self._blocks[min(following)]
        return title.kind != "heading" or block.depth < title.depth

    def _read_text(self, position: int, block: Block) -> None:
        gathering = self._gathering
        if gathering.level is not None:
            self._read_in_level(position, block, gathering.level)
        elif not gathering.competencies:
            self._preamble.append(block)
        elif not gathering.last.levels and not gathering.is_aside:
            self._read_definition(block)
        else:
            part = gathering.part
            self._account.skip(
                block, f"belongs to '{part}'" if part else "text that belongs to no level", quiet=bool(part)
            )

    def _read_definition(self, block: Block) -> None:
        labelled = definition_label(block.text)
        if is_indicators_label(block.text):
            self._account.use(block, "subheading")
            return
        draft = self._gathering.last
        text = block.text.replace("**", "") if labelled is None else labelled
        is_field = labelled is None and len(text.split()) <= _FIELD_WORDS and not text.endswith(".")
        if is_other_section(label_in_front(text)) or (draft.is_defined and is_field):
            self._account.skip(block, "describes neither the competency nor a level", quiet=True)
            return
        if labelled:
            draft.definition, draft.is_defined = [], True
        if text:
            draft.definition.append(text)
        self._account.use(block, "definition")

    def _read_in_level(self, position: int, block: Block, level: LevelDraft) -> None:
        text = block.text.replace("**", "") if block.text.count("**") % 2 == 0 else block.text
        labelled = headline_label(text) if block.kind != "item" else None
        if is_indicators_label(text) or self._leads_in(position, text):
            self._account.use(block, "subheading")
        elif is_not_applicable(text) and not level.has_items:
            level.applicable = False
            self._account.use(block, "not applicable")
        elif is_reference(text):
            self._account.skip(block, f"only points elsewhere and is no indicator of level {level.rank}")
        elif labelled:
            level.pieces.append(Piece(labelled, block.lines, "headline"))
            self._account.use(block, "headline")
        elif block.kind == "item":
            level.pieces.append(Piece(text, block.lines, "item"))
            self._gathering.note_reference(block, text)
            self._account.use(block, "indicator")
        elif not level.has_items:
            self._gathering.note_reference(block, text)
            level.pieces.append(Piece(text, block.lines, block.kind, is_alone=block.kind == "paragraph"))
            self._account.use(block, "headline" if block.kind == "bold" else "description")
        else:
            self._account.skip(block, f"text after the indicators of level {level.rank}")

    def _leads_in(self, position: int, text: str) -> bool:
        """Tell whether a line only announces the list under it, as 'Dit blijkt uit:' does."""
        following = self._blocks[position + 1] if position + 1 < len(self._blocks) else None
        is_short = text.endswith((":", "…", "...")) and len(text.split()) <= _LEAD_IN_WORDS
        return bool(is_short and following and following.kind == "item" and self._blocks[position].kind != "item")

    def _read_listed_definitions(self) -> None:
        """Take 'Samenwerken: met anderen …', before the first level, for the definition of that competency."""
        drafts = {draft.name.casefold(): draft for draft in self._gathering.competencies if not draft.definition}
        for block in self._preamble:
            name = label_in_front(block.text)
            if draft := drafts.get(name.casefold()):
                draft.definition.append(block.text.replace("**", "").removeprefix(name).lstrip(" :.?"))
                self._account.use(block, "definition")
        self._preamble = [b for b in self._preamble if label_in_front(b.text).casefold() not in drafts]

    def _read_sidebar(self, sidebar: Sequence[Block]) -> None:
        heading, *rest = sidebar
        if _SPECIALISATIONS.match(heading.text):
            self._account.use(heading, "specialisation")
            for block in rest:
                self._specialisations.append(block.text)
                self._account.use(block, "specialisation")
            return
        for block in sidebar:
            self._account.skip(block, f"sidebar '{heading.text}' in the middle of a sentence")

    def _nothing_found(self) -> ParseError:
        if self._layout.orphans:
            block = self._blocks[min(self._layout.orphans)]
            return ParseError(
                f"{self._account.where(block.lines[0])}: '{block.text}' belongs to no competency. "
                "Put the competency's name above its levels as a heading, or as 'Competentie: name'."
            )
        return ParseError(
            f"{self._source.path}: no competency found in {len(self._blocks)} blocks. Expected headings with "
            "'Niveau 1', 'Niveau 2' … under them, or lines 'Competentie: name' with a table of levels. Let "
            "`kempen parse HANDBOOK --outline outline.md` write its text out to be corrected, or fill in the template: "
            "`kempen parse --template handbook.xlsx`."
        )

    def _build(self) -> Framework:
        path, drafts = self._source.path, self._gathering.competencies
        title_depth = min((self._blocks[n].depth for n in self._layout.titles), default=0)
        scheme = self._scheme or level_names(drafts)
        return Framework(
            id=slug(path.stem) or "framework",
            title=read_preamble(self._preamble, title_depth, self._account) or path.stem,
            source=MappingProxyType({"file": path.name, "sha256": self._source.sha256}),
            competencies=finish(drafts, is_wrapped=self._source.is_wrapped),
            level_scheme=tuple(sorted(scheme.items())),
            statuses=tuple(self._statuses),
            specialisations=tuple(self._specialisations),
            profiles=self._requirements.profiles(),
        )
