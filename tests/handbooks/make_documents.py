"""Write the test documents and what each must yield: `python tests/handbooks/make_documents.py`."""

from __future__ import annotations

import csv
import html
import io
import json
import textwrap
from pathlib import Path

import docx
import openpyxl
from contents import BAKKERIJ, HAVEN, competency
from docx.enum.style import WD_STYLE_TYPE  # noqa: F401 - loads the built-in styles
from matplotlib import pyplot as plt
from matplotlib.backends.backend_pdf import PdfPages

HERE = Path(__file__).parent / "documents"
FIXED = {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}


def save(name, content, expected):
    """Write one document and its expected competencies."""
    path = HERE / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8", newline="\n")
    gold = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
    (HERE / f"{name}.expected.json").write_text(gold, encoding="utf-8", newline="\n")


def without(contents, *fields):
    """Return the contents as a document without these fields shows them."""
    result = json.loads(json.dumps(contents))
    for item in result:
        if "definition" in fields:
            item["definition"] = None
        if "headline" in fields:
            for level in item["levels"]:
                level["headline"] = None
    return result


def markdown_headings():
    lines = ["# Competenties van de haven", "", "Inleiding met uitleg over dit boek.", "", "## Aan boord", ""]
    for number, c in enumerate(HAVEN):
        lines += ["", "## Aan wal", ""] if number == 2 else []
        lines += [f"### {c['name']}", "", c["definition"], ""]
        for level in c["levels"]:
            lines += [f"#### Niveau {level['rank']}", "", *(f"* {t}" for t in level["indicators"]), ""]
    save("koppen.md", "\n".join(lines), HAVEN)


def text_numbered_wrapped():
    lines = ["Competentiegids haven", ""]
    for number, c in enumerate(HAVEN, start=1):
        lines += [f"{number}. {c['name']}", "", *textwrap.wrap(c["definition"], 40), ""]
        for level in c["levels"]:
            lines += [f"{number}.{level['rank']} Niveau {'ABC'[level['rank'] - 1]}"]
            for text in level["indicators"]:
                lines += textwrap.wrap(text, 40, initial_indent="– ", subsequent_indent="  ")
            lines += [""]
    save("genummerd_afgebroken.txt", "\n".join(lines), HAVEN)


def markdown_bold_levels():
    lines = ["# Bakkersgids", ""]
    for c in BAKKERIJ:
        lines += [f"**{c['name']}**", ""]
        for level in c["levels"]:
            lines += [
                f"**Niveau {level['rank']}**",
                "",
                f"*{level['headline']}*",
                "",
                *(f"+ {t}" for t in level["indicators"]),
                "",
            ]
    save("vette_regels.md", "\n".join(lines), BAKKERIJ)


def text_inline_prose():
    lines = ["Gids voor de haven", ""]
    for c in HAVEN:
        lines += [f"{c['name'].upper()}", f"Definitie: {c['definition']}", ""]
        for level in c["levels"]:
            lines += [*textwrap.wrap(f"Niveau {level['rank']}: {' '.join(level['indicators'])}", 70)]
        lines += [""]
    expected = json.loads(json.dumps(HAVEN))
    for item in expected:
        item["name"] = item["name"].upper()
    save("lopende_tekst.txt", "\n".join(lines), expected)


def markdown_table_per_competency():
    lines = ["# Haven", ""]
    for c in HAVEN:
        lines += [
            f"## {c['name']}",
            "",
            f"*{c['definition']}*",
            "",
            "| Niveau 1 | Niveau 2 | Niveau 3 |",
            "|---|---|---|",
        ]
        lines += ["| " + " | ".join("<br>".join(level["indicators"]) for level in c["levels"]) + " |", ""]
    save("tabel_per_competentie.md", "\n".join(lines), HAVEN)


def markdown_matrix():
    lines = ["# Haven", "", "| Competentie | Definitie | Basis | Gevorderd | Expert |", "|---|---|---|---|---|"]
    for c in HAVEN:
        cells = [" • ".join(["", *level["indicators"]]).strip() for level in c["levels"]]
        lines += [f"| **{c['name']}** | {c['definition']} | " + " | ".join(cells) + " |"]
    save("matrix.md", "\n".join(lines), HAVEN)


def html_named_levels():
    body = ["<h1>Haven</h1><nav><ul><li>Home</li></ul></nav>"]
    for c in HAVEN:
        body += [f"<h2>{html.escape(c['name'])}</h2><p><em>{c['definition']}</em></p>"]
        for level in c["levels"]:
            items = "".join(f"<li>{t}</li>" for t in level["indicators"])
            body += [f"<p><strong>{('Starter', 'Gevorderd', 'Expert')[level['rank'] - 1]}</strong></p><ul>{items}</ul>"]
    save(
        "benoemd.html",
        f"<html><head><title>x</title></head><body>{''.join(body)}<footer>© Haven</footer></body></html>",
        HAVEN,
    )


def html_table_rows():
    rows = "<tr><th>Competentie</th><th>Niveau</th><th>Kernzin</th><th>Gedragsindicatoren</th></tr>"
    for c in BAKKERIJ:
        for level in c["levels"]:
            first = f"<td rowspan={len(c['levels'])}>{c['name']}</td>" if level["rank"] == 1 else ""
            items = "".join(f"<li>{t}</li>" for t in level["indicators"])
            rows += f"<tr>{first}<td>{level['rank']}</td><td>{level['headline']}</td><td><ul>{items}</ul></td></tr>"
    save("tabelrijen.html", f"<html><body><h1>Bakkersgids</h1><table>{rows}</table></body></html>", BAKKERIJ)


def html_layout_divs():
    body = []
    for c in HAVEN:
        body += [f"<div class=card><h3>{c['name']}</h3><div>{c['definition']}</div>"]
        for level in c["levels"]:
            body += [f"<div><b>Level {level['rank']}:</b> {' '.join(level['indicators'])}</div>"]
        body += ["</div>"]
    save("kaarten.html", f"<body><h1>Gids</h1>{''.join(body)}</body>", HAVEN)


def _docx(document):
    document.core_properties.author = ""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def word_headings():
    document = docx.Document()
    document.add_heading("Bakkersgids", 0)
    for c in BAKKERIJ:
        document.add_heading(c["name"], 1)
        for level in c["levels"]:
            document.add_heading(f"Niveau {level['rank']}", 2)
            document.add_paragraph().add_run(level["headline"]).bold = True
            for text in level["indicators"]:
                document.add_paragraph(text, style="List Bullet")
    save("koppen.docx", _docx(document), BAKKERIJ)


def word_cards():
    document = docx.Document()
    document.add_paragraph("Competentiekaarten van de haven")
    for c in HAVEN:
        table = document.add_table(rows=0, cols=2)
        for left, right in [("Competentie", [c["name"]]), ("Definitie", [c["definition"]]),
                            *((f"Niveau {x['rank']}", x["indicators"]) for x in c["levels"])]:  # fmt: skip
            cells = table.add_row().cells
            cells[0].text = left
            cells[1].text = right[0]
            for text in right[1:]:
                cells[1].add_paragraph(text)
        document.add_paragraph("")
    save("kaarten.docx", _docx(document), HAVEN)


def word_bold_descending():
    document = docx.Document()
    document.add_paragraph().add_run("Bakkersgids").bold = True
    for c in without(BAKKERIJ, "headline"):
        document.add_paragraph().add_run(c["name"]).bold = True
        for level in reversed(c["levels"]):
            document.add_paragraph(("Onvoldoende", "Voldoende", "Goed", "Uitstekend")[level["rank"] - 1] + ":")
            for text in level["indicators"]:
                document.add_paragraph("✓ " + text)
    save("aflopend.docx", _docx(document), without(BAKKERIJ, "headline"))


def word_table_columns():
    document = docx.Document()
    for c in HAVEN:
        document.add_heading(c["name"], 2)
        document.add_paragraph(c["definition"])
        table = document.add_table(rows=2, cols=3)
        for column, level in enumerate(c["levels"]):
            table.cell(0, column).text = f"Niveau {level['rank']}"
            table.cell(1, column).text = level["indicators"][0]
            for text in level["indicators"][1:]:
                table.cell(1, column).add_paragraph(text)
    save("tabellen.docx", _docx(document), HAVEN)


def _pdf(draw):
    stream = io.BytesIO()
    with plt.rc_context({"pdf.fonttype": 42, "font.family": "DejaVu Sans"}), PdfPages(stream, metadata=FIXED) as pages:
        draw(pages)
    return stream.getvalue()


class Sheet:
    """A page to write lines on, with a running head and foot; a new one when it is full."""

    def __init__(self, pages):
        self.pages, self.number, self.figure, self.top = pages, 0, None, 0

    def line(self, text, size=9, weight="normal", indent=0.0, space=1.0):
        if self.figure is None or self.top < 0.14:
            self.close()
            self.figure, self.top = plt.figure(figsize=(8.27, 11.69)), 0.87
            self.number += 1
            self.figure.text(0.1, 0.95, "Bakkersgids 2031", size=8)
            self.figure.text(0.8, 0.04, f"Pagina {self.number}", size=8)
        self.figure.text(0.1 + indent, self.top, text, size=size, weight=weight)
        self.top -= 0.017 * space * max(size / 9, 1)

    def close(self):
        if self.figure is not None:
            self.pages.savefig(self.figure)
            plt.close(self.figure)
            self.figure = None


def pdf_headings():
    def draw(pages):
        sheet = Sheet(pages)
        for c in BAKKERIJ:
            sheet.line(c["name"], 16, "bold", space=1.6)
            for level in c["levels"]:
                sheet.line(f"Niveau {level['rank']}", 12, "bold", space=1.8)
                sheet.line(level["headline"], weight="bold", space=1.8)
                for text in level["indicators"]:
                    lines = textwrap.wrap(text, 34)
                    sheet.line("• " + lines[0], space=1 if len(lines) > 1 else 1.8)
                    for n, rest in enumerate(lines[1:], start=2):
                        sheet.line(rest, indent=0.015, space=1 if n < len(lines) else 1.8)
        sheet.close()

    save("koppen.pdf", _pdf(draw), BAKKERIJ)


def pdf_two_columns():
    def draw(pages):
        figure = plt.figure(figsize=(8.27, 11.69))
        figure.text(0.2, 0.9, "Gids van alle competenties in de haven", size=18, weight="bold")
        for left, part in ((0.08, HAVEN[:2]), (0.55, HAVEN[2:])):
            top = 0.84
            for c in part:
                lines = [
                    (c["name"], 13, "bold", ""),
                    *((t, 9, "normal", "") for t in textwrap.wrap(c["definition"], 36)),
                    ("", 9, "normal", ""),
                ]
                for level in c["levels"]:
                    lines += [(f"Niveau {level['rank']}", 9, "bold", "")]
                    for text in level["indicators"]:
                        lines += [
                            (t, 9, "normal", "• " if n == 0 else "   ") for n, t in enumerate(textwrap.wrap(text, 34))
                        ]
                    lines += [("", 9, "normal", "")]
                for text, size, weight, bullet in lines:
                    figure.text(left, top, bullet + text, size=size, weight=weight)
                    top -= 0.016 * size / 9
        pages.savefig(figure)
        plt.close(figure)

    save("kolommen.pdf", _pdf(draw), HAVEN)


def markdown_level_first():
    lines = ["# Trap van de bakkerij", ""]
    for rank in (1, 2, 3, 4):
        lines += [f"## Niveau {rank}", ""]
        for c in BAKKERIJ:
            level = c["levels"][rank - 1]
            lines += [
                f"### {c['name']}",
                "",
                f"**{level['headline']}**",
                "",
                *(f"- {t}" for t in level["indicators"]),
                "",
            ]
    save("niveau_eerst.md", "\n".join(lines), BAKKERIJ)


def text_capitals_and_letters():
    lines = ["Gids", ""]
    expected = json.loads(json.dumps(HAVEN))
    for c, item in zip(HAVEN, expected, strict=True):
        item["name"], item["definition"] = c["name"].upper(), c["definition"].rstrip(".")
        lines += [item["name"], item["definition"], ""]
        for level in c["levels"]:
            lines += ["ABC"[level["rank"] - 1], *level["indicators"]]
        lines += [""]
    save("letters.txt", "\n".join(lines), expected)


def markdown_combined_titles():
    lines = ["# Woordenboek", ""]
    for c in without(HAVEN, "definition"):
        for level in c["levels"]:
            lines += [
                f"## {c['name']} – niveau {level['rank']}",
                "",
                "Dit blijkt uit:",
                *(f"- {t}" for t in level["indicators"]),
                "",
            ]
        lines += ["## Ontwikkeltips", "", "- Vaar een keer mee.", ""]
    save("samengestelde_titels.md", "\n".join(lines), without(HAVEN, "definition"))


def pdf_ruled_table():
    def draw(pages):
        for c in HAVEN:
            figure = plt.figure(figsize=(11.69, 8.27))
            figure.text(0.06, 0.9, c["name"], size=16, weight="bold")
            figure.text(0.06, 0.86, c["definition"], size=9)
            axes = figure.add_axes((0.05, 0.1, 0.9, 0.72))
            axes.axis("off")
            cells = ["\n".join("• " + "\n".join(textwrap.wrap(t, 36)) for t in x["indicators"]) for x in c["levels"]]
            table = axes.table([["Niveau 1", "Niveau 2", "Niveau 3"], cells], loc="upper left", cellLoc="left")
            table.auto_set_font_size(False)
            table.set_fontsize(9)
            for (row, _), cell in table.get_celld().items():
                cell.set_height(0.08 if row == 0 else 0.45)
            pages.savefig(figure)
            plt.close(figure)

    save("tabel.pdf", _pdf(draw), HAVEN)


def _xlsx(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def excel_matrix():
    rows = [["Competentiematrix bakkerij"], [], ["Competentie", "Niveau 1", "Niveau 2", "Niveau 3", "Niveau 4"]]
    rows += [[c["name"], *("\n".join(f"- {t}" for t in x["indicators"]) for x in c["levels"])] for c in BAKKERIJ]
    save("matrix.xlsx", _xlsx({"Matrix": rows}), without(BAKKERIJ, "headline"))


def excel_long():
    rows = [["Cluster", "Competentie", "Definitie", "Niveau", "Gedragsindicator"]]
    for c in HAVEN:
        for level in c["levels"]:
            for n, text in enumerate(level["indicators"]):
                first = level["rank"] == 1 and n == 0
                rows.append(["Varen" if first else None, c["name"] if first else None, c["definition"] if first else None,
                             level["rank"] if n == 0 else None, text])  # fmt: skip
    save("lang.xlsx", _xlsx({"Blad1": rows}), HAVEN)


def excel_sheet_per_competency():
    sheets = {c["name"]: [["Niveau", "Gedrag"], *([f"Niveau {x['rank']}", "\n".join(x["indicators"])] for x in c["levels"])]
              for c in HAVEN}  # fmt: skip
    save("bladen.xlsx", _xlsx(sheets), without(HAVEN, "definition"))


def excel_transposed():
    rows = [["", *(c["name"] for c in HAVEN)]]
    rows += [[f"Niveau {n + 1}", *("\n".join(c["levels"][n]["indicators"]) for c in HAVEN)] for n in range(3)]
    save("gekanteld.xlsx", _xlsx({"Overzicht": rows}), without(HAVEN, "definition"))


def csv_long():
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["Competentie", "Niveau", "Indicator"])
    expected = without(HAVEN, "definition")
    expected[0]["levels"][0]["indicators"].append("Drinkt één kop koffie tijdens de wacht.")
    for c in expected:
        for level in c["levels"]:
            writer.writerows([c["name"], f"Niveau {level['rank']}", text] for text in level["indicators"])
    save("lang.csv", stream.getvalue().encode("cp1252"), expected)


def csv_signs():
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["Competentie", "++", "+", "-", "--"])
    for c in without(BAKKERIJ, "headline"):
        writer.writerow([c["name"], *("\n".join(x["indicators"]) for x in reversed(c["levels"]))])
    save("tekens.csv", stream.getvalue(), without(BAKKERIJ, "headline"))


def json_framework():
    data = json.loads(json.dumps(HAVEN))
    for c in data:
        for level in c["levels"]:
            level["indicators"] = [
                {"id": f"{c['name']}/{level['rank']}/{n}", "text": t} for n, t in enumerate(level["indicators"])
            ]
    save("raamwerk.json", json.dumps({"id": "haven", "competencies": data}, ensure_ascii=False), HAVEN)


def text_trailing_levels():
    lines = ["####Kader", "", "####Vaardigheden", "", "Dit deel gaat over de vaardigheden.", ""]
    for c in HAVEN:
        lines += [f"####{c['name']}", "", f"*{c['definition']}*  Niveau 1 ", ""]
        for level in c["levels"]:
            for text in level["indicators"][:-1]:
                lines += [f"* {text}  ", ""]
            after = f"   Niveau {level['rank'] + 1}: " if level["rank"] < 3 else ""
            lines += [f"* {level['indicators'][-1]}{after}", ""]
    save("niveau_achteraan.txt", "\n".join(lines), HAVEN)


def text_sentences_without_bullets():
    lines = ["Bakkersgids", "", ""]
    for c in without(BAKKERIJ, "headline"):
        lines += [c["name"], ""]
        for level in c["levels"]:
            lines += [
                f"Basisniveau ({level['rank']})"
                if level["rank"] == 1
                else f"{['Vak', 'Meester', 'Top'][level['rank'] - 2]}niveau ({level['rank']})"
            ]
            for text in level["indicators"]:
                lines += textwrap.wrap(text, 38)
            lines += [""]
    save("zonder_bolletjes.txt", "\n".join(lines), without(BAKKERIJ, "headline"))


def markdown_house_names():
    lines = ["# Gids van de haven", ""]
    for c in HAVEN:
        lines += [f"## {c['name']}", "", f"Definitie: {c['definition']}", ""]
        for level in c["levels"]:
            lines += [
                f"### {('Aan de kade', 'Aan het roer', 'Op de brug')[level['rank'] - 1]}",
                "",
                *(f"1. {t}" for t in level["indicators"]),
                "",
            ]
    save("eigen_namen.md", "\n".join(lines), HAVEN)


def text_labels_and_roman():
    lines = ["COMPETENTIES", ""]
    for number, c in enumerate(HAVEN, start=1):
        lines += [f"Competentie {number}: {c['name']}", f"Omschrijving: {c['definition']}"]
        for level in c["levels"]:
            lines += [
                f"Level {'I' * level['rank']}",
                "Gedragsindicatoren:",
                *(f"   o {t}" for t in level["indicators"]),
            ]
        lines += [""]
    save("etiketten.txt", "\n".join(lines), HAVEN)


def markdown_profiles():
    lines = ["# Haven", "", "Functies en vereiste niveaus:", ""]
    lines += ["| Functie | " + " | ".join(c["name"] for c in HAVEN) + " |", "|---|---|---|---|"]
    lines += ["| Matroos | * | ** | * |", "| Schipper | *** | ** | *** |", ""]
    for c in HAVEN:
        lines += [f"## {c['name']}", "", c["definition"], ""]
        for level in c["levels"]:
            lines += [f"- **Niveau {level['rank']}:**", *(f"  - {t}" for t in level["indicators"])]
        lines += [""]
    save("profielen.md", "\n".join(lines), HAVEN)


def text_traps():
    lines = """Handboek van de haven

Inhoud
Veilig varen ........ 2
Lading beheren ...... 3

Wat de niveaus betekenen

Niveau 1: de medewerker doet het als een ander erom vraagt.
Niveau 2: de medewerker doet het uit zichzelf.

Haven BV – versie 4
Pagina 2 van 4

Veilig varen

Het schip en de bemanning onder alle omstandigheden heel houden.

Niveau 1

- Draagt het reddingsvest zodra het dek nat is.
- Meldt losse trossen bij de schipper die op niveau 2 werkt
  en noteert dat.

Niveau 2

- Als niveau 1, plus: loopt voor vertrek de lijst na.

Haven BV – versie 4
Pagina 3 van 4

- Spreekt een matroos aan die zonder helm werkt en zorgt dat de be-
manning de regels kent.

Lading beheren

Niveau 1

- Telt de kisten en schrijft het aantal op.

Niveau 2

- Verdeelt het gewicht over de ruimen.

Haven BV – versie 4
Pagina 4 van 4

Veilig varen

Zorgen dat ook bezoekers niets overkomt.

Niveau 1

- Wijst bezoekers de vluchtweg.
""".splitlines()
    expected = [
        competency("Veilig varen", "Het schip en de bemanning onder alle omstandigheden heel houden.",
                   (None, "Draagt het reddingsvest zodra het dek nat is.",
                    "Meldt losse trossen bij de schipper die op niveau 2 werkt en noteert dat."),
                   (None, "Als niveau 1, plus: loopt voor vertrek de lijst na.",
                    "Spreekt een matroos aan die zonder helm werkt en zorgt dat de bemanning de regels kent.")),
        competency("Lading beheren", None, (None, "Telt de kisten en schrijft het aantal op."),
                   (None, "Verdeelt het gewicht over de ruimen.")),
        competency("Veilig varen (2)", "Zorgen dat ook bezoekers niets overkomt.", (None, "Wijst bezoekers de vluchtweg.")),
    ]  # fmt: skip
    save("valkuilen.txt", "\n".join(lines) + "\n", expected)


def markdown_orphans():
    lines = ["# Gids", "", "## Zonder trap", "", "Deze competentie is alleen omschreven.", ""]
    for c in HAVEN[:2]:
        lines += [f"## {c['name']}", "", c["definition"], ""]
        for level in c["levels"]:
            lines += [f"### Niveau {level['rank']}", "", *(f"- {t}" for t in level["indicators"]), ""]
    lines += [
        "## Niveauduiding",
        "",
        "### Niveau 1",
        "",
        "- Hoort bij geen competentie.",
        "",
        "### Niveau 4",
        "",
        "- Deze ook niet.",
        "",
    ]
    save("wezen.md", "\n".join(lines), HAVEN[:2])


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for make in [
        value
        for key, value in list(globals().items())
        if key.startswith(("markdown_", "text_", "html_", "word_", "pdf_", "excel_", "csv_", "json_"))
    ]:
        make()
