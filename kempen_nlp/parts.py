"""Finished parts of a long run, kept beside its output, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from kempen_nlp.assignments import ClassifiedComment, comment_from_dict
from kempen_nlp.errors import CommentsError

RESULT = "result"
"""Name without ending of the output while it is put together."""
_EARLIER = "earlier"
_SENT = "sent"
"""Name of an empty file: comments of this run went to another machine."""
_RUN_FILE = "run.json"
_PART = re.compile(r"(\d{7})-(\d+)-([0-9a-f]{64})\.jsonl")


class WorkFolder:
    """
    The folder with the finished parts of one run.

    A part is written under another name and renamed, and its name holds its number, how many
    comments it has and its SHA-256: what is there under such a name is whole, or is found out.

    Attributes
    ----------
    folder : Path
    finished : dict
        Number of each finished part to how many comments it has.
    secret : bytes
        Drawn at random for the run; it hashes persons and is gone when the folder is.
    is_fresh : bool
        Whether parts of another run were found and thrown away.
    """

    def __init__(self, folder: Path, run: Mapping[str, Any]) -> None:
        self.folder = folder
        self._paths: dict[int, Path] = {}
        self.finished: dict[int, int] = {}
        text = json.dumps(run, sort_keys=True, ensure_ascii=False)
        known = self._read_run()
        self.is_fresh = known is not None and known["run"] != text
        if known is None or self.is_fresh:
            self._clear()
            known = {"run": text, "secret": secrets.token_hex(32)}
            _write_whole(folder / _RUN_FILE, json.dumps(known).encode())
        self.secret = bytes.fromhex(known["secret"])
        self._find_parts()

    def _read_run(self) -> dict[str, str] | None:
        try:
            known = json.loads((self.folder / _RUN_FILE).read_text(encoding="utf-8"))
            return {"run": str(known["run"]), "secret": bytes.fromhex(known["secret"]).hex()}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _clear(self) -> None:
        for name in (_RUN_FILE, _SENT):
            (self.folder / name).unlink(missing_ok=True)
        for path in self.folder.iterdir():
            if path.suffix in (".jsonl", ".partial"):
                path.unlink()

    def _find_parts(self) -> None:
        for path in sorted(self.folder.iterdir()):
            name = _PART.fullmatch(path.name)
            if name and _sha256(path) == name[3]:
                self._paths[int(name[1])] = path
                self.finished[int(name[1])] = int(name[2])
            elif path.is_dir():
                # Partitions that were not whole, or an earlier output that they were to replace.
                shutil.rmtree(path, ignore_errors=True)
            elif name or path.suffix == ".partial" or path.name.startswith(f".{RESULT}-"):
                path.unlink()

    def add(self, number: int, content: bytes) -> None:
        """
        Keep a finished part.

        Parameters
        ----------
        number : int
            Its place in the output, counted from 0.
        content : bytes
            See ``packed``.

        Raises
        ------
        CommentsError
            If the disk does not take it; parts that were finished before are kept.
        """
        n_comments = content.count(b"\n")
        name = f"{number:07d}-{n_comments}-{hashlib.sha256(content).hexdigest()}.jsonl"
        _write_whole(self.folder / name, content)
        self._paths[number] = self.folder / name
        self.finished[number] = n_comments

    def comments(self) -> Iterator[ClassifiedComment]:
        """Yield the comments of all finished parts, in the order of the parts."""
        for number in sorted(self._paths):
            with self._paths[number].open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    data = json.loads(line)
                    yield comment_from_dict(data, extra=data["extra"])

    @property
    def was_sent(self) -> bool:
        """Whether comments went to a cluster, now or before the run was stopped."""
        return (self.folder / _SENT).exists()

    def note_sent(self) -> None:
        """Write down that comments go to a cluster, before they do."""
        (self.folder / _SENT).touch()

    def hand_over(self, result: Path, output: Path) -> None:
        """Give a whole result of this folder its name; an earlier folder of that name goes with this one."""
        if result.is_dir() and output.is_dir():
            output.replace(self.folder / _EARLIER)
        result.replace(output)

    def remove(self) -> None:
        """Remove the folder; a removal cut short leaves one that no run goes on with."""
        (self.folder / _RUN_FILE).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def packed(comments: Iterable[ClassifiedComment]) -> bytes:
    """Return comments as a part holds them: one JSON object a line, other columns of the input included."""
    rows = (json.dumps({**c.to_dict(), "extra": dict(c.extra)}, ensure_ascii=False) for c in comments)
    return "".join(f"{row}\n" for row in rows).encode()


def work_folder_of(output: Path) -> Path:
    """
    Return where the parts of an output are kept: beside it, under its name without ending.

    Examples
    --------
    >>> work_folder_of(Path("uit.xlsx")).name
    'uit.kempen-werk'
    """
    return output.with_name(f"{output.stem}.kempen-werk")


@contextmanager
def open_work_folder(output: Path, run: Mapping[str, Any]) -> Iterator[WorkFolder]:
    """
    Open or make the work folder of an output, for this process alone.

    Parameters
    ----------
    output : Path
    run : mapping
        What decides the content of the parts. Parts of a run that differs in any of it are
        thrown away.

    Raises
    ------
    CommentsError
        If another process is at work on this output, or the folder cannot be made.
    """
    folder = work_folder_of(output)
    try:
        folder.mkdir(exist_ok=True)
        lock = (folder / "lock").open("ab")
    except OSError as error:
        msg = f"{folder} cannot be made: {error.strerror}. Finished parts are kept there; name another output."
        raise CommentsError(msg) from error
    with lock:
        if not _is_locked(lock):
            msg = f"Another run is writing {output} (it holds {folder}). Wait for it, or name another output."
            raise CommentsError(msg)
        yield WorkFolder(folder, run)


def _is_locked(file: IO[bytes]) -> bool:
    """Take the lock if it is free; the system gives it back when the process ends, however it ends."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_whole(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise disk_error(path.parent, error) from error


def disk_error(folder: Path, error: OSError) -> CommentsError:
    """Say that something could not be written, and that finished work is kept."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    found = "the disk is full" if full else error.strerror or type(error).__name__
    return CommentsError(
        f"{folder}: a part cannot be written ({found}). Finished parts are kept; make room and run the same command "
        "again."
    )
