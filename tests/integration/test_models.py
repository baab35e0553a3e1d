"""Model folders: written whole, verified before loading, fitted on one's own comments."""

from __future__ import annotations

import gc
import json
import shutil
import zipfile

import pytest

from kempen_nlp import load_classifier
from kempen_nlp.corpus import load_feedback
from kempen_nlp.errors import ModelError
from kempen_nlp.persistence import _TRUSTED, load_heads, model_folder, verify_model
from kempen_nlp.recipes import TrainingPlan, train_model
from kempen_nlp.skops_file import read_estimators


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(model_folder(), tmp_path / "model")


@pytest.mark.parametrize("name", ["model.skops", "encoder.onnx", "tokenizer.json", "MODEL_CARD.md", "metrics.json"])
def test_a_changed_byte_anywhere_refuses_the_model(copied, name):
    """Nothing of it is loaded."""
    path = copied / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(ModelError, match=rf"{name} is missing or was changed"):
        load_heads(copied)


@pytest.mark.parametrize("name", ["model.skops", "encoder.onnx", "manifest.json"])
def test_a_missing_file_refuses_the_model(copied, name):
    """With its name, or as no model at all."""
    (copied / name).unlink()

    with pytest.raises(ModelError, match=r"is missing or was changed|no usable manifest"):
        load_heads(copied)


def test_a_manifest_without_the_estimators_is_refused(copied):
    """Else a changed file could simply be left out of it."""
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    del manifest["sha256"]["model.skops"]
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    with pytest.raises(ModelError, match=r"model\.skops is missing or was changed"):
        load_heads(copied)


@pytest.mark.parametrize("is_on", [True, False])
def test_loading_leaves_the_garbage_collector_as_it_was(is_on):
    """It rests while libraries are imported, and no longer; a wish that cannot be met changes nothing of that."""
    try:
        gc.enable() if is_on else gc.disable()
        load_classifier("kempen")
        with pytest.raises(ModelError, match="No threshold"):
            load_classifier("kempen", min_precision=0.123)

        assert gc.isenabled() == is_on
    finally:
        gc.enable()


def test_a_type_that_no_model_has_is_refused(copied):
    """Even with a manifest that agrees."""
    import skops.io

    from kempen_nlp.corpus import sha256_of
    from kempen_nlp.evaluation import Estimate

    skops.io.dump({"competency": Estimate(1.0, 1.0, 1.0, 1)}, copied / "model.skops")
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    manifest["sha256"]["model.skops"] = sha256_of(copied / "model.skops")
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    with pytest.raises(ModelError, match="types that no model of this project has"):
        load_heads(copied)


def test_the_shipped_model_is_small_enough_and_holds_no_pickle():
    """At most 60 MB."""
    folder = model_folder()

    assert sum(p.stat().st_size for p in folder.iterdir()) < 60_000_000
    assert not [p.name for p in folder.iterdir() if p.suffix in (".pkl", ".joblib", ".pt", ".bin")]
    assert verify_model(folder)["trained_on"][-1] == "Samenwerken"


def test_training_on_own_comments_gives_a_model_that_classifies(tmp_path, monkeypatch):
    """Without the shipped comments, with the shipped encoder, no torch; card and metrics beside it."""
    import sys

    rows = []
    for comment in load_feedback("validation"):
        labels = [
            {
                "quote": x.quote,
                "competency": x.competency,
                "rank": x.rank,
                "alt_rank": x.alt_rank,
                "polarity": x.polarity,
            }
            for x in comment.labels
        ]
        rows.append(
            {"id": comment.id, "text": comment.text, "labels": labels, "register": comment.register, "sector": comment.sector,
             "writer": comment.writer, "split": "train", "tags": list(comment.tags)}
        )  # fmt: skip
    feedback = tmp_path / "eigen.jsonl"
    feedback.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")

    # Where the extra `train` is installed, spaCy's own backend loads torch; training must not ask for it.
    monkeypatch.setitem(sys.modules, "torch", None)

    folder = train_model(tmp_path / "ours", TrainingPlan(feedback=feedback, with_shipped=False))

    assert {p.name for p in folder.iterdir()} == {
        "model.skops", "encoder.onnx", "tokenizer.json", "metrics.json", "MODEL_CARD.md", "manifest.json",
    }  # fmt: skip
    assert load_classifier("welzijn", model=folder).classify("Belt klanten altijd dezelfde dag terug.")


def test_estimators_are_read_as_skops_reads_them(classifier):
    """The same classes, and every number to the bit."""
    import numpy as np
    import skops.io

    from kempen_nlp.persistence import _ESTIMATORS

    def plain(value):
        if isinstance(value, np.ndarray | np.generic):
            return value.dtype.str, value.shape, value.tobytes()
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        known = vars(value) if hasattr(value, "__dict__") else {}
        return type(value), {k: plain(v) for k, v in known.items()} or repr(value)

    theirs = skops.io.load(model_folder() / "model.skops", trusted=_TRUSTED)

    assert {name: plain(getattr(classifier.heads, name)) for name in _ESTIMATORS} == {
        name: plain(estimator) for name, estimator in theirs.items()
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x05\x06" + bytes(18), b"not a zip"],
    ids=["nothing", "an empty zip", "a text"],
)
def test_what_is_no_file_of_estimators_is_refused_as_such(tmp_path, content):
    """A manifest that agrees with it changes nothing."""
    (tmp_path / "model.skops").write_bytes(content)

    with pytest.raises(ModelError, match="cannot be read as estimators"):
        read_estimators(tmp_path / "model.skops", [])


@pytest.mark.parametrize(
    "change",
    [
        {"__class__": "eval", "__module__": "builtins"},
        {"__loader__": "MethodNode"},
        {"__loader__": "NdArrayNode", "type": "json", "content": []},
        {"__module__": "kempen_nlp.cli"},
    ],
    ids=["another class", "another kind of node", "an array of objects", "another module"],
)
def test_a_node_that_is_not_listed_makes_nothing(tmp_path, change):
    """Wherever it stands in the file."""
    shutil.copy(model_folder() / "model.skops", tmp_path / "model.skops")
    with zipfile.ZipFile(model_folder() / "model.skops") as given:
        schema = json.loads(given.read("schema.json"))
        schema["content"]["level"]["content"]["content"]["boundaries_"]["content"][0] |= change
        with zipfile.ZipFile(tmp_path / "model.skops", "w") as out:
            for name in given.namelist():
                out.writestr(name, json.dumps(schema) if name == "schema.json" else given.read(name))

    with pytest.raises(ModelError, match="types that no model of this project has"):
        read_estimators(tmp_path / "model.skops", _TRUSTED)
