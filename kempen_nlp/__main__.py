"""Entry point: run a command, and turn what the user can mend into one line and exit code 1."""

from __future__ import annotations

import atexit
import gc
import sys

from kempen_nlp.errors import KempenError


def main(argv: list[str] | None = None) -> int:
    """
    Run a command of ``kempen``.

    Returns
    -------
    int
        0 done, 1 the input is wrong, 2 the command line is wrong, 130 interrupted.
    """
    from kempen_nlp.cli import app

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
    return 0


if __name__ == "__main__":
    sys.exit(main())
