"""The widgets that the page is made of, each with a name that style sheets and tests know it by."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

WIDE = w.Layout(width="24rem")
LABELS = {"description_width": "8.5rem"}


def name_file(upload: w.FileUpload, label: w.HTML) -> None:
    """Show which file was chosen; the button itself only counts."""
    label.value = f"<span class='kempen-file'>{escape(upload.value[0]['name'])}</span>" if upload.value else ""


def upload_button(text: str, accept: str, name: str) -> w.FileUpload:
    """Return a button that takes one file."""
    made = w.FileUpload(accept=accept, multiple=False, description=text, layout=w.Layout(width="14rem"))
    made.add_class(name)
    return made


def choice(text: str, options: list[Any], name: str, then: Any = None) -> w.Dropdown:  # noqa: ANN401 - what ipywidgets takes
    """Return a list to choose one from."""
    made = w.Dropdown(description=text, options=options, style=LABELS, layout=WIDE)
    made.add_class(name)
    if then is not None:
        made.observe(then, "value")
    return made


def button(text: str, name: str, then: Any, style: str = "") -> w.Button:  # noqa: ANN401 - what ipywidgets takes
    """Return a button that does something."""
    made = w.Button(description=text, button_style=style, layout=w.Layout(width="14rem"))
    made.add_class(name)
    made.on_click(then)
    return made


def beside() -> w.Layout:
    """Return the place of a label that stands before a widget, as those of the lists do."""
    return w.Layout(width="8.5rem", display="flex", justify_content="flex-end")


def wrapping() -> w.Layout:
    """Return a row that goes on below where a screen is narrow."""
    return w.Layout(flex_flow="row wrap", align_items="center")


def close_all(widget: w.Widget) -> None:
    """Close a widget with all that is in it, so that a page that was turned takes no memory."""
    for child in getattr(widget, "children", ()):
        close_all(child)
    widget.close()
