"""Progress in a notebook: how many, how quick, how long still; what stays when it is done is the same each time."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, TypeVar

from kempen_nlp.dutch import counted

T = TypeVar("T")
_SECONDS_BETWEEN = 0.5
"""A browser that is told more often gets slow."""


def track(items: Iterable[T], total: int, *, noun: str = "opmerking") -> Iterator[T]:
    """
    Yield the items, and in a notebook show a bar with rate and time left meanwhile.

    When all are done the bar is replaced by how many there were, so that what is kept in a notebook's
    file is the same each time. Outside a notebook nothing is shown; `kempen classify` has a bar of
    its own.

    Parameters
    ----------
    items : iterable
        Such as ``classifier.classify_comments(comments)``.
    total : int
        How many there will be.
    noun : str
        What they are, one of them, in Dutch.

    Examples
    --------
    >>> list(track(["a", "b"], 2))
    ['a', 'b']
    """
    handle = _display(_bar(0, total, noun, 0.0))
    if handle is None:
        yield from items
        return
    started = told = time.monotonic()
    done = 0
    for item in items:
        yield item
        done += 1
        if (now := time.monotonic()) - told >= _SECONDS_BETWEEN:
            handle.update(_html(_bar(done, total, noun, now - started)), raw=True)
            told = now
    handle.update(_html(f"{counted(done, noun)} gelezen"), raw=True)


def _display(text: str) -> Any:  # noqa: ANN401 - IPython has no types
    """Show a text in the notebook and return the handle that changes it; None outside a notebook."""
    if "ipykernel" not in sys.modules or "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    from IPython.display import display

    if getattr(get_ipython(), "kernel", None) is None:
        return None
    return display(_html(text), raw=True, display_id=True)  # type: ignore[no-untyped-call]


def _html(text: str) -> dict[str, str]:
    plain = text.partition("\n")[0]
    return {"text/plain": plain, "text/html": f'<p role="status">{text.partition(chr(10))[2] or escape(text)}</p>'}


def _bar(done: int, total: int, noun: str, seconds: float) -> str:
    """Return what is said, and on a second line the same with a bar before it."""
    rate = done / seconds if seconds else 0.0
    left = f"{rate:.0f} per seconde, nog {_minutes((total - done) / rate)}" if rate else "wordt gestart"
    said = f"{done} van {counted(total, noun)}: {left}"
    return f'{said}\n<progress max="{max(total, 1)}" value="{done}"></progress> {escape(said)}'


def _minutes(seconds: float) -> str:
    """
    Return a stretch of time in words.

    Examples
    --------
    >>> _minutes(12), _minutes(150)
    ('12 s', '3 min')
    """
    return f"{seconds:.0f} s" if seconds < 100 else f"{math.ceil(seconds / 60)} min"
