"""What the README shows runs, and what it links to is there."""

from __future__ import annotations

import contextlib
import io
import json
import re

import pytest

from kempen_nlp.__main__ import main
from kempen_nlp.cards import model_card, results_table
from kempen_nlp.persistence import model_folder, verify_model


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short(readme):
    """At most 120 lines."""
    assert len(readme.splitlines()) <= 120


def test_every_python_block_of_the_readme_runs(readme):
    """And the first prints assignments."""
    blocks = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    outputs = []
    for block in blocks:
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - the project's own README
        outputs.append(stream.getvalue())

    assert blocks
    assert "Klantgerichtheid" in outputs[0] or "Plannen" in outputs[0]


def test_every_command_of_the_readme_exists(readme, capsys):
    """Help is printed for each."""
    for command in set(re.findall(r"^kempen (\w+)", readme, flags=re.MULTILINE)):
        assert main([command, "--help"]) == 0
    capsys.readouterr()


def test_every_target_of_make_that_documents_name_exists(root, readme):
    """A renamed target must be renamed in the texts."""
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    texts = readme + (root / "CONTRIBUTING.md").read_text(encoding="utf-8")

    assert set(re.findall(r"(?:^|`)make ([a-z]+)", texts, flags=re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "corpus/README.md", "models/README.md"])
def test_every_local_link_leads_somewhere(root, name):
    """Relative to the document."""
    path = root / name
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_figures_of_the_readme_are_those_of_the_shipped_model(readme):
    """Typed by nobody."""
    figures = json.loads((model_folder() / "metrics.json").read_text(encoding="utf-8"))

    assert results_table(figures) in readme


def test_the_card_is_what_the_metrics_of_the_run_say():
    """Nothing on it was typed by hand."""
    folder = model_folder()
    figures = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))

    assert (folder / "MODEL_CARD.md").read_text(encoding="utf-8") == model_card(figures, name="base")
    assert verify_model(folder)["encoder"] == "fine-tuned"
