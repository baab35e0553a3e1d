"""Compare speed, start-up and memory of this classifier and its peers, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CONTENDERS = (
    "kempen_nlp",
    "encoder alone",
    "sentence-transformers, same base",
    "TF-IDF + logistic regression",
    "general encoder + cosine",
)
Answer = Callable[[Sequence[str]], object]


def comments(n: int) -> list[str]:
    """Return ``n`` different comments: the labelled ones, repeated with a number so that none is the same."""
    from kempen_nlp.corpus import load_feedback

    texts = [c.text for c in load_feedback()]
    return [texts[i % len(texts)] + (f" ({i})" if i >= len(texts) else "") for i in range(n)]


def _kempen() -> Answer:
    from kempen_nlp import load_classifier

    classifier = load_classifier("welzijn")
    return lambda texts: list(classifier.classify_comments(texts))


def _segments(texts: Sequence[str]) -> list[str]:
    from kempen_nlp.language import split_segments

    return [s.text for text in texts for s in split_segments(text)]


def _encoder() -> Answer:
    from kempen_nlp.encoders import encode_spans
    from kempen_nlp.language import split_segments
    from kempen_nlp.persistence import load_heads

    encoder = load_heads()[1]
    cut: dict[str, list[tuple[int, int]]] = {}

    def answer(texts: Sequence[str]) -> object:
        if not cut:
            # Cutting is not the encoder's work, so it is done before the clock of the second run.
            cut.update({text: [(s.start, s.end) for s in split_segments(text)] for text in texts})
        return encode_spans(encoder, texts, [cut.get(text, [(0, len(text))]) for text in texts])

    return answer


def _sentence_transformers() -> Answer:
    import numpy as np
    from sentence_transformers import SentenceTransformer, models
    from sklearn.linear_model import LogisticRegression
    from transformers import PreTrainedTokenizerFast

    from kempen_nlp.encoders._base_weights import base_tokenizer_path
    from kempen_nlp.encoders._fine_tune import build_model

    folder = tempfile.mkdtemp()
    build_model(12).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_file=str(base_tokenizer_path()), pad_token="<pad>", unk_token="<unk>", model_max_length=256
    ).save_pretrained(folder)
    word = models.Transformer(folder, max_seq_length=256)
    model = SentenceTransformer(modules=[word, models.Pooling(384, "mean"), models.Normalize()], device="cpu")
    head = LogisticRegression().fit(np.random.default_rng(0).normal(size=(90, 384)), np.repeat(range(9), 10))
    return lambda texts: head.predict_proba(model.encode(_segments(texts), batch_size=32, show_progress_bar=False))


def _tfidf() -> Answer:
    from kempen_nlp.baselines import BASELINES, fit_baseline
    from kempen_nlp.corpus import LabelledComment

    predict = fit_baseline(BASELINES[2])
    return lambda texts: predict([LabelledComment("", text, (), "", "", "", "", ()) for text in texts])


def _cosine() -> Answer:
    from kempen_nlp.baselines import BASELINES, fit_baseline
    from kempen_nlp.corpus import LabelledComment

    predict = fit_baseline(BASELINES[3])
    return lambda texts: predict([LabelledComment("", text, (), "", "", "", "", ()) for text in texts])


_MAKERS: dict[str, Callable[[], Answer]] = dict(
    zip(CONTENDERS, (_kempen, _encoder, _sentence_transformers, _tfidf, _cosine), strict=True)
)


def measure(name: str, n: int) -> dict[str, float | str]:
    """Measure one contender in this process; times in seconds, memory in MB."""
    started = time.perf_counter()
    try:
        answer = _MAKERS[name]()
        answer(["Belt klanten altijd dezelfde dag terug."])
    except ImportError as error:
        return {"missing": str(error)}
    first = time.perf_counter() - started
    texts = comments(n)
    answer(texts[:64])
    started = time.perf_counter()
    answer(texts)
    rate = n / (time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"comments_per_s": rate, "first_answer_s": first, "peak_mb": peak}


def _in_process(name: str, n: int, cores: int) -> dict[str, float | str]:
    """Run one contender in a fresh process that may use so many cores."""
    limits = {key: str(cores) for key in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    command = [sys.executable, __file__, "--one", name, "-n", str(n)]
    if hasattr(os, "sched_setaffinity"):
        available = sorted(os.sched_getaffinity(0))[:cores]
        command = ["taskset", "-c", ",".join(map(str, available)), *command]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **limits}, check=False)
    if done.returncode:
        return {"missing": done.stderr.strip().splitlines()[-1][:160]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print the table and write ``results.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", choices=CONTENDERS)
    parser.add_argument("-n", type=int, default=1000)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments.n)))
        return
    results = {
        f"{cores} core{'s' if cores > 1 else ''}": {name: _in_process(name, arguments.n, cores) for name in CONTENDERS}
        for cores in (1, 2)
    }
    for cores, rows in results.items():
        print(f"\n{cores}, {arguments.n} comments")
        for name, row in rows.items():
            if "missing" in row:
                print(f"  {name:34} not measured: {row['missing']}")
            else:
                print(
                    f"  {name:34} {row['comments_per_s']:8.0f} comments/s  first {row['first_answer_s']:5.1f} s  "
                    f"peak {row['peak_mb']:6.0f} MB"
                )
    (FOLDER / "results.json").write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
