"""Entry point: run a command, and turn what the user can mend into one line and exit code 1."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from kempen_nlp.errors import KempenError

DEBUG = "KEMPEN_DEBUG"
"""Set to 1, the traceback of a fault of the program is shown in full; its last line may quote a comment."""


def main(argv: list[str] | None = None) -> int:
    """
    Run a command of ``kempen``.

    Returns
    -------
    int
        0 done, 1 the input is wrong, 2 the command line is wrong, 3 a fault of the program, 130 interrupted.
    """
    from kempen_nlp.cli import app

    # Of what Excel puts beside the cells (colours, lists) and openpyxl does not keep; it says nothing to an analyst.
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    # The process is about to end: going through all that was imported once more would only take time.
    atexit.register(gc.freeze)
    try:
        app(args=argv, standalone_mode=True)
    except SystemExit as stop:
        return int(stop.code or 0)
    except KempenError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(
            "Interrupted; no output was written. `kempen classify` goes on where it was when it is started again.\n"
        )
        return 130
    except Exception as error:
        if os.environ.get(DEBUG) == "1":
            raise
        sys.stderr.write(_fault(error))
        return 3
    return 0


def _fault(error: Exception) -> str:
    """Say what went wrong without the words of the exception: libraries quote cells in them."""
    if isinstance(error, OSError) and error.strerror:
        named = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{named}. The command stopped there; check the disk and the rights on the folder.\n"
    places = list(_places(error.__traceback__))
    return (
        f"A fault of the program ({type(error).__name__}), not of your files: {' < '.join(reversed(places[-3:]))}. "
        f"Its message may quote a comment and is not shown; {DEBUG}=1 shows it.\n"
    )


def _places(traceback: TracebackType | None) -> Iterator[str]:
    """Yield file and line of each call within this package, outermost first."""
    folder = Path(__file__).parent
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.is_relative_to(folder):
            yield f"{path.relative_to(folder).as_posix()}:{traceback.tb_lineno}"
        traceback = traceback.tb_next


if __name__ == "__main__":
    sys.exit(main())
