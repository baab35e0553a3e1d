"""Classify on the workers of a Dask cluster: the model goes to each worker once, parts go out and answers come back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from kempen_nlp.assignments import ClassifiedComment
from kempen_nlp.blocks import classify_block
from kempen_nlp.comments import Comment
from kempen_nlp.errors import CommentsError
from kempen_nlp.framework import Framework
from kempen_nlp.persistence import load_classifier

if TYPE_CHECKING:
    from kempen_nlp.classifier import Classifier

Part = tuple[int, Sequence[Sequence[Comment]]]
IN_FLIGHT = 3
"""Parts that wait for or are at each worker: one being classified, two so that it never waits."""
_RETRIES = 5
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class ClassifierSource:
    """What a classifier is made from, wherever it is made."""

    framework: Framework
    model: Path
    """Folder of the model."""
    min_precision: float | None = None

    def packed(self) -> bytes:
        """Return framework, precision and every file of the model as one piece of bytes, the same each time."""
        files = {p.name: p.read_bytes() for p in sorted(self.model.iterdir()) if p.is_file()}
        head = {
            "framework": self.framework.to_json(),
            "min_precision": self.min_precision,
            "files": {name: len(content) for name, content in files.items()},
        }
        return b"\n".join([json.dumps(head).encode(), b"".join(files.values())])


@cache
def unpacked(packed: bytes) -> Classifier:
    """Make the classifier on this worker, once a process; the model's hashes are verified as always."""
    head, _, content = packed.partition(b"\n")
    known = json.loads(head)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        begin = 0
        for name, length in known["files"].items():
            # A name with a path in it could leave the folder.
            (Path(folder) / Path(name).name).write_bytes(content[begin : begin + length])
            begin += length
        framework = Framework.from_json(known["framework"])
        classifier = load_classifier(framework, model=folder, min_precision=known["min_precision"])
        # The encoder reads its files when it is first used.
        list(classifier.classify_comments(["Belt terug."]))
    return classifier


def classify_parts(
    scheduler: str | Any,  # noqa: ANN401 - a client, if dask is installed
    source: ClassifierSource,
    parts: Iterable[Part],
) -> Iterator[tuple[int, list[ClassifiedComment]]]:
    """
    Classify parts on a cluster, a few at a time for each worker.

    Parameters
    ----------
    scheduler : str or dask.distributed.Client
        An address such as ``tcp://scheduler:8786``, or a client.
    source : ClassifierSource
    parts : iterable of (number, blocks)
        Taken only as workers become free.

    Yields
    ------
    (number, results)
        As they are finished, in any order; a part that was at a worker that died goes to another.

    Raises
    ------
    CommentsError
        If dask is not installed or the scheduler does not answer.
    """
    with _client(scheduler) as client:
        model = client.scatter(source.packed(), broadcast=True, hash=True)
        yield from _stream(client, _classify_part, model, parts)


def _stream(client: Any, work: Callable[..., Any], model: Any, items: Iterable[tuple[Any, Any]]) -> Iterator[Any]:  # noqa: ANN401 - dask has no types
    """Keep each worker busy, hold few results, and yield what comes back."""
    from dask.distributed import as_completed

    left = iter(items)
    coming = as_completed(with_results=False)
    n_flying = 0

    def send() -> int:
        item = next(left, None)
        if item is None:
            return 0
        coming.add(client.submit(work, model, *item, retries=_RETRIES, pure=False))
        return 1

    for _ in range(IN_FLIGHT * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)):
        n_flying += send()
    while n_flying:
        future = next(coming)
        result = future.result()
        future.release()
        n_flying += send() - 1
        yield result


def _classify_part(model: bytes, number: int, part: Sequence[Sequence[Comment]]) -> tuple[int, list[ClassifiedComment]]:
    # One part at a time: the encoder takes the cores that it may, and spaCy's pipeline is one for all threads.
    with _ONE_AT_A_TIME:
        classifier = unpacked(model)
        return number, [result for block in part for result in classify_block(classifier, block)]


def _client(scheduler: str | Any) -> Any:  # noqa: ANN401 - dask has no types
    """Return a client as a context; one that the caller made stays open."""
    from contextlib import nullcontext

    if not isinstance(scheduler, str):
        return nullcontext(scheduler)
    try:
        from dask.distributed import Client
    except ModuleNotFoundError as error:
        msg = "dask is not installed. Install the extra `cluster`, or leave out --scheduler."
        raise CommentsError(msg) from error
    try:
        return Client(scheduler, timeout="20s", set_as_default=False)
    except (OSError, ValueError) as error:
        msg = f"No Dask scheduler answers at {scheduler}. Start one with `dask scheduler`, or check the address."
        raise CommentsError(msg) from error
