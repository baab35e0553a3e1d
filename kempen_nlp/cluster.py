"""Classify on the workers of a Dask cluster: the model goes to each worker once, parts go out and answers come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Lock
from traceback import extract_tb
from typing import Any, Protocol

from kempen_nlp.blocks import CommentClassifier, classify_block
from kempen_nlp.comments import Comment
from kempen_nlp.errors import ClusterError, KempenError
from kempen_nlp.framework import Framework
from kempen_nlp.parts import packed

Client = Any
"""A ``dask.distributed.Client``; dask is an extra."""
IN_FLIGHT = 2
"""Parts at or on their way to each worker: one that is classified, and one so that it never waits."""
ANSWER_WITHIN = 20
"""Seconds that a scheduler may take to answer."""
_LOOK_AGAIN = 10
"""Seconds without an answer after which it is looked whether there are workers."""
_RETRIES = 2
_ONE_AT_A_TIME = Lock()


class Source(Protocol):
    """What a classifier is made from, wherever it is made; known by its identity, and sent as a pickle."""

    def __hash__(self) -> int: ...

    def load(self, *, threads: int) -> CommentClassifier:
        """Return a classifier that takes so many cores."""
        ...


@dataclass(frozen=True, eq=False)
class ModelSource:
    """A framework, and a model folder with every file in it."""

    framework: str
    """As JSON."""
    files: Mapping[str, bytes] = field(repr=False)
    made_with: Mapping[str, str]
    """See ``trace.program``. A worker with other versions refuses: the run's record would be untrue."""
    min_precision: float | None = None

    @classmethod
    def of(cls, framework: Framework, model: Path, min_precision: float | None = None) -> ModelSource:
        """Read a model folder."""
        from kempen_nlp.trace import program

        files = {path.name: path.read_bytes() for path in sorted(model.iterdir()) if path.is_file()}
        return cls(framework.to_json(), files, program(), min_precision)

    def load(self, *, threads: int) -> CommentClassifier:
        """
        Return the classifier; hashes are verified as for any model folder.

        Raises
        ------
        ClusterError
            If this process has other versions than the one that the model came from.
        """
        # Not above: a scheduler imports this module to pass tasks on, and classifies nothing.
        from kempen_nlp.persistence import load_classifier
        from kempen_nlp.trace import program

        here = program()
        differing = dict(here.items() ^ self.made_with.items())
        if differing:
            differ = ", ".join(f"{n} {here.get(n)} instead of {self.made_with.get(n)}" for n in sorted(differing))
            msg = f"A worker has {differ}. Start workers with what the command itself runs with, so that answers agree."
            raise ClusterError(msg)
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            for name, content in self.files.items():
                (Path(folder) / name).write_bytes(content)
            classifier = load_classifier(
                Framework.from_json(self.framework), model=folder, min_precision=self.min_precision
            )
            if hasattr(classifier.encoder, "threads"):
                classifier.encoder.threads = threads
            # The encoder reads its files when it is first used, and they go.
            list(classifier.classify_comments(["Belt terug."]))
        return classifier


@dataclass(frozen=True)
class Cluster:
    """A scheduler with its workers, and what they make a classifier from."""

    client: Client
    source: Source


@dataclass(frozen=True)
class _Part:
    """Comments on their way; Dask logs what a task that fails was given, so this shows no text."""

    blocks: Sequence[Sequence[Comment]] = field(repr=False)


def classify_parts(
    cluster: Cluster,
    parts: Iterable[tuple[int, Sequence[Sequence[Comment]]]],
    *,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[int, bytes]]:
    """
    Classify parts on the workers, a few at a time for each.

    Parameters
    ----------
    cluster : Cluster
        Its source is sent to one worker; the others have it from each other, each once.
    parts : iterable of (number, blocks)
        Taken only as workers become free, so that few are held.
    say : callable
        Called with what the user should know.

    Yields
    ------
    (number, content)
        See ``parts.packed``; as they are finished, in any order. A part at a worker that died
        goes to another.

    Raises
    ------
    ClusterError
        If the scheduler is lost, or a part makes one worker after another die.
    """
    client, left, done = cluster.client, iter(parts), SimpleQueue[Any]()
    sent: dict[str, tuple[int, Any]] = {}
    model = _submit(client, _kept, cluster.source)
    while True:
        n_free = IN_FLIGHT * max(_n_workers(client), 1) - len(sent)
        for number, blocks in islice(left, max(n_free, 0)):
            future = _submit(client, _classify_part, model, _Part(blocks))
            sent[future.key] = number, future
            future.add_done_callback(done.put)
        if not sent:
            return
        future = _patiently(lambda seconds: done.get(timeout=seconds), client, say)
        number, _ = sent.pop(future.key)
        with _explained(client):
            # A worker may die between finishing a part and handing it over; then it is done again.
            content = _patiently(future.result, client, say)
        yield number, content


def _submit(client: Client, work: Callable[..., Any], *given: object) -> Any:  # noqa: ANN401 - dask has no types
    import dask

    # A model is large and goes once: no reason for a warning.
    with _explained(client), dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
        return client.submit(work, *given, retries=_RETRIES, pure=False)


def _n_workers(client: Client) -> int:
    with _explained(client):
        return len(client.nthreads())


def _patiently(wait: Callable[[float], Any], client: Client, say: Callable[[str], None]) -> Any:  # noqa: ANN401 - dask has no types
    """Wait, some seconds at a time, and say so if nobody is there who could answer."""
    has_said = False
    while True:
        try:
            return wait(_LOOK_AGAIN)
        except (Empty, TimeoutError):
            if not has_said and _n_workers(client) == 0:
                say("The cluster has no workers now; waiting for one. Ctrl-C stops, and finished parts are kept.")
                has_said = True


@contextmanager
def _explained(client: Client) -> Iterator[None]:
    """Say what became of the cluster where Dask raises; a user can mend that, and lost no finished part."""
    try:
        yield
    except KempenError:
        raise
    except Exception as error:
        # What goes wrong inside a task comes as a KempenError, so what the system says is about the connection.
        is_lost = client.status != "running" or isinstance(error, CancelledError | OSError)
        what = "The scheduler was lost" if is_lost else f"The cluster gave up a part ({type(error).__name__})"
        msg = (
            f"{what}. Finished parts are kept. See the logs of scheduler and workers (do all have the same kempen_nlp, "
            "and memory enough?), and run the same command again."
        )
        raise ClusterError(msg) from error


def _kept(source: Source) -> Source:
    """Be a task, so that the cluster makes the model again when every worker that had it died."""
    return source


def _classify_part(source: Source, part: _Part) -> bytes:
    # The encoder takes the cores of this worker by itself, and spaCy's pipeline is one for all threads.
    with _ONE_AT_A_TIME:
        try:
            classifier = _loaded(source)
            return packed(result for block in part.blocks for result in classify_block(classifier, block))
        except KempenError:
            raise
        except Exception as error:
            # Dask logs and sends what is raised, and its message could quote a comment.
            place = extract_tb(error.__traceback__)[-1]
            msg = (
                f"A part could not be classified ({type(error).__name__} in {Path(place.filename).name}, line "
                f"{place.lineno}). Finished parts are kept; without --scheduler the same command goes on here."
            )
            raise ClusterError(msg) from None


@lru_cache(maxsize=1)
def _loaded(source: Source) -> CommentClassifier:
    """Make the classifier once in a worker process."""
    from distributed import get_worker

    return source.load(threads=get_worker().state.nthreads)


@contextmanager
def connected(scheduler: str | Client | None) -> Iterator[Client | None]:
    """
    Yield a client of a scheduler; None for None, and a client that is given as it is, left open.

    Raises
    ------
    ClusterError
        If dask is not installed or the scheduler does not answer.
    """
    if not isinstance(scheduler, str):
        yield scheduler
        return
    try:
        from distributed import Client as DaskClient
    except ModuleNotFoundError as error:
        msg = "dask is not installed. Install the extra `cluster`, or leave out --scheduler."
        raise ClusterError(msg) from error
    try:
        client = DaskClient(scheduler, timeout=ANSWER_WITHIN, set_as_default=False)
    except (OSError, ValueError) as error:
        msg = f"No Dask scheduler answers at {scheduler}. Start one with `dask scheduler`, or check the address."
        raise ClusterError(msg) from error
    with client:
        yield client
