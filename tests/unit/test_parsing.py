"""Handbooks that are whole in another way, and handbooks that are broken."""

from __future__ import annotations

import pytest

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing import parse_handbook

WHOLE = """# Handboek

## Samenwerken
Samen iets bereiken.

### Niveau 1
- Helpt een collega als die erom vraagt.

### Niveau 2
- Biedt uit zichzelf hulp aan.
"""


@pytest.fixture
def handbook(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "handboek.md"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def test_a_small_handbook_is_read_whole(handbook):
    """Title, definition and two levels."""
    framework = parse_handbook(handbook(WHOLE)).framework

    assert framework.title == "Handboek"
    assert framework["Samenwerken"].definition == "Samen iets bereiken."
    assert framework["Samenwerken"].level(2).indicators[0].id == "samenwerken/2/1"


def test_line_ends_of_windows_change_nothing(handbook):
    """Only the fingerprint of the file differs."""
    unix = parse_handbook(handbook(WHOLE)).framework.to_dict()
    windows = parse_handbook(handbook(WHOLE.replace("\n", "\r\n"))).framework.to_dict()

    assert {**unix, "source": None} == {**windows, "source": None}


def test_text_that_belongs_nowhere_is_named_with_its_line(handbook):
    """Coverage lists the line, and a doubt is raised."""
    parsed = parse_handbook(handbook(WHOLE + "\nDit staat los van alles.\n"))

    assert parsed.coverage.unused == {12: "text after the indicators of level 2"}
    assert "handboek.md:12" in parsed.doubts[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WHOLE.replace("### Niveau 2", "### Niveau 3"), r"handboek\.md:9: .*'Niveau 3' follows level 1.*level 2 missing"),
        (WHOLE.replace("### Niveau 2", "### Niveau 1"), r"handboek\.md:9: .*'Niveau 1' follows level 1.*numbered twice"),
        (WHOLE.replace("### Niveau 1", "### Niveau 0"), r"handboek\.md:6: .*'Niveau 0' comes first"),
        ("# Alleen een titel\n\nEn tekst.\n", r"no competency found.*Expected headings"),
        ("### Niveau 1\n- Doet iets.\n", r"handboek\.md:1: 'Niveau 1' belongs to no competency"),
        (WHOLE + WHOLE.partition("\n\n")[2], r"handboek\.md:11: competency 'Samenwerken' was already opened on line 3"),
        ("", r"is empty"),
        (" \n\t\n", r"is empty"),
        (b"%PDF-1.4\x00\x01", r"handboek\.md:1: a NUL byte.*export it as plain text"),
        (WHOLE.encode() + b"- \x81\x8d\n", r"handboek\.md:\d+: byte 0x81 is not UTF-8.*Save"),
    ],
    ids=["level missing", "level twice", "level zero", "no competency", "orphan level", "competency twice",
         "empty file", "only white space", "binary file", "wrong encoding"],
)  # fmt: skip
def test_a_broken_handbook_gets_one_error_with_line_and_remedy(handbook, text, message):
    """The message says where, what was found, and what to do."""
    with pytest.raises(ParseError, match=message) as raised:
        parse_handbook(handbook(text))

    assert "\n" not in str(raised.value)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    """Neither ends in a traceback."""
    with pytest.raises(ParseError, match="cannot be read"):
        parse_handbook(tmp_path / "weg.txt")
    with pytest.raises(ParseError, match="is a folder"):
        parse_handbook(tmp_path)


def test_a_missing_column_of_the_level_table_is_named(handbook, corpus_dir):
    """The table of the first handbook without its third level."""
    text = (corpus_dir / "handbooks" / "kempen.txt").read_text(encoding="utf-8")

    with pytest.raises(ParseError, match=r":16: in 'Klantgerichtheid', 'Niveau 4' follows level 2"):
        parse_handbook(handbook(text.replace("Niveau 3:", "", 1)))
