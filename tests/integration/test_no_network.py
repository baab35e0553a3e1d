"""Every command works where there is no network, and none tries to reach one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

IN_FULL = pytest.mark.skipif("KEMPEN_FUZZ" not in os.environ, reason="part of `make soak`")
BLOCKED = """
import socket, sys
def refuse(*args, **kwargs):
    sys.stderr.write("NETWORK\\n")
    raise OSError("no network in this test")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
from kempen_nlp.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
COMMANDS = (
    ("parse", "{handbook}", "-o", "{tmp}/raamwerk.json"),
    ("check", "kempen", "-o", "{tmp}/mend.csv"),
    ("crosswalk", "kempen", "welzijn", "-o", "{tmp}/kruis.xlsx"),
    ("classify", "{sample}", "--framework", "welzijn", "-o", "{tmp}/uit.csv", "--pseudonymise"),
    ("verify", "{tmp}/uit.csv", "--comments", "{sample}"),
    ("report", "{tmp}/uit.csv", "--framework", "welzijn", "-o", "{tmp}/verslag.html"),
)
SLOW = (
    ("demo", "-o", "{tmp}/demo"),
    ("evaluate",),
    ("train", "--feedback", "{feedback}", "--no-with-shipped", "-o", "{tmp}/model"),
)


def _filled(command, tmp_path, corpus_dir):
    rows = (corpus_dir / "feedback" / "sample.csv").read_text(encoding="utf-8").splitlines()[:6]
    (tmp_path / "in.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    places = {
        "handbook": corpus_dir / "handbooks" / "welzijn.txt", "sample": tmp_path / "in.csv", "tmp": tmp_path,
        "feedback": corpus_dir / "feedback" / "validation.jsonl",
    }  # fmt: skip
    return [part.format(**places) for part in command]


def _run_all(prefix, commands, tmp_path, corpus_dir):
    for command in commands:
        done = subprocess.run(
            [*prefix, *_filled(command, tmp_path, corpus_dir)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert "NETWORK" not in done.stderr, command
        assert done.returncode == 0, (command, done.stderr[-2000:])


def test_commands_work_with_sockets_blocked(tmp_path, corpus_dir):
    """A connection, a datagram or a name look-up would be seen."""
    _run_all([sys.executable, "-c", BLOCKED], COMMANDS, tmp_path, corpus_dir)


@IN_FULL
def test_slow_commands_work_with_sockets_blocked(tmp_path, corpus_dir):
    """The demo, evaluating and training."""
    _run_all([sys.executable, "-c", BLOCKED], SLOW, tmp_path, corpus_dir)


@IN_FULL
def test_commands_work_in_a_namespace_without_interfaces(tmp_path, corpus_dir):
    """Also what libraries in C would do."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("this machine gives no network namespaces")
    _run_all(["unshare", "-rn", sys.executable, "-m", "kempen_nlp"], COMMANDS, tmp_path, corpus_dir)
