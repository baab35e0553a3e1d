"""Fine-tune a compact Dutch encoder on labelled segments; needs the extra ``train``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._base_weights import base_tokenizer_path, base_weights
from kempen_nlp.encoders._spans import MAX_TOKENS, Span, SpanInput, padded, span_inputs
from kempen_nlp.encoders._targets import TuningPlan, TuningTargets

if TYPE_CHECKING:
    import torch

_TEMPERATURE = 0.1


def fine_tune(
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    targets: TuningTargets,
    plan: TuningPlan,
    *,
    report: Callable[[str], None] = lambda _: None,
) -> tuple[Any, Any]:
    """
    Return a fine-tuned encoder, word embeddings unchanged, and its tokenizer.

    Losses: binary cross-entropy on competencies, qualifiers, polarity and rank boundaries, and
    a supervised contrastive loss on competency (Khosla et al. 2020). One-cycle learning rate.

    Parameters
    ----------
    texts : sequence of str
        Whole comments: a segment is read in its context.
    spans : sequence of sequences of (start, end)
        The segments of each text, in characters; together n_segments.
    targets : TuningTargets
        One row a segment, in the order of the spans.
    plan : TuningPlan
    report : callable
        Told the loss after each epoch.
    """
    import torch

    torch.manual_seed(plan.seed)
    encoder = build_model(plan.n_layers)
    encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
    heads = _Heads.sized(encoder.config.hidden_size, targets)
    tokenizer = load_tokenizer()
    inputs = span_inputs(tokenizer.encode_batch(list(texts)), spans)
    first = np.cumsum([0, *map(len, spans)])
    lengths = [len(ids) for ids, _ in inputs]
    wanted = {name: torch.tensor(getattr(targets, name)) for name in ("competency", "qualifier", "polarity", "rank")}
    device = "cuda" if torch.cuda.is_available() else "cpu"
    encoder.to(device)
    heads.linear.to(device)
    parameters = [p for p in encoder.parameters() if p.requires_grad] + list(heads.linear.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=plan.learning_rate, weight_decay=0.01)
    n_steps = plan.epochs * -(-len(inputs) // plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, plan.learning_rate, total_steps=n_steps, pct_start=0.1)
    shuffled = np.random.default_rng(plan.seed)
    for epoch in range(plan.epochs):
        encoder.train()
        total = 0.0
        batches = _batches(lengths, plan.batch, shuffled)
        for rows in batches:
            vectors = pooled(encoder, [inputs[i] for i in rows])
            at = np.concatenate([np.arange(first[i], first[i + 1]) for i in rows])
            loss = heads.loss(vectors, {k: v[at].to(device) for k, v in wanted.items()}, plan.contrastive)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss)
        report(f"epoch {epoch + 1} of {plan.epochs}: loss {total / len(batches):.4f}")
    encoder.eval()
    return encoder.cpu(), tokenizer


def build_model(n_layers: int) -> Any:  # noqa: ANN401 - transformers is optional
    """Return the base model with ``n_layers`` of its layers, evenly spread, last included."""
    import torch
    from transformers import BertConfig, BertModel

    weights = base_weights()
    vocabulary, hidden = weights["embeddings.word_embeddings.weight"].shape
    kept = np.unique(np.linspace(0, 11, n_layers).round().astype(int))
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


def _batches(lengths: Sequence[int], size: int, random: np.random.Generator) -> list[NDArray[np.intp]]:
    """Return shuffled batches of texts of like length."""
    noisy = np.array(lengths) + random.uniform(-4, 4, len(lengths))
    order = np.argsort(noisy)
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    random.shuffle(batches)
    return batches


@dataclass
class _Heads:
    linear: Any
    sizes: dict[str, int]

    @classmethod
    def sized(cls, hidden: int, targets: TuningTargets) -> _Heads:
        import torch

        sizes = {
            "competency": targets.competency.shape[1],
            "qualifier": targets.qualifier.shape[1],
            "polarity": 1,
            "rank": targets.rank.shape[1],
        }
        return cls(torch.nn.Linear(hidden, sum(sizes.values())), sizes)

    def loss(self, vectors: torch.Tensor, wanted: dict[str, torch.Tensor], contrastive: float) -> torch.Tensor:
        import torch

        # Unit vectors are short for a linear layer; the scale lets it be sure of itself.
        parts = torch.split(self.linear(20 * vectors), list(self.sizes.values()), dim=1)
        logits = dict(zip(self.sizes, parts, strict=True))
        total = 9 * _bce(logits["competency"], wanted["competency"]) + 2 * _bce(
            logits["qualifier"], wanted["qualifier"]
        )
        total = total + _bce(logits["polarity"], wanted["polarity"][:, None]) + 2 * _bce(logits["rank"], wanted["rank"])
        if contrastive:
            total = total + contrastive * _contrastive(vectors, torch.nan_to_num(wanted["competency"]))
        return total


def _bce(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return binary cross-entropy over the entries that are not nan; 0 when all are."""
    import torch

    known = ~torch.isnan(wanted)
    if not bool(known.any()):
        return logits.sum() * 0
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[known], wanted[known])


def _contrastive(vectors: torch.Tensor, competency: torch.Tensor) -> torch.Tensor:
    """Pull segments of one competency together; segments without any belong with nobody."""
    import torch

    same = (competency @ competency.T > 0).float()
    itself = torch.eye(len(vectors), device=vectors.device)
    same = same * (1 - itself)
    logits = vectors @ vectors.T / _TEMPERATURE - 1e9 * itself
    log_chance = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    paired = same.sum(1) > 0
    if not bool(paired.any()):
        return vectors.sum() * 0
    return -((same * log_chance).sum(1)[paired] / same.sum(1)[paired]).mean()
