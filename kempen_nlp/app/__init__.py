"""The review page: a notebook that Voilà serves on this machine only, for colleagues who do not code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kempen_nlp.errors import ReviewError

if TYPE_CHECKING:
    from ipywidgets import Widget

    from kempen_nlp.app._session import Load

NOTEBOOK = Path(__file__).resolve().parent / "nakijken.ipynb"
TEMPLATES = Path(__file__).resolve().parent / "jupyter"
MAX_UPLOAD = 100 * 1024 * 1024
LOOPBACK = "127.0.0.1"
CLOSED_AFTER_S = 600
"""What a page kept is dropped when it closes, and after so long when a browser did not say that it closed."""


def review_page(load: Load | None = None) -> Widget:
    """
    Return the page as one widget; the last line of ``nakijken.ipynb``.

    Parameters
    ----------
    load : callable, optional
        Gives the classifier of a framework, called as ``load_classifier`` is. By default that one.
    """
    from kempen_nlp.app._page import ReviewPage

    return ReviewPage(load).widget


def serve_page(*, port: int | None = None, open_browser: bool = True, notebook: Path = NOTEBOOK) -> None:
    """
    Serve the page on the loopback address until interrupted; its address carries a fresh token.

    Parameters
    ----------
    port : int, optional
        By default the first free one from 8866.
    open_browser : bool
        Open the page in the browser of this machine.
    notebook : path
        What is served; its last line shows ``review_page``.

    Raises
    ------
    ReviewError
        If Voilà is not installed.
    """
    try:
        from voila.app import Voila
    except ImportError as error:
        msg = 'The review page needs the extra `app`. Install it with `pip install -e ".[app]"`, or run `make app`.'
        raise ReviewError(msg) from error
    known = [os.environ.get("JUPYTER_PATH"), str(TEMPLATES)]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, known))
    options = [
        f"--Voila.ip={LOOPBACK}", "--Voila.auto_token=True", "--template=kempen",
        f"--Voila.tornado_settings={{'websocket_max_message_size': {MAX_UPLOAD}}}",
        "--VoilaConfiguration.show_tracebacks=False",
        f"--MappingKernelManager.cull_idle_timeout={CLOSED_AFTER_S}", "--MappingKernelManager.cull_interval=60",
    ]  # fmt: skip
    options += [f"--port={port}"] * (port is not None) + ["--no-browser"] * (not open_browser)
    Voila.launch_instance([str(notebook), *options])
