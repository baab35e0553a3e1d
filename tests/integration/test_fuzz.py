"""Noise at every reader and at the classifier: an answer or a clear refusal, in little time and memory; `make soak` asks for 100,000."""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from kempen_nlp.assignments import ClassifiedComment, read_assignments
from kempen_nlp.classifier import Classifier
from kempen_nlp.comments import Comment, read_comments
from kempen_nlp.corpus import load_framework, read_feedback, shipped_path
from kempen_nlp.errors import KempenError
from kempen_nlp.exchange import export_assignments
from kempen_nlp.framework import Framework
from kempen_nlp.outputs import write_output
from kempen_nlp.review import read_review
from kempen_nlp.verification import read_record

sys.path.insert(0, str(Path(__file__).parent))
import stand_in
from quick_encoder import QuickEncoder

INPUTS = int(os.environ.get("KEMPEN_FUZZ", "150"))
"""`make soak` asks for more."""
AT_ONCE = 20
"""Texts in one call of the classifier."""
PROGRAMMING = (AttributeError, IndexError, KeyError, NameError, TypeError, ZeroDivisionError)
PACKAGE = str(Path(stand_in.__file__).parents[2] / "kempen_nlp")
READERS = {
    "comments.csv": read_comments,
    "comments.jsonl": read_comments,
    "comments.xlsx": read_comments,
    "comments.parquet": read_comments,
    "assignments.csv": read_assignments,
    "assignments.jsonl": read_assignments,
    "assignments.xlsx": read_assignments,
    "assignments.parquet": read_assignments,
    "reviewed.xlsx": lambda path: read_review(path, framework="kempen"),
    "reviewed.json": lambda path: read_review(path, framework="kempen"),
    "framework.json": Framework.read,
    "feedback.jsonl": read_feedback,
    "record.run.json": lambda path: read_record(path.with_name(path.name.removesuffix(".run.json"))),
}
_QUICK = settings(max_examples=INPUTS, deadline=5000, suppress_health_check=list(HealthCheck))
_causes: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _say_what_was_refused(pytestconfig):
    """In a long run, say which exceptions stood behind refusals, and where they came from."""
    yield
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        sys.stderr.write("\n" + "".join(f"{n:8} {what}\n" for what, n in sorted(_causes.items()) if INPUTS > 1000))


@dataclass(frozen=True)
class Seeds:
    """Whole files, and a folder for damaged ones; hypothesis need not print them."""

    content: dict[str, bytes] = field(repr=False)
    folder: Path


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """Return a whole file for each reader, as this project or a user would write it."""
    folder = tmp_path_factory.mktemp("zaden")
    framework = load_framework("kempen")
    texts = ["Belt de klant altijd terug.", "=1+1", "Helpt een collega; het team wacht.", "Één café.", ""]
    comments = [Comment(str(n), text, n, {"team": "A"}) for n, text in enumerate(texts, start=1)]
    results: list[ClassifiedComment] = list(stand_in.StandIn(framework).classify_comments(comments))
    for ending in ("csv", "jsonl", "xlsx", "parquet"):
        write_output(results, folder / f"assignments.{ending}", extra=["team"], n_rows=9)
        (folder / f"comments.{ending}").write_bytes((folder / f"assignments.{ending}").read_bytes())
    filled = Path(__file__).parents[1] / "data" / "nagekeken-libreoffice.xlsx"
    (folder / "reviewed.xlsx").write_bytes(filled.read_bytes())
    export_assignments(
        folder / "assignments.jsonl", folder / "reviewed.json", format_name="label-studio", framework="kempen"
    )
    tasks = json.loads((folder / "reviewed.json").read_text(encoding="utf-8"))
    for task in tasks:
        done = {"result": [part for p in task["predictions"] for part in p["result"]], "completed_by": {"email": "els"}}
        task["annotations"] = [{**done, "updated_at": "2026-11-24T10:00:00Z"}]
    (folder / "reviewed.json").write_text(json.dumps(tasks), encoding="utf-8")
    (folder / "framework.json").write_text(framework.to_json(), encoding="utf-8")
    feedback = shipped_path("corpus", "feedback", "validation.jsonl").read_text(encoding="utf-8").split("\n")
    (folder / "feedback.jsonl").write_text("\n".join(feedback[:5]), encoding="utf-8")
    (folder / "record.run.json").write_text(json.dumps({"output": {"sha256": "0"}, "format": 1}), encoding="utf-8")
    (folder / "record").write_bytes(b"x")
    return Seeds({name: (folder / name).read_bytes() for name in READERS}, folder)


@st.composite
def damaged(draw, content):
    """Return bytes with a few places changed; of a packed file, most often inside one of its parts."""
    if content[:2] == b"PK" and draw(st.integers(0, 4)):
        return _with_part(content, draw)
    if content[:1] in b"[{" and draw(st.integers(0, 3)):
        return b"\n".join(_with_value(line, draw) for line in content.split(_END_OF_JSON))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        filling = draw(st.one_of(st.binary(max_size=4), st.sampled_from(_TOKENS)))
        content = content[:at] + filling + content[at + draw(st.integers(0, 30)) :]
    return content


_END_OF_JSON = b"\n{"
_ODD = ["null", "true", "-1", "0", "3", "1e300", "NaN", "9" * 30, '""', '" "', '"\\ud800"', '"x"', "[]", "[null]", "{}", '{"x": 1}', '"strength"', '"1"']  # fmt: skip


def _with_value(content, draw):
    """Return JSON of which some values are of another kind, or gone."""
    data = json.loads(content if content[:1] in b"[{" else b"{" + content)
    for _ in range(draw(st.integers(0, 2))):
        holder, place = data, None
        while isinstance(holder, dict | list) and holder:
            parent, place = (
                holder,
                draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder)))),
            )
            holder = holder[place]
            if not draw(st.integers(0, 3)):
                break
        if place is not None and draw(st.integers(0, 3)):
            parent[place] = json.loads(draw(st.sampled_from(_ODD)))
        elif place is not None:
            del parent[place]
    return json.dumps(data).encode()


_TOKENS = [b"null", b"{}", b"[]", b'""', b"-1", b"1e999", b"NaN", b"true", b'"', b";", b"\r", b"<c/>", b"<v>", b"A1", b"&#0;", b"\\ud800", b"0"]  # fmt: skip


def _with_part(content, draw):
    parts, stream = _parts(content), io.BytesIO()
    name = draw(st.sampled_from([p for p in sorted(parts) if p.endswith((".xml", ".rels"))]))
    changed = _with_element(parts[name], draw) if draw(st.integers(0, 2)) else parts[name]
    for _ in range(draw(st.integers(1, 4)) if changed == parts[name] else 0):
        at = draw(st.integers(0, len(changed)))
        changed = changed[:at] + draw(st.sampled_from(_TOKENS)) + changed[at + draw(st.integers(0, 30)) :]
    with zipfile.ZipFile(stream, "w") as out:
        for part, own in parts.items():
            out.writestr(part, changed if part == name else own)
    return stream.getvalue()


def _with_element(content, draw):
    """Return XML that is still XML, of which some elements are gone, doubled, emptied or otherwise attributed."""
    tree = etree.fromstring(content)
    for _ in range(draw(st.integers(1, 3))):
        elements = list(tree.iter(etree.Element))
        one, other = (elements[draw(st.integers(0, len(elements) - 1))] for _ in range(2))
        kind = draw(st.sampled_from(["drop", "double", "text", "attribute", "attribute", "tag"]))
        if kind == "drop" and one.getparent() is not None:
            one.getparent().remove(one)
        elif kind == "double":
            other.append(etree.fromstring(etree.tostring(one)))
        elif kind == "text":
            one.text = draw(st.sampled_from(_VALUES))
        elif kind == "attribute" and one.attrib:
            name = draw(st.sampled_from(sorted(one.attrib)))
            one.attrib[name] = draw(st.sampled_from(_VALUES))
        elif kind == "tag":
            one.tag = other.tag
    return etree.tostring(tree)


_VALUES = ["", "-1", "0", "1.5", "999999", "99999999999", "x", "true", "A0", "ZZZ99", "A1:B0", "1e9", "=A1", "é"]


@cache
def _parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as given_:
        return {name: given_.read(name) for name in given_.namelist()}


def _is_honest(name, error):
    """Say whether a refusal is clear, and no slip of this project made to look like one."""
    cause = error.__cause__
    if cause is None:
        _causes[f"{name}: refused by its own check"] += 1
        return len(str(error)) < 2000
    last = traceback.extract_tb(cause.__traceback__)[-1]
    is_ours = last.filename.startswith(PACKAGE)
    place = f"{Path(last.filename).name}:{last.name}" if is_ours else "a library"
    _causes[f"{name}: {type(cause).__name__} in {place}"] += 1
    # Where JSON is read by shape, a missing key is how a wrong shape is found; openpyxl's readers have no such use.
    slipped = is_ours and name.endswith(".xlsx") and isinstance(cause, PROGRAMMING)
    return len(str(error)) < 2000 and not slipped


@_QUICK
@given(data=st.data())
def test_any_file_is_read_or_refused_by_every_reader(seeds, data):
    """Noise, and whole files with damage; never another exception, never long."""
    name = data.draw(st.sampled_from(sorted(READERS)))
    noise = st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode))
    content = data.draw(
        st.one_of(damaged(seeds.content[name]), damaged(seeds.content[name]), damaged(seeds.content[name]), noise)
    )
    path = seeds.folder / name
    path.write_bytes(content)

    try:
        found = READERS[name](path)
    except KempenError as error:
        assert _is_honest(name, error), traceback.format_exception(error)  # noqa: PT017 - either outcome is right
    else:
        _causes[f"{name}: read"] += 1
        if READERS[name] is read_comments:
            usable = [c.id for c in found if not c.problems]
            assert len(set(usable)) == len(usable)
            assert all(isinstance(c.text, str) for c in found)


_WORDS = ["Belt klanten terug", "plant niets", "maar", "niet", "altijd", "Samenwerken", ". ", ", ", "\n", "; ", " - ", "o.a. ", "1.", "(", "\u201d", "<b>", "=1+1",
          "\x00", "\u202e", "\u2066", "\u200b", "\ufeff", "\u0301", "😀", "👩‍🚒", "\ud83d", "\ue000", "שלום", "مرحبا", "ﷺ", "İ", "ß", "ǆ", "\U0010ffff", "\t", "\x1b[31m"]  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=())
"""All of them, halves of surrogate pairs and control characters too."""
TEXTS = st.one_of(
    st.lists(st.sampled_from(_WORDS), max_size=14).map(" ".join),
    st.lists(st.one_of(st.sampled_from(_WORDS), st.text(_CHARACTERS, max_size=6)), max_size=14).map("".join),
    st.text(_CHARACTERS, max_size=80),
    st.builds(lambda word, n: word * n, st.one_of(st.sampled_from(_WORDS), st.text(_CHARACTERS, max_size=3)), st.integers(1, 400)),
)  # fmt: skip


def _check_answer(framework, text, result):
    assert result.text == text
    assert result.problems == () or result.assignments == result.abstained == ()
    for found in (*result.assignments, *result.abstained):
        assert found.quote == text[found.start : found.end]
        assert 0 <= found.start < found.end <= len(text)
        assert 0 <= found.probability <= 1
        assert found.rank in framework[found.competency].ranks
        assert sum(found.rank_probabilities.values()) == pytest.approx(1)
        assert all(0 <= p <= 1 + 1e-9 for p in found.rank_probabilities.values())


@pytest.fixture(scope="module")
def quick(classifier):
    """Return the shipped classifier with an encoder that takes no time; all around it is the real thing."""
    return Classifier(classifier.framework, classifier.heads, QuickEncoder())


@settings(_QUICK, max_examples=max(INPUTS // AT_ONCE, 20))
@given(texts=st.lists(TEXTS, min_size=AT_ONCE, max_size=AT_ONCE))
def test_any_texts_get_answers_with_exact_quotes(quick, texts):
    """Twenty in a call; cutting, cues, estimators, merging and evidence are those of every day."""
    results = list(quick.classify_comments(texts))

    assert len(results) == len(texts)
    for text, result in zip(texts, results, strict=True):
        _check_answer(quick.framework, text, result)
        json.dumps(result.to_dict())


@settings(_QUICK, max_examples=max(INPUTS // 50, 20), deadline=60_000)
@given(text=TEXTS)
def test_any_text_gets_an_answer_of_the_shipped_encoder(classifier, text):
    """The tokenizer and the network themselves; one text in fifty, as each takes milliseconds."""
    (result,) = classifier.classify_comments([text])

    _check_answer(classifier.framework, text, result)
