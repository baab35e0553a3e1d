"""Models on a user's own labelled comments: measured honestly, and a card that says what they are."""

from __future__ import annotations

import json

import pytest

from kempen_nlp import materials, persistence, recipes
from kempen_nlp.errors import ModelError
from kempen_nlp.recipes import TrainingPlan, evaluate_model, train_model
from kempen_nlp.workshop import Workshop

SAYINGS = [
    ("Last een naad zonder poriën in de werkplaats.", "Vakmanschap", 2, "strength"),
    ("Vijlt het werkstuk nooit op maat.", "Vakmanschap", 1, "development"),
    ("Ontwerpt mallen voor de hele werkplaats.", "Vakmanschap", 4, "strength"),
    ("Contract verlengd tot 1 juli.", None, None, None),
    ("Kiest zelf het juiste materiaal.", "Vakmanschap", 3, "strength"),
    ("Bepaalt de vaknormen niet mee.", "Vakmanschap", 5, "development"),
]


@pytest.fixture(autouse=True)
def toy_workshop(monkeypatch, words, toy_matching):
    """Let every model be made with the toy encoder: what is tested is how models are measured."""
    monkeypatch.setattr(recipes, "open_workshop", lambda *_, **__: Workshop(words, toy_matching, None))


@pytest.fixture
def labelled(tmp_path, gilde):
    """Return a function that writes comments of so many writers, and their framework, to files."""
    framework = tmp_path / "gilde.json"
    framework.write_text(gilde.to_json(), encoding="utf-8")

    def write(n_writers, n_each=18):
        rows = []
        for writer in range(n_writers):
            for n in range(n_each):
                text, competency, rank, polarity = SAYINGS[n % len(SAYINGS)]
                quote = f"{text[:-1]} ({writer}-{n})."
                label = {"quote": quote, "competency": competency, "rank": rank, "alt_rank": None, "polarity": polarity}
                rows.append(
                    {"id": f"{writer}-{n}", "text": quote, "labels": [label] if competency else [], "register": "form",
                     "sector": "metaal", "writer": f"Jannie {writer}", "split": "train", "tags": []}
                )  # fmt: skip
        path = tmp_path / "gelabeld.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        return {"feedback": path, "framework": str(framework), "with_shipped": False, "encoder": "general"}

    return write


def _card(folder):
    return (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_model_of_few_writers_is_measured_on_each_of_them_in_turn(labelled, tmp_path):
    """Every comment counts once, by a model that never saw its writer; thresholds chosen inside."""
    folder = train_model(tmp_path / "ours", TrainingPlan(**labelled(3)))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))

    assert metrics["training"]["measured"] == {"how": "folds", "n_folds": 3, "n_comments": 54, "n_writers": 3}
    assert metrics["n_comments"] == 54
    assert "each read once by a model that never saw its writer" in _card(folder)


def test_a_model_of_one_writer_is_refused_unless_blocks_are_asked_for(labelled, tmp_path):
    """And then the card says what the figures are worth."""
    given = labelled(1, n_each=60)

    with pytest.raises(ModelError, match="1 writer"):
        train_model(tmp_path / "ours", TrainingPlan(**given))
    folder = train_model(tmp_path / "ours", TrainingPlan(**given, blocks=True))

    assert "say nothing of comments by another writer" in _card(folder)


def test_the_card_of_an_own_model_says_what_it_is_and_betrays_nobody(labelled, tmp_path):
    """Its file, framework and levels; no writer's name, no quote, no synthetic comments it never saw."""
    folder = train_model(tmp_path / "ours", TrainingPlan(**labelled(3)))
    card, metrics = _card(folder), (folder / "metrics.json").read_text(encoding="utf-8")

    assert "gelabeld.jsonl" in card
    assert "Vakmanschap (1–5)" in card
    assert "1 trained competencies (Vakmanschap)" in card
    assert "Fairness across groups of employees: [More Information Needed]" in card
    assert "synthetic comments" not in card
    assert "| writer | 1 |" in card
    for text in (card, metrics):
        assert "Jannie" not in text
        assert "Last een naad" not in text
        assert str(tmp_path) not in text


def test_figures_of_own_comments_beside_shipped_ones_come_from_the_own_ones(labelled, tmp_path, monkeypatch):
    """What the shipped comments say of the other framework is unknown, not no; they are measured apart."""
    shipped = {part: materials.corpus.load_feedback(part)[:120] for part in ("train", "validation", "test")}
    monkeypatch.setattr(materials.corpus, "load_feedback", shipped.__getitem__)

    folder = train_model(tmp_path / "ours", TrainingPlan(**{**labelled(2), "with_shipped": True}))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))

    assert [row["class"] for row in metrics["competency"]] == ["Vakmanschap", "none", "macro", "micro"]
    assert metrics["n_comments"] == 36
    assert metrics["shipped_test"]["n_comments"] == 120
    assert "Vakmanschap" not in [row["class"] for row in metrics["shipped_test"]["competency"]]
    assert [s["is_synthetic"] for s in metrics["training"]["sources"]] == [False, True]
    assert "beside synthetic ones" in _card(folder)


def test_a_learning_curve_stands_on_the_card_with_a_verdict(labelled, tmp_path):
    """One row a competency; a few dozen test labels allow one, fewer do not."""
    folder = train_model(tmp_path / "ours", TrainingPlan(**labelled(3), learning_curve=True))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))

    outlook = {row["what"]: row for row in metrics["learning_curve"]["outlook"]}
    assert set(outlook) == {"macro-F1", "rank kappa", "Vakmanschap"}
    assert all(
        row["verdict"] in ("worth it", "helps a little", "hardly helps", "cannot be told") for row in outlook.values()
    )
    assert "## Are more labels worth making?" in _card(folder)


def test_any_model_can_be_measured_on_any_labelled_file(labelled, tmp_path, monkeypatch, words):
    """Its own training file too, with a warning; a page and figures are written."""
    given = labelled(3)
    folder = train_model(tmp_path / "ours", TrainingPlan(**given))
    monkeypatch.setattr(persistence, "load_encoder", lambda *_, **__: words)
    plan = recipes.EvaluationPlan(given["feedback"], given["framework"])
    said = []

    results = evaluate_model(folder, tmp_path / "meting", plan, report=said.append)

    assert results["kempen_nlp"]["n_comments"] == 54
    assert any("the model was fitted on" in line for line in said)
    assert "measured on 54 comments" in (tmp_path / "meting" / "EVALUATION.md").read_text(encoding="utf-8")
    assert (tmp_path / "meting" / "coverage.png").exists()


def test_a_framework_without_labels_needs_no_training(gilde, tmp_path):
    """The error names the command that serves it."""
    path = tmp_path / "gilde.json"
    path.write_text(gilde.to_json(), encoding="utf-8")

    with pytest.raises(ModelError, match="kempen classify --framework"):
        train_model(tmp_path / "ours", TrainingPlan(framework=str(path)))


def test_shipped_comments_are_refused_as_own_ones(corpus_dir, tmp_path):
    """The test part is for measuring; the encoder has seen the training part."""
    for part in ("test", "train"):
        with pytest.raises(ModelError, match=f"shipped {part} part"):
            train_model(tmp_path / "ours", TrainingPlan(feedback=corpus_dir / "feedback" / f"{part}.jsonl"))


def test_what_would_measure_an_encoder_on_what_it_saw_is_refused(labelled, tmp_path):
    """Blocks share their writers with the encoder's own training."""
    given = {**labelled(1), "encoder": "fine-tune"}

    with pytest.raises(ModelError, match=r"Leave out --blocks or --encoder fine-tune"):
        train_model(tmp_path / "ours", TrainingPlan(**given, blocks=True))
    with pytest.raises(ModelError, match=r"Leave out --ablations"):
        train_model(tmp_path / "ours", TrainingPlan(**given, ablations=True))
