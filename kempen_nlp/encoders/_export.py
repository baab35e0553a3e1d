"""Prune a fine-tuned encoder to the Dutch part of its vocabulary and write it as int8 ONNX."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._onnx import ENCODER_FILE, TOKENIZER_FILE

_LANGUAGES = ("nl", "en")
"""Dutch, and English for the words that Dutch offices borrow."""
_KEPT_CHARACTERS = ((0x0000, 0x0600), (0x1E00, 0x2C00), (0x1F300, 0x1FB00))
"""Latin, Greek, Cyrillic, punctuation, symbols and emoji; other scripts become unknown."""
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_OPSET = 17


def export_encoder(model: Any, tokenizer: Any, folder: Path, *, texts: Iterable[str] = ()) -> None:  # noqa: ANN401 - torch and tokenizers are optional
    """
    Write ``encoder.onnx`` (int8) and ``tokenizer.json`` into a folder.

    Pieces are kept when a Dutch or English dictionary word, one of ``texts`` or a single
    character needs them; any other word falls back to smaller pieces.
    """
    import torch

    definition = json.loads(tokenizer.to_str())
    kept = _kept_ids(tokenizer, definition, texts)
    vocabulary = definition["model"]["vocab"]
    definition["model"]["vocab"] = [vocabulary[i] for i in kept]
    _renumber(definition, kept)
    weight = model.embeddings.word_embeddings.weight.detach()[torch.tensor(kept)]
    model.set_input_embeddings(torch.nn.Embedding.from_pretrained(weight, padding_idx=1))
    (folder / TOKENIZER_FILE).write_text(json.dumps(definition, ensure_ascii=False), encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        _write_onnx(model, full)
        _quantise(full, folder / ENCODER_FILE)


def _kept_ids(tokenizer: Any, definition: dict[str, Any], texts: Iterable[str]) -> NDArray[np.intp]:  # noqa: ANN401 - tokenizers has no types
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory

    factory = DefaultDictionaryFactory()
    words = set(texts)
    for language in _LANGUAGES:
        dictionary = factory.get_dictionary(language)
        words |= {_as_str(word) for pair in dictionary.items() for word in pair}
    tokenizer.no_truncation()
    ids = {i for encoding in tokenizer.encode_batch(sorted(words)) for i in encoding.ids}
    vocabulary = [piece for piece, _ in definition["model"]["vocab"]]
    ids |= {i for i, piece in enumerate(vocabulary) if piece in _SPECIAL or _is_kept_character(piece)}
    return np.array(sorted(i for i in ids if i < len(vocabulary)), dtype=np.intp)


def _as_str(word: str | bytes) -> str:
    return word.decode("utf-8") if isinstance(word, bytes) else word


def _is_kept_character(piece: str) -> bool:
    character = piece.removeprefix("▁")
    return len(character) <= 1 and all(any(a <= ord(c) < b for a, b in _KEPT_CHARACTERS) for c in character)


def _renumber(definition: dict[str, Any], kept: NDArray[np.intp]) -> None:
    """Give special tokens their numbers in the pruned vocabulary."""
    new = {int(old): position for position, old in enumerate(kept)}
    definition["model"]["unk_id"] = new[definition["model"]["unk_id"]]
    definition["added_tokens"] = [
        {**token, "id": new[token["id"]]} for token in definition["added_tokens"] if token["id"] in new
    ]
    for token in definition["post_processor"].get("special_tokens", {}).values():
        token["ids"] = [new[i] for i in token["ids"]]


def _write_onnx(model: Any, path: Path) -> None:  # noqa: ANN401 - torch is optional
    import torch

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
            hidden = self.model(input_ids=input_ids, attention_mask=torch.ones_like(input_ids)).last_hidden_state
            return torch.nn.functional.normalize(torch.bmm(weights, hidden), dim=2)

    model.config._attn_implementation = "eager"  # noqa: SLF001 - the fused kernel does not trace
    given = (torch.tensor([[0, 5, 6, 7, 2]]), torch.full((1, 3, 5), 0.2))
    torch.onnx.export(
        Pooled().eval(), given, str(path), input_names=["input_ids", "weights"], output_names=["vectors"],
        dynamic_axes={
            "input_ids": {1: "n_tokens"}, "weights": {1: "n_spans", 2: "n_tokens"}, "vectors": {1: "n_spans"},
        },
        opset_version=_OPSET, dynamo=False,
    )  # fmt: skip


def _quantise(source: Path, target: Path) -> None:
    """
    Write weights as int8, a scale a column; inputs of products are scaled when they are met.

    Weights use seven of the eight bits: on processors without VNNI instructions, sums of products of
    full bytes overflow 16 bits, and the same comment would get another answer there.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = source.with_name("prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(
        str(prepared), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
        op_types_to_quantize=["Gather", "MatMul"],
    )  # fmt: skip
