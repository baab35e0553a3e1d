"""What other tools get, against the rules of their formats; and what comes back from them."""

from __future__ import annotations

import json
import re
import zipfile

import pytest
from defusedxml import ElementTree

from kempen_nlp.__main__ import main
from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence, read_assignments, write_parquet
from kempen_nlp.corpus import read_feedback
from kempen_nlp.errors import CommentsError, ReviewError
from kempen_nlp.exchange import export_assignments
from kempen_nlp.review import import_review, read_review

TEXTS = [
    "Belt klanten 😀 terug,\r\nmaar haalt zijn planning zelden.",
    "Prima jaar & <fijn> mens.",
    "Kreeg twee teams aan tafel.\x0b",
]
HEX = "[0-9a-fA-F]"
GUID = re.compile(rf"({HEX}{{8}}(-{HEX}{{4}}){{3}}-{HEX}{{12}})|(\{{{HEX}{{8}}(-{HEX}{{4}}){{3}}-{HEX}{{12}}\}})")
RGB = re.compile(rf"#({HEX}{{6}}|{HEX}{{3}})")
P, C = "{urn:QDA-XML:project:1.0}", "{urn:QDA-XML:codebook:1.0}"
_ONCE, _ANY, _SOME = (0, 1), (0, None), (1, None)
_DATED = {"creatingUser": GUID, "creationDateTime": None, "modifyingUser": GUID, "modifiedDateTime": None}
_CODE = {"guid!": GUID, "name!": None, "isCodable!": re.compile("true|false|0|1"), "color": RGB}
_CODES = ({}, {"Code": _SOME})
_LEAF = ({"targetGUID!": GUID}, {})
PROJECT = {
    "Project": (
        {"name!": None, "origin": None, "creatingUserGUID": GUID, "creationDateTime": None, "modifyingUserGUID": GUID,
         "modifiedDateTime": None, "basePath": None},
        {"Users": _ONCE, "CodeBook": _ONCE, "Variables": _ONCE, "Cases": _ONCE, "Sources": _ONCE, "Notes": _ONCE, "Links": _ONCE,
         "Sets": _ONCE, "Graphs": _ONCE, "Description": _ONCE, "NoteRef": _ANY},
    ),
    "Users": ({}, {"User": _SOME}),
    "User": ({"guid!": GUID, "name": None, "id": None}, {}),
    "CodeBook": ({}, {"Codes": (1, 1)}),
    "Codes": _CODES,
    "Code": (_CODE, {"Description": _ONCE, "NoteRef": _ANY, "Code": _ANY}),
    "Sources": ({}, {"TextSource": _SOME}),
    "TextSource": (
        {"guid!": GUID, "name": None, "richTextPath": None, "plainTextPath": None, **_DATED},
        {"Description": _ONCE, "PlainTextContent": _ONCE, "PlainTextSelection": _ANY, "Coding": _ANY, "NoteRef": _ANY, "VariableValue": _ANY},
    ),
    "PlainTextSelection": (
        {"guid!": GUID, "name": None, "startPosition!": re.compile("[0-9]+"), "endPosition!": re.compile("[0-9]+"), **_DATED},
        {"Description": _ONCE, "Coding": _ANY, "NoteRef": _ANY},
    ),
    "Coding": ({"guid!": GUID, "creatingUser": GUID, "creationDateTime": None}, {"CodeRef": (1, 1), "NoteRef": _ANY}),
    "CodeRef": _LEAF, "NoteRef": _LEAF, "Description": ({}, {}), "PlainTextContent": ({}, {}),
}  # fmt: skip
"""
The part of Project.xsd 1.0 (18 March 2019) that a project with texts can use, read in the published schema:
element to its attributes (! is required) with their patterns, and its children in their order, how few and how many.
"""
CODEBOOK = {
    "CodeBook": ({"origin": None}, {"Codes": (1, 1), "Sets": _ONCE}),
    "Codes": _CODES,
    "Code": (_CODE, {"Description": _ONCE, "Code": _ANY}),
    "Description": ({}, {}),
}
"""The same of Codebook.xsd 1.0, where a code has no notes and the book has an origin."""


def _children_problems(name, found, rules):
    unknown = [tag for tag in found if tag not in rules]
    places = [list(rules).index(tag) for tag in found if tag in rules]
    counts = [(tag, found.count(tag), low, high) for tag, (low, high) in rules.items()]
    wrong = [tag for tag, n, low, high in counts if n < low or (high is not None and n > high)]
    return (
        [f"{name} has {unknown} below it"] * bool(unknown)
        + [f"children of {name} are out of order"] * (places != sorted(places))
        + [f"{name} has too few or too many of {wrong}"] * bool(wrong)
    )


def _attribute_problems(name, found, rules):
    known = {rule.removesuffix("!"): pattern for rule, pattern in rules.items()}
    lacking = {rule[:-1] for rule in rules if rule.endswith("!")} - set(found)
    wrong = [key for key, value in found.items() if known.get(key) and not known[key].fullmatch(value)]
    return (
        [f"{name} lacks {sorted(lacking)}"] * bool(lacking)
        + [f"{name} has {sorted(set(found) - set(known))}"] * bool(set(found) - set(known))
        + [f"{name} has {key}={found[key]!r}" for key in wrong]
    )


def schema_problems(root, namespace):
    """Return one sentence for each rule that an element breaks; what the schema says in words is held to as well."""
    rules, problems = PROJECT if namespace == P else CODEBOOK, []
    for element in root.iter():
        name = element.tag.removeprefix(namespace)
        if name not in rules:
            problems.append(f"{element.tag} is not in the schema")
            continue
        attributes, children = rules[name]
        problems += _children_problems(name, [child.tag.removeprefix(namespace) for child in element], children)
        problems += _attribute_problems(name, element.attrib, attributes)
        if name == "TextSource" and ("plainTextPath" in element.attrib) == (
            element.find(f"{namespace}PlainTextContent") is not None
        ):
            problems.append("TextSource has neither or both of content and path")
        if name == "PlainTextSelection" and not int(element.get("startPosition")) < int(element.get("endPosition")):
            problems.append("PlainTextSelection ends before it begins")
    guids = [e.get("guid") for e in root.iter() if e.get("guid")]
    codes = {e.get("guid") for e in root.iter(f"{namespace}Code")}
    references = {e.get("targetGUID") for e in root.iter(f"{namespace}CodeRef")}
    users = {e.get("guid") for e in root.iter(f"{namespace}User")} | {None}
    return (
        problems
        + [f"{len(guids) - len(set(guids))} guids are used twice"] * (len(guids) != len(set(guids)))
        + [f"{target} is no code" for target in references - codes]
        + ["the user who made the project is not among the users"] * (root.get("creatingUserGUID") not in users)
    )


@pytest.fixture
def path(tmp_path):
    def found(text, quote, competency, rank, polarity="strength"):
        start = text.index(quote)
        evidence = Evidence("x", "Levert & meldt.", rank, 0.5)
        return Assignment(competency, rank, polarity, start, start + len(quote), quote, 0.876, {1: 1.0}, evidence)

    one, two, three = TEXTS
    comments = [
        ClassifiedComment(
            "1", one,
            (
                found(one, one[:20], "Klantgerichtheid", 2),
                found(one, "haalt zijn planning zelden", "Resultaatgericht", 3, "development"),
            ),
            extra={"auteur": "Anna"},
        ),
        ClassifiedComment("2", two, (), (found(two, "fijn", "Samenwerken", 1),), extra={"auteur": "Bram"}),
        ClassifiedComment("3", three, extra={"auteur": "Anna"}),
        ClassifiedComment("4", "", problems=("The row has no text.",), extra={"auteur": "Anna"}),
    ]  # fmt: skip
    write_parquet(comments, tmp_path / "uit.parquet")
    return tmp_path / "uit.parquet"


def _project(path):
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return ElementTree.fromstring(files.pop("project.qde")), files


def test_a_project_follows_the_rules_of_the_schema(path, tmp_path):
    """Elements in order, attributes known, identifiers unique, references that lead somewhere."""
    assert export_assignments(path, tmp_path / "p.qdpx", format_name="qdpx", framework="kempen") == 2

    root, files = _project(tmp_path / "p.qdpx")

    assert schema_problems(root, P) == []
    assert {
        f"sources/{s.get('plainTextPath').removeprefix('internal://')}" for s in root.iter(f"{P}TextSource")
    } == set(files)
    assert len(files) == 3


def test_selections_lie_on_the_quote_counted_as_other_tools_count(path, tmp_path):
    """Code points, a line end as one; each has a level and a judgement."""
    export_assignments(path, tmp_path / "p.qdpx", format_name="qdpx", framework="kempen")

    root, files = _project(tmp_path / "p.qdpx")

    names = {e.get("guid"): e.get("name") for e in root.iter(f"{P}Code")}
    coded = []
    for source in root.iter(f"{P}TextSource"):
        text = files[f"sources/{source.get('guid')}.txt"].decode("utf-8")
        for s in source.iter(f"{P}PlainTextSelection"):
            quote = text[int(s.get("startPosition")) : int(s.get("endPosition"))]
            coded.append((quote, [names[r.get("targetGUID")] for r in s.iter(f"{P}CodeRef")]))
    assert coded == [
        (TEXTS[0][:20], ["Klantgerichtheid 2", "sterk punt"]),
        ("haalt zijn planning zelden", ["Resultaatgericht 3", "ontwikkelpunt"]),
    ]


def test_a_codebook_has_every_competency_and_level(path, tmp_path, kempen):
    """With the indicators as descriptions; the same bytes each time."""
    for name in ("a.qdc", "b.qdc"):
        export_assignments(path, tmp_path / name, format_name="qdc", framework="kempen")

    root = ElementTree.fromstring((tmp_path / "a.qdc").read_bytes())
    assert schema_problems(root, C) == []
    assert len(list(root.iter(f"{C}Code"))) == 3 + 12 + 3
    first = next(root.iter(f"{C}Code"))
    assert kempen.competencies[0].levels[0].text in [d.text for d in first.iter(f"{C}Description")]
    assert (tmp_path / "a.qdc").read_bytes() == (tmp_path / "b.qdc").read_bytes()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("<Project/>", "lacks ['name']"),
        ('<Project name="a" kleur="x"/>', "has ['kleur']"),
        ('<Project name="a" creatingUserGUID="{g}"/>', "not among the users"),
        ('<Project name="a"><Sources/></Project>', "too few or too many of ['TextSource']"),
        ('<Project name="a"><Description/><Description/></Project>', "too few or too many of ['Description']"),
        ('<Project name="a"><Description/><Users><User guid="{g}"/></Users></Project>', "out of order"),
        ('<Project name="a"><Users><User guid="1"/></Users></Project>', "has guid='1'"),
        ('<Project name="a"><CodeBook><Codes><Code guid="{g}" name="a" isCodable="ja"/></Codes></CodeBook></Project>', "isCodable='ja'"),
        ('<Project name="a"><CodeBook><Codes><Code guid="{g}" name="a" isCodable="1" color="red"/></Codes></CodeBook></Project>', "color='red'"),
        ('<Project name="a"><CodeBook origin="x"><Codes><Code guid="{g}" name="a" isCodable="1"/></Codes></CodeBook></Project>', "has ['origin']"),
        ('<Project name="a"><Kleur/></Project>', "is not in the schema"),
        ('<Project name="a"><Sources><TextSource guid="{g}"/></Sources></Project>', "neither or both"),
        ('<Project name="a"><Sources><TextSource guid="{g}" plainTextPath="x"><PlainTextSelection guid="{h}" startPosition="4" '
         'endPosition="4"/></TextSource></Sources></Project>', "ends before it begins"),
        ('<Project name="a"><Sources><TextSource guid="{g}" plainTextPath="x"><Coding guid="{g}"><CodeRef targetGUID="{h}"/></Coding>'
         "</TextSource></Sources></Project>", "used twice"),
        ('<Project name="a"><Sources><TextSource guid="{g}" plainTextPath="x"><Coding guid="{h}"><CodeRef targetGUID="{h}"/></Coding>'
         "</TextSource></Sources></Project>", "is no code"),
    ],
)  # fmt: skip
def test_the_rules_bite(wrong, said):
    """Each of them, by a project that breaks it."""
    guids = {"g": "00000000-0000-0000-0000-00000000000a", "h": "{00000000-0000-0000-0000-00000000000B}"}
    root = ElementTree.fromstring(wrong.format(**guids).replace("<Project", f'<Project xmlns="{P[1:-1]}"', 1))

    assert any(said in problem for problem in schema_problems(root, P))


def test_a_project_without_a_readable_comment_follows_the_rules_too(tmp_path):
    """An empty list of sources is not allowed, so there is none."""
    write_parquet([ClassifiedComment("1", "", problems=("The row has no text.",))], tmp_path / "uit.parquet")
    export_assignments(tmp_path / "uit.parquet", tmp_path / "p.qdpx", format_name="qdpx", framework="kempen")

    root, files = _project(tmp_path / "p.qdpx")

    assert schema_problems(root, P) == []
    assert files == {}


def _annotate(tasks, *results, **more):
    for task, result in zip(tasks, results, strict=True):
        if result is not None:
            task["annotations"] = [
                {
                    "result": result,
                    "completed_by": {"email": "els@x.example"},
                    "updated_at": "2026-11-24T10:00:00Z",
                    **more,
                }
            ]
    return tasks


def _region(text, quote, competency, rank, polarity="sterk punt", identifier="n1"):
    start = text.index(quote)
    units = len(text[:start].encode("utf-16-le")) // 2, len(text[: start + len(quote)].encode("utf-16-le")) // 2
    place = {"start": units[0], "end": units[1], "text": quote}
    values = [("competentie", "labels", competency), ("niveau", "choices", rank), ("oordeel", "choices", polarity)]
    return [
        {"id": identifier, "from_name": name, "to_name": "text", "type": kind, "value": {**place, kind: [value]}}
        for name, kind, value in values
    ]


def test_label_studio_tasks_hold_every_readable_comment_with_its_predictions(path, tmp_path):
    """Also those without evidence; the interface beside it names the same fields."""
    export_assignments(path, tmp_path / "t.json", format_name="label-studio", framework="kempen")

    tasks = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    interface = ElementTree.fromstring((tmp_path / "t.xml").read_text(encoding="utf-8"))
    assert [t["data"]["id"] for t in tasks] == ["1", "2", "3"]
    assert [len(t["predictions"][0]["result"]) for t in tasks] == [6, 0, 0]
    names = {e.get("name") for e in interface.iter() if e.get("toName") == "text"}
    assert {r["from_name"] for r in tasks[0]["predictions"][0]["result"]} == names
    value = tasks[0]["predictions"][0]["result"][0]["value"]
    assert tasks[0]["data"]["text"][value["start"] : value["end"]] == value["text"]


def test_annotations_come_back_as_decisions_and_labels(path, tmp_path):
    """One kept, one moved a rank, one added behind an emoji, one task with nothing, all by name and date."""
    export_assignments(path, tmp_path / "t.json", format_name="label-studio", framework="kempen")
    tasks = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    kept = tasks[0]["predictions"][0]["result"][:3]
    moved = _region(TEXTS[0], "haalt zijn planning zelden", "Resultaatgericht", "2", "ontwikkelpunt")
    added = _region(TEXTS[2], "Kreeg twee teams", "Samenwerken", "3")
    (tmp_path / "klaar.json").write_text(json.dumps(_annotate(tasks, [*kept, *moved], [], added)), encoding="utf-8")

    review = import_review(tmp_path / "klaar.json", tmp_path / "g.jsonl")

    assert [(d.comment_id, d.decision) for d in review.decisions] == [
        ("1", "accept"),
        ("1", "change"),
        ("2", "accept"),
        ("3", "change"),
    ]
    labels = {c.id: [(x.competency, x.rank, x.polarity) for x in c.labels] for c in read_feedback(tmp_path / "g.jsonl")}
    assert labels["1"] == [("Klantgerichtheid", 2, "strength"), ("Resultaatgericht", 2, "development")]
    assert labels["2"] == []
    assert labels["3"] == [("Samenwerken", 3, "strength")]
    assert {(d.reviewer, d.date) for d in review.decisions} == {("els@x.example", "2026-11-24")}
    assert {c["writer"] for c in review.feedback} == {"Anna", "Bram"}


def test_annotations_that_cannot_be_used_are_set_aside(path, tmp_path):
    """A rank that does not exist, and a region without a judgement; tasks that nobody did are no decisions."""
    export_assignments(path, tmp_path / "t.json", format_name="label-studio", framework="kempen")
    tasks = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    wrong = _region(TEXTS[1], "fijn", "Samenwerken", "9")
    (tmp_path / "k.json").write_text(json.dumps(_annotate(tasks, None, wrong, wrong[:2])), encoding="utf-8")

    review = read_review(tmp_path / "k.json")

    assert [(s.comment_id, s.column) for s in review.set_aside] == [("2", "niveau"), ("3", "citaat")]
    assert review.decisions == ()
    assert review.feedback == ()


def test_an_export_without_predictions_is_set_aside_and_relations_are_passed_over(path, tmp_path):
    """Without what the model said nobody knows what was changed; a relation says nothing of a level."""
    export_assignments(path, tmp_path / "t.json", format_name="label-studio", framework="kempen")
    tasks = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    kept = [
        *tasks[0]["predictions"][0]["result"],
        {"type": "relation", "from_id": "k1", "to_id": "k2", "direction": "right"},
    ]
    tasks = _annotate(tasks, kept, [], [])
    tasks[1]["predictions"], tasks[2]["predictions"] = [], [17]
    (tmp_path / "k.json").write_text(json.dumps(tasks), encoding="utf-8")

    review = read_review(tmp_path / "k.json")

    assert [(d.comment_id, d.decision) for d in review.decisions] == [("1", "accept"), ("1", "accept")]
    assert [(s.comment_id, s.column) for s in review.set_aside] == [("2", "predictions"), ("3", "predictions")]


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (("t.qdpx", "csv", "kempen"), CommentsError, "Format 'csv' is not known"),
        (("t.json", "qdpx", "kempen"), CommentsError, r"Expected \.qdpx for qdpx"),
        (("t.qdpx", "qdpx", "welzijn"), CommentsError, "which welzijn does not have"),
    ],
    ids=["format", "ending", "framework"],
)
def test_what_cannot_be_exported_is_answered(path, tmp_path, args, error, message):
    """Before anything is written."""
    name, format_name, framework = args
    if framework == "welzijn":
        frame = read_assignments(path)
        frame.loc[0, "competency"] = "Samenwerken"
        frame.to_parquet(path)

    with pytest.raises(error, match=message):
        export_assignments(path, tmp_path / name, format_name=format_name, framework=framework)
    assert [p.name for p in tmp_path.iterdir()] == ["uit.parquet"]


def test_what_is_no_export_of_label_studio_is_answered(tmp_path):
    """Not a traceback."""
    (tmp_path / "x.json").write_text('{"a": 1}', encoding="utf-8")

    with pytest.raises(ReviewError, match="cannot be read as an export of Label Studio"):
        read_review(tmp_path / "x.json")


def test_the_command_writes_and_says_so(path, tmp_path, capsys):
    """Talk on stderr, exit 0."""
    args = ["export", str(path), "--format", "qdpx", "--framework", "kempen", "-o", str(tmp_path / "p.qdpx")]

    assert main(args) == 0
    assert "with 2 quotes" in capsys.readouterr().err
