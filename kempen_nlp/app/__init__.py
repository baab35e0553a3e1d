"""The review page: a notebook that Voilà serves on this machine only, for colleagues who do not code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kempen_nlp.errors import ReviewError

if TYPE_CHECKING:
    from ipywidgets import Widget

NOTEBOOK = Path(__file__).resolve().parent / "nakijken.ipynb"
TEMPLATES = Path(__file__).resolve().parent / "jupyter"
MAX_UPLOAD = 100 * 1024 * 1024
LOOPBACK = "127.0.0.1"


def review_page() -> Widget:
    """Return the page as one widget; the last line of ``nakijken.ipynb``."""
    from kempen_nlp.app._page import ReviewPage

    return ReviewPage().widget


def serve_page(*, port: int | None = None, open_browser: bool = True) -> None:
    """
    Serve the page on the loopback address until interrupted; its address carries a fresh token.

    Parameters
    ----------
    port : int, optional
        By default the first free one from 8866.
    open_browser : bool
        Open the page in the browser of this machine.

    Raises
    ------
    ReviewError
        If Voilà is not installed.
    """
    try:
        from voila.app import Voila
    except ImportError as error:
        msg = "The review page needs the extra `app`. Install it with `pip install -e '.[app]'`, or run `make app`."
        raise ReviewError(msg) from error
    known = [os.environ.get("JUPYTER_PATH"), str(TEMPLATES)]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, known))
    options = [
        f"--Voila.ip={LOOPBACK}", "--Voila.auto_token=True", "--template=kempen",
        f"--Voila.tornado_settings={{'websocket_max_message_size': {MAX_UPLOAD}}}",
        "--VoilaConfiguration.show_tracebacks=False",
    ]  # fmt: skip
    options += [f"--port={port}"] * (port is not None) + ["--no-browser"] * (not open_browser)
    Voila.launch_instance([str(NOTEBOOK), *options])
