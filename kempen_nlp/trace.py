"""What a run was made of: a record beside each output, with the hashes that decide whether it can be relied on."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kempen_nlp import __version__
from kempen_nlp.assignments import whole_file
from kempen_nlp.corpus import sha256_of
from kempen_nlp.errors import CommentsError, shown
from kempen_nlp.persistence import model_folder
from kempen_nlp.workbook import Run, framework_hash

if TYPE_CHECKING:
    from kempen_nlp.classifier import Classifier
    from kempen_nlp.comments import CommentFile

FORMAT = 1
_LIBRARIES = (
    "numpy", "onnxruntime", "openpyxl", "pandas", "pyarrow", "scikit-learn", "skops", "spacy", "tokenizers",
)  # fmt: skip


def record_path(output: Path) -> Path:
    """
    Return where the record of an output stands.

    Examples
    --------
    >>> record_path(Path("uit.xlsx")).name
    'uit.xlsx.run.json'
    """
    return output.with_name(f"{output.name}.run.json")


def run_facts(
    file: CommentFile, classifier: Classifier, *, model: str | Path | None = None, sheet: str | None = None
) -> dict[str, Any]:
    """
    Return what decides the content of an output: input, framework, model, package and versions.

    Files are named without their folders: where they stood says nothing of the answers.
    """
    folder = model_folder(model)
    framework = classifier.framework
    return {
        "format": FORMAT,
        "input": {
            "file": file.path.absolute().name,
            "sha256": sha256_of(file.path),
            "comments": len(file),
            "text_column": file.text_column,
            "id_column": file.id_column,
            "sheet": sheet,
        },
        "framework": {
            "id": framework.id,
            "title": framework.title,
            "sha256": framework_hash(framework),
        },
        "model": {
            "folder": folder.resolve().name,
            "manifest_sha256": sha256_of(folder / "manifest.json"),
            "encoder": classifier.encoder.name,
            "trained": list(classifier.trained),
            "matched": list(classifier.matched),
            # Above 1 where nothing is ever assigned.
            "thresholds": dict(classifier.thresholds),
        },
        "package": {"name": "kempen_nlp", "version": __version__, "sha256": package_sha256()},
        "versions": versions(),
    }


def run_of(classifier: Classifier, comments: str | Path, model: str | Path | None = None) -> Run:
    """Return with what comments are read, hashes included, for the workbook's sheet on method."""
    folder = model_folder(model)
    framework = classifier.framework
    facts = {
        "programma": f"kempen_nlp {__version__}",
        "raamwerk": f"{framework.title} ({framework.id})",
        "model": folder.name,
        "model (sha256 van manifest.json)": sha256_of(folder / "manifest.json"),
        "grens van de kans": _limit(classifier, classifier.trained),
        "grens van de kans, niet in de training": _limit(classifier, classifier.matched),
        "niet in de training": ", ".join(classifier.matched) or "geen",
        "invoer": Path(comments).name,
        "invoer (sha256)": sha256_of(comments),
    }
    return Run(framework, facts)


def _limit(classifier: Classifier, names: Sequence[str]) -> str:
    """Return from which probability on competencies are assigned, as a Dutch reader writes it."""
    limits = {classifier.thresholds[name] for name in names}
    return ", ".join("nooit toegekend" if x > 1 else f"{x:.4f}".replace(".", ",") for x in sorted(limits)) or "–"


def versions() -> dict[str, str]:
    """Return the versions of Python, the machine's kind, and the libraries that answers depend on."""
    known = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    return known | {name: metadata.version(name) for name in _LIBRARIES}


def program() -> dict[str, str]:
    """Return what two machines must have in common for their answers to be one run's."""
    return {"kempen_nlp": f"{__version__} ({package_sha256()[:12]})"} | versions()


def package_sha256() -> str:
    """Return one SHA-256 over the names and contents of the package's own code and terms."""
    folder = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".txt") and "_shipped" not in p.parts):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def write_record(
    output: Path, facts: Mapping[str, Any], written: Mapping[str, Any], duration: Mapping[str, Any]
) -> None:
    """
    Write the record of an output that is in its place.

    Parameters
    ----------
    output : Path
    facts : mapping
        See ``run_facts``.
    written : mapping
        See ``outputs.Tally.to_dict``.
    duration : mapping
        Seconds, how many comments an earlier run had done, and whether any were sent to a cluster. It
        stands in the record only.
    """
    record = {
        **facts,
        "output": {"file": output.name, "sha256": sha256_of(output), "bytes": _n_bytes(output), **written},
        "duration": dict(duration),
    }
    with whole_file(record_path(output)) as partial:
        partial.write_text(
            json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="\n"
        )


def read_record(output: Path) -> dict[str, Any]:
    """
    Read the record beside an output.

    Raises
    ------
    CommentsError
        If there is none, or it is no JSON object.
    """
    if not output.exists():
        msg = f"{output} is not here. Name the output of `kempen classify`."
        raise CommentsError(msg)
    path = record_path(output)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        msg = (
            f"{path} is not here, so nothing is known of {output.name}. `kempen classify` writes it beside its output; "
            "keep the two together, or run the command again."
        )
        raise CommentsError(msg) from error
    except (OSError, ValueError) as error:
        msg = f"{path} is not JSON, so nothing is known of {output.name}. Restore it, or run the command again."
        raise CommentsError(msg) from error
    if not isinstance(record, dict) or "format" not in record:
        msg = f"{path} is no record of a run. Restore it, or run the command again."
        raise CommentsError(msg)
    if record["format"] != FORMAT:
        found = shown(record["format"])
        msg = f"{path} has format {found}, and this version reads {FORMAT}. Use the version that wrote it."
        raise CommentsError(msg)
    return record


def _n_bytes(output: Path) -> int:
    files = output.iterdir() if output.is_dir() else [output]
    return sum(file.stat().st_size for file in files)
