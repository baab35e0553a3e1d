"""Documents that are damaged, protected, scanned or far too large; and what Word and web pages hide."""

from __future__ import annotations

import base64
import io
import json
import tracemalloc
import zipfile
import zlib

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing import parse_handbook, read_source


def _pdf(pages=1, content=b"", trailer=b"", *, stream=b""):
    kids = b" ".join(b"%d 0 R" % (n + 4) for n in range(pages))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
               stream or b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)]  # fmt: skip
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R>>"] * pages
    data, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, item in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % o for o in offsets
    )
    return bytes(data) + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )


def _zip(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


ENCRYPTED = _pdf(
    trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>/ID[<00><00>]" % (b"41" * 32, b"42" * 32)
)
PACKED = zlib.compress(bytes(120_000_000), 9)
BOMB = _pdf(stream=b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(PACKED), PACKED))


def _lzw_bomb(n_cycles):
    """Codes that each stand for one zero more than the last, so that five kilobytes unpack to seven million."""
    bits = n_bits = 0
    packed, width = bytearray(), 9
    for cycle in range(n_cycles):
        codes = [(256, 9 if not cycle else 12), (0, 9)]
        codes += [(size, 9 + sum(size + 1 >= limit for limit in (512, 1024, 2048))) for size in range(258, 4094)]
        for code, width in codes:
            bits, n_bits = (bits << width) | code, n_bits + width
            while n_bits >= 8:
                n_bits -= 8
                packed.append((bits >> n_bits) & 255)
            bits &= (1 << n_bits) - 1
    return bytes(packed)


def _packed_pdf(data, names, extra=b""):
    return _pdf(stream=b"<</Filter%s/Length %d>>\nstream\n%s\nendstream%s" % (names, len(data), data, extra))


RUNS = _packed_pdf(bytes([129, 0]) * 500_000, b"/RunLengthDecode")
LZW = _packed_pdf(_lzw_bomb(8), b"/LZWDecode")
LZW_ESCAPED = _packed_pdf(_lzw_bomb(8), b"/LZW#44ecode")
TWICE = _packed_pdf(base64.a85encode(PACKED), b"[/ASCII85Decode /FlateDecode]")
ELSEWHERE = _packed_pdf(_lzw_bomb(1), b" 99 0 R")
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", _pdf(), "holds pictures of pages and no text.*OCR"),
        ("a.pdf", ENCRYPTED, "protected with a password"),
        ("a.pdf", _pdf(pages=500), "more than 250 pages"),
        ("a.pdf", BOMB, "unpacks to more than"),
        ("a.pdf", RUNS, "unpacks to more than"),
        ("a.pdf", LZW, "unpacks to more than"),
        ("a.pdf", LZW_ESCAPED, "unpacks to more than"),
        ("a.pdf", TWICE, "unpacks to more than"),
        ("a.pdf", ELSEWHERE, "unpacks to more than"),
        ("a.json", b"[" * 100_000, "cannot be read as JSON"),
        ("a.json", b'{"a": ', "a.json:1: not JSON"),
        ("a.json", b'{"naam": "Jan", "leeftijd": 40}', "no competency found"),
        ("a.json", b'[{"a":' * 60 + b"1" + b"}]" * 60, "nests its parts"),
        ("a.pdf", b"%PDF-1.7 en dan niets", "cannot be read as a PDF"),
        ("a.pdf", b"gewone tekst", "is not a PDF file"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "password, or of the kind that Office wrote before 2007"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "password, or of the kind"),
        ("a.docx", b"PK\x03\x04 en dan niets", "is damaged"),
        ("a.docx", _zip(word__document_xml="<a>"), "cannot be read as a Word document"),
        ("a.docx", _zip(iets_xml="<a/>"), "has no part 'word/document.xml'"),
        ("a.docx", _zip(word__document_xml=ENTITIES), "declares a document type"),
        ("a.docx", _zip(word__document_xml=bytes(70_000_000)), "would unpack to 70,000,000 bytes"),
        ("a.xlsx", _zip(xl__workbook_xml=bytes(70_000_000)), "would unpack to"),
        ("a.xlsx", _zip(xl__workbook_xml="<a>"), "cannot be read as a workbook"),
        ("a.html", b"<div>" * 5_000 + b"tekst", "no competency found|nests its parts|cannot be read|holds no text"),
        ("a.html", b"<p>" + b"x" * 5_000_001, "a page of text has at most"),
        ("a.html", b"<html><body></body></html>", "holds no text"),
        ("a.csv", b"a;b\x00", "NUL byte"),
        ("a.csv", b"\n".join([b"a;b"] * 20_001), "more than 20,000 rows"),
        ("a.csv", b"naam;leeftijd\nJan;40\n", "no competency found.*--template"),
    ],
    ids=["scanned pdf", "password pdf", "500 pages", "pdf bomb", "run length bomb", "lzw bomb", "lzw bomb by another spelling", "bomb in two layers",
         "filter named elsewhere", "deep json", "cut json", "other json", "json nested too deep", "cut pdf", "no pdf", "password docx", "password xlsx", "cut zip",
         "broken part", "other zip", "entities", "zip bomb docx", "zip bomb xlsx", "broken workbook", "deep html", "huge html",
         "empty html", "nul csv", "endless csv", "other table"],
)  # fmt: skip
def test_a_document_that_cannot_be_read_is_one_clear_error(tmp_path, name, content, message):
    """Never a traceback, and never an empty framework."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ParseError, match=message) as raised:
        parse_handbook(tmp_path / name)

    assert "\n" not in str(raised.value)


def test_a_level_or_competency_at_the_top_of_every_page_is_no_running_head(tmp_path):
    """They differ in their number only, as running heads with a page number do."""
    show = b"BT /F1 12 Tf 50 800 Td 16 TL (Competentie %d: Zaak) Tj T* (Niveau 1) Tj T* (- Doet iets nuttigs.) Tj T* (Niveau 2) Tj T* "
    show += b"(- Doet nog meer.) Tj ET"
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 2/Kids[5 0 R 7 0 R]>>",
             b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]  # fmt: skip
    for page in (1, 2):
        text = show.replace(b"Zaak", b"Zaak" if page == 1 else b"Recht") % page
        parts.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text))
        parts.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % len(parts)
        )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, part) for n, part in enumerate(parts, start=1))
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\n" + body + b"trailer\n<</Size 8/Root 1 0 R>>\n%%EOF\n")

    framework = parse_handbook(tmp_path / "a.pdf").framework

    assert {c.name: c.ranks for c in framework} == {"Zaak": (1, 2), "Recht": (1, 2)}


def test_a_bomb_is_refused_before_it_unpacks(tmp_path):
    """The limit is looked up in the archive's index, not found by filling memory."""
    (tmp_path / "a.docx").write_bytes(_zip(word__document_xml=bytes(100_000_000)))
    tracemalloc.start()

    with pytest.raises(ParseError, match="would unpack"):
        parse_handbook(tmp_path / "a.docx")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_word_text_in_insertions_controls_and_nested_tables_is_read(tmp_path):
    """What a reader sees on the page must not be lost."""
    document = docx.Document()
    document.add_heading("Durf", 1)
    document.add_heading("Niveau 1", 2)
    paragraph = document.add_paragraph("Zegt wat hij ", style="List Bullet")
    inserted = OxmlElement("w:ins")
    inserted.append(document.add_paragraph("denkt.").runs[0]._r)
    paragraph._p.append(inserted)
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    control.append(content)
    item = document.add_paragraph("Vraagt hulp.", style="List Bullet")
    item._p.addnext(control)
    content.append(item._p)
    document.save(tmp_path / "a.docx")

    level = parse_handbook(tmp_path / "a.docx").framework["Durf"].level(1)

    assert [i.text for i in level.indicators] == ["Zegt wat hij denkt.", "Vraagt hulp."]


def test_a_label_in_bold_before_other_text_is_a_level(tmp_path):
    """As Word and web pages print 'Niveau 1' on the line of its sentence."""
    document = docx.Document()
    for name in ("Durf", "Rust"):
        document.add_heading(name, 1)
        for rank in (1, 2):
            paragraph = document.add_paragraph()
            paragraph.add_run(f"Niveau {rank}").bold = True
            paragraph.add_run(f" Toont {name.lower()} in stap {rank}.")
    document.save(tmp_path / "a.docx")

    framework = parse_handbook(tmp_path / "a.docx").framework

    assert [i.text for i in framework["Rust"].indicators] == ["Toont rust in stap 1.", "Toont rust in stap 2."]


def test_merged_cells_of_excel_count_once(tmp_path):
    """The name stands in the first of the rows that it spans."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Competentie", "Niveau", "Gedrag"], ["Durf", 1, "Zegt wat hij denkt."], [None, 2, "Stelt vragen."]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")

    framework = parse_handbook(tmp_path / "a.xlsx").framework

    assert [len(level.indicators) for level in framework["Durf"].levels] == [1, 1]


def test_a_place_names_page_sheet_or_row(tmp_path):
    """A line number alone does not help in a workbook."""
    book = openpyxl.Workbook()
    book.active.title = "Matrix"
    book.active.append(["Competentie", "Niveau"])
    book.save(tmp_path / "a.xlsx")

    source = read_source(tmp_path / "a.xlsx")

    assert source.where(2).endswith("a.xlsx:2 (sheet 'Matrix', row 1)")


def test_clusters_of_headings_and_of_columns_are_kept(tmp_path):
    """They say which competencies belong together; one title over all of them says nothing."""
    (tmp_path / "a.md").write_text(
        "# Gids\n\n## Mensen\n\n### Durf\n\n#### Niveau 1\n- Zegt wat hij denkt.\n\n## Werk\n\n### Rust\n\n#### Niveau 1\n"
        "- Blijft kalm.\n"
    )
    (tmp_path / "b.csv").write_text(
        "Cluster;Competentie;Niveau;Gedrag\nMensen;Durf;1;Zegt wat hij denkt.\nWerk;Rust;1;Blijft kalm.\n"
    )
    (tmp_path / "c.md").write_text("# Gids\n\n## Competenties\n\n### Durf\n\n#### Niveau 1\n- Zegt wat hij denkt.\n")

    found = {name: [c.cluster for c in parse_handbook(tmp_path / name).framework] for name in ("a.md", "b.csv", "c.md")}

    assert found == {"a.md": ["Mensen", "Werk"], "b.csv": ["Mensen", "Werk"], "c.md": [None]}


def test_a_level_name_in_an_export_is_no_indicator(tmp_path):
    """'Starter' beside a level says what the level is called."""
    levels = {
        f"L{n}": {"title": name, "indicators": [f"Doet stap {n}."]} for n, name in enumerate(("Starter", "Expert"), 1)
    }
    export = [{"competency": name, "tags": ["kern"], "levels": levels} for name in ("Durf", "Rust")]
    (tmp_path / "a.json").write_text(json.dumps(export))

    framework = parse_handbook(tmp_path / "a.json").framework

    assert [i.text for i in framework["Rust"].indicators] == ["Doet stap 1.", "Doet stap 2."]
    assert framework.level_scheme == ((1, "Starter"), (2, "Expert"))


def test_a_part_after_the_last_level_is_no_behaviour_of_that_level(tmp_path):
    """Whatever its title; a title that stands within levels too is a heading of behaviour."""
    lines = ["# Gids"]
    for name in ("Durf", "Rust"):
        lines += ["", f"## {name}"]
        for rank in (1, 2):
            lines += [
                "",
                f"### Niveau {rank}",
                "- Doet mee.",
                "",
                "**In het team**",
                "",
                f"- Toont {name.lower()} in stap {rank}.",
            ]
        lines += ["", "**Liever niet zo**", "", "- Gooit met stoelen."]
    (tmp_path / "a.md").write_text("\n".join(lines))

    parsed = parse_handbook(tmp_path / "a.md")

    assert [len(level.indicators) for c in parsed.framework for level in c.levels] == [2, 2, 2, 2]
    assert sum("'Liever niet zo': stands after the last level" in doubt for doubt in parsed.doubts) == 2


def test_numbers_of_lines_are_levels_only_where_the_document_speaks_of_levels(tmp_path):
    """Any list may be numbered, so the doubt is said."""
    body = "".join(f"\n{name.upper()}\n1. Doet mee met {name}.\n2. Leidt {name}.\n" for name in ("dansen", "zingen"))
    (tmp_path / "a.txt").write_text("Het nummer is het niveau.\n" + body)
    (tmp_path / "b.txt").write_text("Welkom.\n" + body)

    parsed = parse_handbook(tmp_path / "a.txt")

    assert [c.ranks for c in parsed.framework] == [(1, 2), (1, 2)]
    assert any("the numbers of the numbered lines were taken for levels" in doubt for doubt in parsed.doubts)
    with pytest.raises(ParseError, match="no competency found"):
        parse_handbook(tmp_path / "b.txt")


def test_ticks_under_levels_are_required_ranks(tmp_path):
    """A row of a profile and a competency, with one tick."""
    book = openpyxl.Workbook()
    for row in (["Competentie", "Niveau 1", "Niveau 2"], ["Durf", "Zegt wat hij denkt.", "Stelt lastige vragen."]):
        book.active.append(row)
    profiles = book.create_sheet("Profielen")
    for row in (["Functie", "Competentie", "Niveau 1", "Niveau 2"], ["Kok", "Durf", None, "x"]):
        profiles.append(row)
    book.save(tmp_path / "a.xlsx")

    framework = parse_handbook(tmp_path / "a.xlsx").framework

    assert dict(framework.profile("Kok").required) == {"Durf": 2}


def test_text_of_windows_is_read_and_text_of_no_encoding_is_refused(tmp_path):
    """Dutch Windows writes cp1252 and UTF-16."""
    text = "# Gids\n\n## Cliënt\n\n### Niveau 1\n- Luistert à la minute.\n"
    for name, encoding in (("a.txt", "cp1252"), ("b.txt", "utf-16")):
        (tmp_path / name).write_bytes(text.encode(encoding))

        assert parse_handbook(tmp_path / name).framework["Cliënt"].indicators[0].text == "Luistert à la minute."
