"""What Excel and colleagues make of a workbook between writing and reading back."""

from __future__ import annotations

import re
import warnings
import zipfile

import openpyxl
import pytest

from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence
from kempen_nlp.errors import ReviewError
from kempen_nlp.review import read_review
from kempen_nlp.workbook import Run, write_workbook

TEXT = "Belt klanten altijd terug,\nmaar haalt zijn planning zelden."
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14AC = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"


def _found(quote, competency, rank, polarity="strength"):
    start = TEXT.index(quote)
    evidence = Evidence("x/1/1", "Levert.", rank, 0.5)
    return Assignment(competency, rank, polarity, start, start + len(quote), quote, 0.9, {1: 1.0}, evidence)


@pytest.fixture
def book(kempen, tmp_path):
    """Two comments of two rows each, and one without evidence; all accepted by Els."""
    found = (
        _found("Belt klanten altijd terug", "Klantgerichtheid", 2),
        _found("haalt zijn planning zelden", "Samenwerken", 3, "development"),
    )
    comments = [ClassifiedComment(i, TEXT, found) for i in ("01", "02")] + [ClassifiedComment("03", "Prima jaar.")]
    write_workbook(comments, tmp_path / "uit.xlsx", Run(kempen))
    made = openpyxl.load_workbook(tmp_path / "uit.xlsx")
    for row in range(2, 7):
        _set(made, row, besluit="accepteren", beoordelaar="Els")
    return made


def _set(book, row, **cells):
    sheet = book["Toewijzingen"]
    column = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in cells.items():
        sheet.cell(row, column[heading.replace("_", " ")]).value = value


@pytest.fixture
def read(book, tmp_path):
    def _read(**options):
        book.save(tmp_path / "nagekeken.xlsx")
        return read_review(tmp_path / "nagekeken.xlsx", **options)

    return _read


def _shared(text, runs=1):
    """Return a shared string as Excel writes it; an edited word is a run of its own."""
    parts = [text[: len(text) // runs], text[len(text) // runs :]] if runs > 1 else [text]
    escaped = [p.replace("&", "&amp;").replace("<", "&lt;") for p in parts]
    if runs == 1:
        return f'<si><t xml:space="preserve">{escaped[0]}</t></si>'
    run = '<r><rPr><sz val="11"/><rFont val="Calibri"/></rPr><t xml:space="preserve">{}</t></r>'
    return "<si>" + "".join(map(run.format, escaped)) + "</si>"


def _rewritten(sheet_part, book):
    """Write the first sheet as Excel does: all texts shared, numbers as typed, style of dates apart, extensions."""
    strings, rows = [], []
    for row in book["Toewijzingen"].iter_rows():
        cells = []
        for cell in row:
            value = cell.value
            if value is None:
                continue
            if isinstance(value, bool):
                cells.append(f'<c r="{cell.coordinate}" t="b"><v>{int(value)}</v></c>')
            elif isinstance(value, str) and value.startswith("=J"):
                cells.append(f'<c r="{cell.coordinate}" t="str"><f>{value[1:]}</f><v>accepteren</v></c>')
            elif isinstance(value, str):
                strings.append(_shared(value, runs=2 if value == "Els" else 1))
                cells.append(f'<c r="{cell.coordinate}" s="1" t="s"><v>{len(strings) - 1}</v></c>')
            else:
                cells.append(f'<c r="{cell.coordinate}"><v>{value}</v></c>')
        rows.append(f'<row r="{row[0].row}" spans="1:27" x14ac:dyDescent="0.25">{"".join(cells)}</row>')
    sheet = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="{MAIN}" xmlns:x14ac="{X14AC}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac">'
        f'<dimension ref="A1"/><sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetData>{"".join(rows)}</sheetData>'
        '<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"/></extLst></worksheet>'
    )
    shared = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<sst xmlns="{MAIN}" count="99" uniqueCount="99">{"".join(strings)}</sst>'
    return {sheet_part: sheet, "xl/sharedStrings.xml": shared}


def _as_excel_saves(book, path):
    """Save a book, then put in what Excel puts in; the other sheets keep their texts in their cells."""
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert "xl/sharedStrings.xml" not in parts
    parts |= _rewritten("xl/worksheets/sheet1.xml", book)
    kind, office = "sharedStrings", "officeDocument/2006/relationships"
    relation = (
        f'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/{office}/{kind}" Target="{kind}.xml"/>'
    )
    relations = parts["xl/_rels/workbook.xml.rels"].replace('Target="/xl/', 'Target="')
    parts["xl/_rels/workbook.xml.rels"] = relations.replace("</Relationships>", f"{relation}</Relationships>")
    part = f'<Override PartName="/xl/{kind}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", f"{part}</Types>")
    root = re.search(r"<workbook[^>]*>", parts["xl/workbook.xml"])[0]
    place = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x15">'
        '<x15ac:absPath url="C:\\Users\\els\\Documents\\" xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"/>'
        "</mc:Choice></mc:AlternateContent>"
    )
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(root, root + place)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_file_with_all_that_excel_puts_in_comes_back(book, tmp_path):
    """Shared and rich texts, numbers as text, serial dates, truth values, formulas, extensions; no warning of them."""
    _set(book, 2, datum=46350, reden=True)
    _set(book, 3, besluit="wijzigen", juist_niveau="2", datum="24-11-2026")
    _set(book, 5, besluit="=J4")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        review = read_review(_as_excel_saves(book, tmp_path / "excel.xlsx"))

    assert review.set_aside == ()
    first, second = review.decisions[:2]
    assert (first.date, first.reviewer, first.text) == ("2026-11-24", "Els", TEXT)
    assert (second.final.rank, second.date) == (2, "2026-11-24")
    assert [d.decision for d in review.decisions] == ["accept", "change", "accept", "accept", "accept"]
    assert [c["id"] for c in review.feedback] == ["01", "02", "03"]


def test_a_comment_of_which_a_row_was_deleted_is_set_aside(book, read):
    """What is gone was not judged: the rest of the comment must not teach that it is no evidence."""
    book["Toewijzingen"].delete_rows(3)

    review = read()

    (aside,) = review.set_aside
    assert (aside.cell, aside.comment_id, aside.found) == ("Toewijzingen!A2", "01", "1 van de 2 rijen")
    assert [c["id"] for c in review.feedback] == ["02", "03"]
    assert review.n_unfinished == 1


def test_a_comment_that_is_gone_as_a_whole_was_not_reviewed(book, read):
    """An analyst who keeps a sample deletes the rest; that is no mistake."""
    book["Toewijzingen"].delete_rows(4, 2)

    review = read()

    assert review.set_aside == ()
    assert [c["id"] for c in review.feedback] == ["01", "03"]


def test_the_heading_is_found_under_rows_that_were_put_above_it(book, read):
    """Also by a program that drops the names of the columns."""
    for name in list(book.defined_names):
        del book.defined_names[name]
    book["Toewijzingen"].insert_rows(1, 3)

    review = read()

    assert len(review.decisions) == 5
    assert review.workbook.cell(5, "besluit") == "Toewijzingen!J5"


def test_sheets_may_have_other_names_and_another_order(book, read):
    """The sheet with the method is known by what it says; a name with a space is quoted in messages."""
    book["Uitleg"].title = "Toelichting"
    book["Toewijzingen"].title = "Els d'Or"
    book.move_sheet("Toelichting", -4)
    book.defined_names.clear()
    sheet = book["Els d'Or"]
    sheet["J2"] = "misschien"

    (aside,) = read().set_aside

    assert aside.cell == "'Els d''Or'!J2"


def test_without_the_sheet_on_method_the_framework_can_be_named(book, read):
    """Its hash is gone, so it is held to the names of the competencies."""
    book.remove(book["Uitleg"])

    with pytest.raises(ReviewError, match="its sheet is gone"):
        read()
    with pytest.raises(ReviewError, match="welzijn is another one"):
        read(framework="welzijn")
    assert len(read(framework="kempen").decisions) == 5


def test_part_of_the_columns_sorted_by_itself_is_noticed(book, read):
    """Decisions that no longer stand beside what they are about count for nothing."""
    sheet = book["Toewijzingen"]
    for row in (2, 3):
        for letter in "DEFGH":
            sheet[f"{letter}{row}"], sheet[f"{letter}{row + 2}"] = "", ""
    values = [[sheet[f"{c}{r}"].value for c in "DE"] for r in (2, 3)]
    for row, line in zip((3, 2), values, strict=True):
        for letter, value in zip("DE", line, strict=True):
            sheet[f"{letter}{row}"] = value

    review = read()

    assert {s.column for s in review.set_aside} == {"sleutel"}
    assert all("sorteer alle kolommen" in s.expected for s in review.set_aside)
    assert [d.comment_id for d in review.decisions] == ["03"]
