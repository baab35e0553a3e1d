"""The base model in torch, from its packaged weights, with all or some of its layers; needs the extra ``train``."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kempen_nlp.encoders._base_weights import base_tokenizer_path, base_weights
from kempen_nlp.encoders._spans import MAX_TOKENS, SpanInput, padded

if TYPE_CHECKING:
    import torch

N_LAYERS = 12


def build_model(n_layers: int) -> Any:  # noqa: ANN401 - transformers is optional
    """Return the base model with ``n_layers`` of its layers, evenly spread, first and last included."""
    import torch
    from transformers import BertConfig, BertModel

    weights = base_weights()
    vocabulary, hidden = weights["embeddings.word_embeddings.weight"].shape
    kept = _spread(N_LAYERS, n_layers)
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=hidden, num_hidden_layers=len(kept), num_attention_heads=12,
        intermediate_size=1536, max_position_embeddings=512, type_vocab_size=2, layer_norm_eps=1e-12, pad_token_id=1,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    state = {k: v for k, v in weights.items() if not k.startswith("encoder.")}
    for new, old in enumerate(kept):
        prefix = f"encoder.layer.{old}."
        state |= {
            f"encoder.layer.{new}.{k.removeprefix(prefix)}": v for k, v in weights.items() if k.startswith(prefix)
        }
    model.load_state_dict({k: torch.tensor(v) for k, v in state.items()}, strict=False)
    return model


def load_tokenizer() -> Any:  # noqa: ANN401 - tokenizers has no types
    """Return the base tokenizer, cutting at ``MAX_TOKENS``."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base_tokenizer_path()))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def pooled(model: Any, inputs: Sequence[SpanInput]) -> torch.Tensor:  # noqa: ANN401 - transformers is optional
    """Return a unit vector for each span of each text, shape (n_spans, n_dims)."""
    import torch

    device = next(model.parameters()).device
    ids, mask, weights, is_span = padded(inputs)
    hidden = model(input_ids=torch.tensor(ids, device=device), attention_mask=torch.tensor(mask, device=device))
    vectors = torch.bmm(torch.tensor(weights, device=device), hidden.last_hidden_state)[torch.tensor(is_span)]
    return torch.nn.functional.normalize(vectors, dim=1)


def shrink(model: Any, n_layers: int) -> Any:  # noqa: ANN401 - transformers is optional
    """Return a model with ``n_layers`` of another's layers, evenly spread, first and last included."""
    import torch

    kept = _spread(len(model.encoder.layer), n_layers)
    smaller = build_model(n_layers)
    smaller.embeddings.load_state_dict(model.embeddings.state_dict())
    smaller.encoder.layer = torch.nn.ModuleList(copy.deepcopy(model.encoder.layer[i]) for i in kept)
    return smaller


def _spread(n: int, n_kept: int) -> list[int]:
    return [int(i) for i in np.unique(np.linspace(0, n - 1, n_kept).round())]
