"""Read estimators from a skops file: the few kinds of node and the listed types that our models have, nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from kempen_nlp.errors import ModelError

_SCHEMA = "schema.json"
_PLAIN = {
    "DictNode": ("builtins.dict",),
    "ListNode": ("builtins.list",),
    "JsonNode": ("builtins.str",),
    "TypeNode": ("builtins.str",),
    "NdArrayNode": ("numpy.ndarray", "numpy.float64", "numpy.int64", "numpy.bool"),
}
"""Kinds of node, as skops names them, and what may be made of each; keys of dictionaries are texts."""


def read_estimators(path: Path, types: Collection[str]) -> dict[str, Any]:
    """
    Return the dictionary that a skops file holds, as ``skops.io.load`` would.

    skops imports every module of scikit-learn to know what it may trust, which takes longer than
    all the rest of loading a model. Here only what is listed is known, so nothing need be looked for.

    Parameters
    ----------
    path : Path
    types : collection of str
        Dotted names of the classes that may be made; no other module is imported.

    Raises
    ------
    ModelError
        If the file holds anything else, before any of it is made; or is no skops file.
    """
    try:
        with zipfile.ZipFile(path) as file:
            schema = json.loads(file.read(_SCHEMA))
            _refuse_unknown(schema, types, path)
            made = _Maker(file).make(schema)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, ModelError):
            raise
        msg = f"{path} cannot be read as estimators ({type(error).__name__}). Fit the model again with `kempen train`."
        raise ModelError(msg) from error
    if not isinstance(made, dict):
        msg = f"{path} holds a {type(made).__name__}. Expected estimators by name, as `kempen train` writes them."
        raise ModelError(msg)
    return made


def _refuse_unknown(schema: Mapping[str, Any], types: Collection[str], path: Path) -> None:
    unknown = set()
    for node in _nodes(schema):
        name, kind = f"{node['__module__']}.{node['__class__']}", node["__loader__"]
        known = types if kind == "ObjectNode" else _PLAIN.get(kind, ())
        if name not in known or node.get("type", "numpy") != "numpy":
            unknown.add(name)
    if unknown:
        msg = f"{path} holds types that no model of this project has: {sorted(unknown)}. It was not loaded."
        raise ModelError(msg)


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every node of a schema: what is a dictionary and says how to load it."""
    if isinstance(value, dict):
        if "__loader__" in value:
            yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


class _Maker:
    """Makes what nodes describe; a node that stands in two places is made once."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._made: dict[int, Any] = {}

    def make(self, node: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the node stands for
        if node["__id__"] not in self._made:
            self._made[node["__id__"]] = getattr(self, f"_{node['__loader__']}")(node)
        return self._made[node["__id__"]]

    def _DictNode(self, node: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - skops' names
        return {key: self.make(value) for key, value in node["content"].items()}

    def _ListNode(self, node: Mapping[str, Any]) -> list[Any]:  # noqa: N802
        return [self.make(value) for value in node["content"]]

    def _JsonNode(self, node: Mapping[str, Any]) -> Any:  # noqa: ANN401, N802
        return json.loads(node["content"])

    def _NdArrayNode(self, node: Mapping[str, Any]) -> Any:  # noqa: ANN401, N802
        array = np.load(io.BytesIO(self._file.read(node["file"])), allow_pickle=False)
        return array if node["__class__"] == "ndarray" else getattr(np, node["__class__"])(array)

    def _ObjectNode(self, node: Mapping[str, Any]) -> Any:  # noqa: ANN401, N802
        kind = getattr(import_module(node["__module__"]), node["__class__"])
        made = kind.__new__(kind)
        state = self.make(node["content"])
        # scikit-learn compares the version that an estimator was written with here.
        made.__setstate__(state)
        return made
