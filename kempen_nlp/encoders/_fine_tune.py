"""Fine-tune a compact Dutch encoder on labelled segments; needs the extra ``train``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._base_model import N_LAYERS, build_model, load_tokenizer, pooled, shrink
from kempen_nlp.encoders._losses import TASKS, Heads, binary_loss, contrastive_loss, matching_loss
from kempen_nlp.encoders._spans import Span, SpanInput, span_inputs
from kempen_nlp.encoders._targets import TuningPlan, TuningTargets

if TYPE_CHECKING:
    import torch

Report = Callable[[str], None]
_SENTENCES = 2
"""How many descriptions of each competency are met at each step."""
_FIRST_SCALE = (12.0, -8.0)
_NEARNESS = 10.0
"""Weight of the distance between an encoder's vectors and its teacher's."""
_READ = 32


@dataclass
class Tuned:
    """A fine-tuned encoder with the heads that it learned with."""

    model: Any
    heads: Heads
    tokenizer: Any


@dataclass(frozen=True)
class _Lessons:
    """Texts as token ids, and what is known of each of their spans."""

    inputs: list[SpanInput]
    first: NDArray[np.intp]
    """Row of the first span of each text, and one past the last row."""
    wanted: dict[str, Any]
    teacher: tuple[Any, Any] | None = None
    """Vectors and probabilities that a teacher gives the spans."""

    def rows(self, texts: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.concatenate([np.arange(self.first[i], self.first[i + 1]) for i in texts])


def fine_tune(
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    targets: TuningTargets,
    plan: TuningPlan,
    *,
    report: Report = lambda _: None,
) -> Tuned:
    """
    Return a fine-tuned encoder, word embeddings unchanged.

    Losses: binary cross-entropy on competencies, qualifiers, polarity and rank boundaries; a supervised
    contrastive loss on competency; and, if asked, a matching loss that draws segments to the sentences that
    describe their competency, so that frameworks that were not in training can be matched. With a
    teacher, an encoder of fewer than twelve layers starts from every so many layers of a teacher of twelve, and learns
    its vectors and probabilities too (Hinton et al. 2015), on comments mixed from others as well.

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
    tokenizer = load_tokenizer()
    lessons = _Lessons(
        span_inputs(tokenizer.encode_batch(list(texts)), spans),
        np.cumsum([0, *map(len, spans)]),
        {name: torch.tensor(getattr(targets, name)) for name in TASKS},
    )
    model = build_model(N_LAYERS if plan.with_teacher else plan.n_layers)
    tuned = Tuned(model, Heads.sized(model.config.hidden_size, targets), tokenizer)
    _learn(tuned, lessons, targets, plan, report=report)
    if len(model.encoder.layer) == plan.n_layers:
        return tuned
    return distil(tuned, (texts, spans), targets, plan, report=report)


def distil(
    teacher: Tuned,
    comments: tuple[Sequence[str], Sequence[Sequence[Span]]],
    targets: TuningTargets,
    plan: TuningPlan,
    *,
    report: Report = lambda _: None,
) -> Tuned:
    """Return a smaller encoder that learned from labels and from a fine-tuned teacher; see ``fine_tune``."""
    import torch

    torch.manual_seed(plan.seed)
    texts, spans = _with_mixed(*comments, share=plan.mixed, seed=plan.seed)
    inputs = span_inputs(teacher.tokenizer.encode_batch(texts), spans)
    first = np.cumsum([0, *map(len, spans)])
    report(f"the teacher reads {len(texts)} comments")
    vectors = _read(teacher, inputs, first)
    with torch.no_grad():
        chances = torch.sigmoid(teacher.heads.logits(vectors.to(_device()))).cpu()
    n_unknown = first[-1] - len(targets.polarity)
    wanted = {name: _extended(torch.tensor(getattr(targets, name)), n_unknown) for name in TASKS}
    heads = Heads.sized(teacher.model.config.hidden_size, targets)
    heads.linear.load_state_dict(teacher.heads.linear.state_dict())
    pupil = Tuned(shrink(teacher.model, plan.n_layers), heads, teacher.tokenizer)
    _learn(pupil, _Lessons(inputs, first, wanted, (vectors, chances)), targets, plan, report=report)
    return pupil


def _learn(tuned: Tuned, lessons: _Lessons, targets: TuningTargets, plan: TuningPlan, *, report: Report) -> None:
    """Train in place; one-cycle learning rate, gradients clipped."""
    import torch

    model = tuned.model.to(_device())
    tuned.heads.linear.to(_device())
    model.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
    scale = torch.nn.Parameter(torch.tensor(_FIRST_SCALE, device=_device()))
    parameters = [*(p for p in model.parameters() if p.requires_grad), *tuned.heads.linear.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": parameters}, {"params": [scale], "lr": 100 * plan.learning_rate}],
        lr=plan.learning_rate,
        weight_decay=0.01,
    )
    n_steps = plan.epochs * -(-len(lessons.inputs) // plan.batch)
    rates = [group["lr"] for group in optimizer.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=n_steps, pct_start=0.1)
    random = np.random.default_rng(plan.seed)
    lengths = [len(ids) for ids, _ in lessons.inputs]
    for epoch in range(plan.epochs):
        model.train()
        total = 0.0
        batches = _batches(lengths, plan.batch, random)
        for texts in batches:
            described = _described(tuned, targets, random) if plan.matching else None
            loss = _loss(tuned, lessons, texts, plan, described=described, scale=scale)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        report(f"epoch {epoch + 1} of {plan.epochs}: loss {total / len(batches):.4f}")
    model.eval()


def _loss(
    tuned: Tuned,
    lessons: _Lessons,
    texts: NDArray[np.intp],
    plan: TuningPlan,
    *,
    described: torch.Tensor | None,
    scale: torch.Tensor,
) -> torch.Tensor:
    import torch

    with _precision():
        vectors = pooled(tuned.model, [lessons.inputs[i] for i in texts])
    vectors = vectors.float()
    at = lessons.rows(texts)
    wanted = {name: values[at].to(vectors.device) for name, values in lessons.wanted.items()}
    loss = tuned.heads.loss(vectors, wanted) + plan.contrastive * contrastive_loss(vectors, wanted["competency"])
    if described is not None:
        loss = loss + plan.matching * matching_loss(vectors, described, wanted["competency"], scale)
    if lessons.teacher is not None:
        its_vectors, its_chances = (values[at].to(vectors.device) for values in lessons.teacher)
        nearness = 1 - (vectors * its_vectors).sum(1).mean()
        loss = loss + _NEARNESS * nearness + 9 * binary_loss(tuned.heads.logits(vectors), its_chances)
    return torch.as_tensor(loss)


def _described(tuned: Tuned, targets: TuningTargets, random: np.random.Generator) -> torch.Tensor:
    """Encode some sentences of every competency, shape (n_competencies, n_sentences, n_dims)."""
    drawn = [random.choice(own, _SENTENCES, replace=len(own) < _SENTENCES) for own in targets.descriptions]
    sentences = [str(sentence) for own in drawn for sentence in own]
    inputs = span_inputs(tuned.tokenizer.encode_batch(sentences), [[(0, len(s))] for s in sentences])
    with _precision():
        vectors = pooled(tuned.model, inputs)
    return vectors.float().view(len(targets.descriptions), _SENTENCES, -1)


def _read(tuned: Tuned, inputs: Sequence[SpanInput], first: NDArray[np.intp]) -> torch.Tensor:
    """Return the vectors of all spans, without learning."""
    import torch

    vectors = torch.zeros((int(first[-1]), tuned.model.config.hidden_size))
    order = np.argsort([len(ids) for ids, _ in inputs], kind="stable")
    with torch.no_grad(), _precision():
        for begin in range(0, len(order), _READ):
            texts = order[begin : begin + _READ]
            at = np.concatenate([np.arange(first[i], first[i + 1]) for i in texts])
            vectors[at] = pooled(tuned.model, [inputs[i] for i in texts]).float().cpu()
    return vectors


def _with_mixed(
    texts: Sequence[str], spans: Sequence[Sequence[Span]], *, share: float, seed: int
) -> tuple[list[str], list[list[Span]]]:
    """Add comments put together from one to three segments of others."""
    random = np.random.default_rng(seed)
    pool = [text[a:b].rstrip(",; ") for text, own in zip(texts, spans, strict=True) for a, b in own]
    all_texts, all_spans = list(texts), [list(own) for own in spans]
    for _ in range(int(share * len(texts))):
        mixed, own = "", []
        for segment in random.choice(pool, random.integers(1, 4), replace=False):
            mixed += " " if mixed else ""
            own.append((len(mixed), len(mixed) + len(segment)))
            mixed += segment if segment[-1:] in ".!?" else f"{segment}."
        all_texts.append(mixed)
        all_spans.append(own)
    return all_texts, all_spans


def _extended(values: torch.Tensor, n: int) -> torch.Tensor:
    import torch

    return torch.cat([values, torch.full((n, *values.shape[1:]), float("nan"))])


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _precision() -> AbstractContextManager[Any]:
    """Compute in bfloat16 where the processor can, about three times as fast; elsewhere in float32."""
    import torch

    can = _device() == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001 - nothing else tells
    precision: AbstractContextManager[Any] = torch.autocast("cpu", dtype=torch.bfloat16, enabled=can)
    return precision


def _batches(lengths: Sequence[int], size: int, random: np.random.Generator) -> list[NDArray[np.intp]]:
    """Return shuffled batches of texts of like length."""
    noisy = np.array(lengths) + random.uniform(-4, 4, len(lengths))
    order = np.argsort(noisy)
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    random.shuffle(batches)
    return batches
