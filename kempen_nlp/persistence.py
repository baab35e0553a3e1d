"""Write and read a model folder: estimators without pickle, hashes checked before anything is loaded."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kempen_nlp import corpus
from kempen_nlp.assignments import whole_file
from kempen_nlp.encoders import Encoder, load_encoder
from kempen_nlp.errors import CorpusError, ModelError
from kempen_nlp.framework import Framework
from kempen_nlp.framework_vectors import MATCHING_ENCODER, FrameworkVectors
from kempen_nlp.skops_file import read_estimators

if TYPE_CHECKING:
    from kempen_nlp.classifier import Classifier, Heads

SHIPPED_MODEL = "base"
_FILES = ("model.skops", "metrics.json", "MODEL_CARD.md")
_TRUSTED = [
    "kempen_nlp.competencies.CompetencyClassifier",
    "kempen_nlp.competencies.SigmoidCalibrator",
    "kempen_nlp.levels.LevelClassifier",
    "kempen_nlp.polarity.PolarityClassifier",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.preprocessing._data.StandardScaler",
]
_ESTIMATORS = (
    "competency",
    "competency_calibrator",
    "evidence",
    "matcher",
    "matcher_calibrator",
    "qualifier",
    "polarity",
    "level",
)


def load_classifier(
    framework: str | Path | Framework,
    *,
    model: str | Path | None = None,
    min_precision: float | None = None,
) -> Classifier:
    """
    Return a classifier for a framework, ready for use.

    Parameters
    ----------
    framework : str, path or Framework
        A shipped name (``kempen``, ``welzijn``), a framework file, or a framework.
    model : str or path, optional
        Folder of a model; by default the shipped one.
    min_precision : float, optional
        See ``Classifier``.

    Raises
    ------
    FrameworkError
        If the framework cannot be used.
    ModelError
        If the model folder is incomplete or was changed, or the precision is not offered.
    """
    if not isinstance(framework, Framework):
        framework = corpus.load_framework(framework)
    folder = model_folder(model)
    manifest = verify_model(folder)
    encoder = load_encoder(manifest["encoder"], folder=folder)
    encoders = [encoder]
    if not set(framework.names) <= set(manifest["trained_on"]):
        encoders.append(load_encoder(MATCHING_ENCODER))
    begun = _begin_encoding(framework, encoders)
    with _no_collecting():
        from kempen_nlp.classifier import Classifier
        from kempen_nlp.language.segments import dutch_pipeline

        heads = _read_heads(folder, manifest)
        dutch_pipeline()
    return Classifier(framework, heads, encoder, min_precision=min_precision, begun=begun)


def _begin_encoding(framework: Framework, encoders: Iterable[Encoder]) -> dict[str, Callable[[], FrameworkVectors]]:
    """Encode a framework on one core while the estimators' libraries are imported on another."""
    background = ThreadPoolExecutor(2)
    begun: dict[str, Callable[[], FrameworkVectors]] = {
        encoder.name: background.submit(FrameworkVectors.of, framework, encoder).result for encoder in encoders
    }
    background.shutdown(wait=False)
    return begun


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Look for no garbage while libraries are imported: they make a million objects, and all of them stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_heads(model: str | Path | None = None) -> tuple[Heads, Encoder]:
    """Return the estimators of a model folder, and the encoder that they were fitted with."""
    folder = model_folder(model)
    manifest = verify_model(folder)
    return _read_heads(folder, manifest), load_encoder(manifest["encoder"], folder=folder)


def _read_heads(folder: Path, manifest: Mapping[str, Any]) -> Heads:
    from kempen_nlp.classifier import Heads

    path = folder / "model.skops"
    estimators = read_estimators(path, _TRUSTED)
    missing = [name for name in _ESTIMATORS if name not in estimators]
    if missing:
        msg = f"{path} lacks {', '.join(missing)}: an older version wrote it. Fit it again with `kempen train`."
        raise ModelError(msg)
    return Heads(
        trained_on=tuple(manifest["trained_on"]),
        thresholds=manifest["thresholds"],
        **{k: estimators[k] for k in _ESTIMATORS},
    )


def model_folder(model: str | Path | None = None) -> Path:
    """Return the folder of a model; the shipped one when none is named."""
    if model is None:
        try:
            return corpus.shipped_path("models", SHIPPED_MODEL)
        except CorpusError as error:
            msg = f"No model is shipped with this installation ({error}) Fit one with `kempen train`."
            raise ModelError(msg) from error
    return Path(model)


def verify_model(folder: str | Path) -> dict[str, Any]:
    """
    Compare every file of a model folder with its manifest, and return the manifest.

    Raises
    ------
    ModelError
        If a file is missing or differs, or there is no manifest.
    """
    folder = Path(folder)
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        expected: Mapping[str, str] = manifest["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = (
            f"{folder} holds no usable manifest.json, so it is no model. "
            "Run `kempen train`, or name a folder that it wrote."
        )
        raise ModelError(msg) from error
    carried = ("encoder.onnx", "tokenizer.json") if manifest.get("encoder") == "fine-tuned" else ()
    for name in expected:
        if Path(name).name != name or "\\" in name:
            msg = f"{folder / 'manifest.json'} names a file outside its folder. It was not written by `kempen train`."
            raise ModelError(msg)
    for name in (*_FILES, *carried, *expected):
        path = folder / name
        if name not in expected or not path.is_file() or corpus.sha256_of(path) != expected[name]:
            msg = (
                f"{path} is missing or was changed after the model was written. Restore the folder; nothing was loaded."
            )
            raise ModelError(msg)
    return manifest


def stored_metrics(folder: str | Path) -> dict[str, Any]:
    """Return the figures that a model folder carries."""
    metrics: dict[str, Any] = json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8"))
    return metrics


def save_model(folder: str | Path, heads: Heads, encoder: Encoder, *, metrics: Mapping[str, Any], card: str) -> None:
    """
    Write a model folder: estimators, metrics, card, and a manifest with every file's SHA-256.

    The manifest is written last, so that a folder cut short is refused when read.
    """
    import skops.io

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    with whole_file(folder / "model.skops") as partial:
        skops.io.dump(
            {f.name: getattr(heads, f.name) for f in fields(heads) if f.name in _ESTIMATORS},
            partial,
        )
    with whole_file(folder / "metrics.json") as partial:
        partial.write_text(to_json(metrics), encoding="utf-8")
    with whole_file(folder / "MODEL_CARD.md") as partial:
        partial.write_text(card, encoding="utf-8")
    names = [*_FILES, *encoder.save(folder)]
    manifest = {
        "encoder": encoder.name,
        "trained_on": list(heads.trained_on),
        "thresholds": dict(heads.thresholds),
        "sha256": {name: corpus.sha256_of(folder / name) for name in names},
    }
    with whole_file(folder / "manifest.json") as partial:
        partial.write_text(to_json(manifest), encoding="utf-8")


def to_json(data: Mapping[str, Any]) -> str:
    """Return JSON as the project writes it: keys sorted, letters kept, a newline at the end."""
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
