"""Every command works where there is no network, and none tries to reach one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache

import pytest

from kempen_nlp import load_framework

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
INTERFACES = "import socket, sys; sys.stdout.write(' '.join(name for _, name in socket.if_nameindex()))"
REACHING = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=5)"
QUICK = (
    ("parse", "{handbook}", "-o", "{tmp}/raamwerk.json"),
    ("classify", "{sample}", "--framework", "welzijn", "-o", "{tmp}/uit.csv", "--pseudonymise"),
    ("report", "{tmp}/uit.csv", "--framework", "welzijn", "-o", "{tmp}/verslag.html"),
)
COMMANDS = (
    *QUICK,
    ("check", "kempen", "-o", "{tmp}/mend.csv", "--html", "{tmp}/mend.html"),
    ("crosswalk", "kempen", "welzijn", "-o", "{tmp}/kruis.xlsx", "--figure", "{tmp}/kruis.png"),
    ("classify", "{sample}", "--framework", "welzijn", "-o", "{tmp}/uit.xlsx"),
    ("verify", "{tmp}/uit.csv", "--comments", "{sample}", "--again"),
    ("export", "{tmp}/uit.csv", "--format", "qdpx", "--framework", "welzijn", "-o", "{tmp}/uit.qdpx"),
)
SLOW = (
    ("demo", "-o", "{tmp}/demo"),
    ("evaluate", "--feedback", "{few}", "--framework", "welzijn", "-o", "{tmp}/gemeten"),
    ("train", "--feedback", "{feedback}", "--no-with-shipped", "-o", "{tmp}/model"),
)


def _filled(command, tmp_path, corpus_dir):
    rows = (corpus_dir / "feedback" / "sample.csv").read_text(encoding="utf-8").splitlines()[:6]
    (tmp_path / "in.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    feedback = corpus_dir / "feedback" / "validation.jsonl"
    names = set(load_framework("welzijn").names)
    rows = [json.loads(line) for line in feedback.read_text(encoding="utf-8").splitlines()]
    few = [row for row in rows if {label["competency"] for label in row["labels"]} <= names][::4]
    (tmp_path / "few.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in few), encoding="utf-8")
    places = {
        "handbook": corpus_dir / "handbooks" / "welzijn.txt", "sample": tmp_path / "in.csv", "tmp": tmp_path,
        "feedback": feedback, "few": tmp_path / "few.jsonl",
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


@cache
def _namespace():
    """Return the command that gives a process a network of its own without interfaces, or why there is none."""
    if shutil.which("unshare") is None:
        return None, "there is no `unshare` here (it comes with util-linux; macOS and Windows have none)"
    reasons = []
    # The first asks no rights of the user, the second asks to be root.
    for prefix in (["unshare", "-rn"], ["unshare", "-n"]):
        tried = subprocess.run(
            [*prefix, sys.executable, "-c", INTERFACES], capture_output=True, text=True, check=False, timeout=60
        )
        if tried.returncode == 0 and set(tried.stdout.split()) <= {"lo"}:
            return prefix, ""
        reasons.append(f"`{' '.join(prefix)}`: {(tried.stderr or tried.stdout).strip()[-120:]}")
    return None, f"this machine gives no network namespace ({'; '.join(reasons)})"


@pytest.fixture
def namespace():
    prefix, reason = _namespace()
    if prefix is None:
        pytest.skip(reason)
    return [*prefix, sys.executable]


def test_the_namespace_has_no_way_out(namespace):
    """What the next tests rest on: even an address that is a number cannot be reached, and not by waiting in vain."""
    done = subprocess.run([*namespace, "-c", REACHING], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "Network is unreachable" in done.stderr


def test_commands_work_with_sockets_blocked(tmp_path, corpus_dir):
    """A connection, a datagram or a name look-up would be seen."""
    _run_all([sys.executable, "-c", BLOCKED], QUICK, tmp_path, corpus_dir)


def test_commands_work_in_a_namespace_without_interfaces(namespace, tmp_path, corpus_dir):
    """Also what libraries in C would do."""
    _run_all([*namespace, "-m", "kempen_nlp"], QUICK, tmp_path, corpus_dir)


@IN_FULL
@pytest.mark.parametrize("commands", [COMMANDS, SLOW], ids=["all", "slow"])
def test_all_commands_work_with_sockets_blocked(commands, tmp_path, corpus_dir):
    """The demo, evaluating and training too."""
    _run_all([sys.executable, "-c", BLOCKED], commands, tmp_path, corpus_dir)


@IN_FULL
@pytest.mark.parametrize("commands", [COMMANDS, SLOW], ids=["all", "slow"])
def test_all_commands_work_in_a_namespace_without_interfaces(commands, namespace, tmp_path, corpus_dir):
    """The demo, evaluating and training too."""
    _run_all([*namespace, "-m", "kempen_nlp"], commands, tmp_path, corpus_dir)
