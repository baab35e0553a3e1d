"""Run ``classify_to`` with a classifier that is quick and that shows when its neighbours change; for tests that kill."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kempen_nlp import blocks
from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence
from kempen_nlp.cluster import Cluster, connected
from kempen_nlp.comments import open_comments

BLOCK = 20


class StubClassifier:
    """Answers with how many texts it was given before in the same call, so that other blocks give other answers."""

    def __init__(self, pause=0.0):
        self.pause = pause
        self.n_texts = 0

    def classify_comments(self, comments):
        for position, comment in enumerate(comments):
            if self.pause < 0:
                raise ValueError(comment.text)
            time.sleep(self.pause)
            self.n_texts += 1
            found = Assignment(
                competency="Samenwerken", rank=1 + position % 4, polarity="strength", start=0, end=5, quote=comment.text[:5],
                probability=0.5 + position / 10_000, rank_probabilities={1: 1.0}, evidence=Evidence("s/1/1", "Helpt.", 1, 0.5),
            )  # fmt: skip
            yield ClassifiedComment(comment.id, comment.text, (found,) if position % 3 else (), extra=comment.extra)


class StubSource:
    """What workers of a cluster make the stub from."""

    def __init__(self, pause=0.0):
        self.pause = pause

    def load(self, *, threads):  # noqa: ARG002 - part of the protocol
        return StubClassifier(self.pause)


def run(comments, output, *, pause=0.0, **options):
    """Classify a file with the stub, on a cluster if options name a scheduler; returns the counts and the stub."""
    from kempen_nlp import batch  # not above: a worker has no need of it, and takes seconds to import it

    stub = StubClassifier(pause)
    options = batch.BatchOptions(**{"chunk": BLOCK, **options})
    file = open_comments(comments)
    with connected(options.scheduler) as client:
        cluster = Cluster(client, StubSource(pause)) if client else None
        facts = {"input": {"comments": len(file)}}
        batch_run = batch.BatchRun(file, stub, facts, options, cluster=cluster)
        return batch.classify_to(Path(output), batch_run), stub


if __name__ == "__main__":
    blocks.BLOCK = BLOCK
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    comments, output, pause, *scheduler = sys.argv[1:]
    run(Path(comments), Path(output), pause=float(pause), scheduler=scheduler[0] if scheduler else None)
