"""Run ``classify_to`` with a classifier that is quick and that shows when its neighbours change; for tests that kill."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kempen_nlp import batch, blocks
from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence
from kempen_nlp.comments import open_comments

BLOCK = 20


class StubClassifier:
    """Answers with how many texts it was given before in the same call, so that other blocks give other answers."""

    def __init__(self, pause=0.0):
        self.pause = pause
        self.n_texts = 0

    def classify_comments(self, comments):
        for position, comment in enumerate(comments):
            time.sleep(self.pause)
            self.n_texts += 1
            found = Assignment(
                competency="Samenwerken", rank=1 + position % 4, polarity="strength", start=0, end=5, quote=comment.text[:5],
                probability=0.5 + position / 10_000, rank_probabilities={1: 1.0}, evidence=Evidence("s/1/1", "Helpt.", 1, 0.5),
            )  # fmt: skip
            yield ClassifiedComment(comment.id, comment.text, (found,) if position % 3 else (), extra=comment.extra)


def run(comments, output, *, pause=0.0, chunk=BLOCK, say=lambda _: None):
    """Classify a file with the stub; returns the counts and the stub."""
    stub = StubClassifier(pause)
    options = batch.BatchOptions(chunk=chunk, say=say)
    file = open_comments(comments)
    batch_run = batch.BatchRun(file, stub, {"input": {"comments": len(file)}}, options)
    return batch.classify_to(Path(output), batch_run), stub


if __name__ == "__main__":
    blocks.BLOCK = BLOCK
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    run(Path(sys.argv[1]), Path(sys.argv[2]), pause=float(sys.argv[3]))
