"""The review page in a real browser, from upload to workbook; nothing asked of another machine."""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import openpyxl
import pytest
import websocket

from kempen_nlp.app import NOTEBOOK
from kempen_nlp.app._session import ReviewSession
from kempen_nlp.corpus import shipped_path

pytest.importorskip("voila", reason="the extra `app` is not installed, so the review page is not tested")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
SCREENSHOTS = os.environ.get("KEMPEN_SCREENSHOTS")
"""Folder for pictures of what the test saw, for people to look at."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium or Chrome was found, so the review page is not tested here"
    ),
]


class Browser:
    """A page of headless Chromium, driven over its own protocol."""

    def __init__(self, folder: Path) -> None:
        command = [
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--window-size=1280,1500",
            "--remote-allow-origins=*", "--disable-background-networking", "--disable-component-update", "--no-first-run",
            f"--user-data-dir={folder}", "about:blank",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        port = _wait(
            lambda: (folder / "DevToolsActivePort").exists() and (folder / "DevToolsActivePort").read_text().split()[0],
            60,
        )
        targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=30))
        address = next(t["webSocketDebuggerUrl"] for t in targets if t["type"] == "page")
        self.socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self.numbers, self.hosts, self.errors, self.chooser = itertools.count(1), set(), [], None
        for domain in ("Page", "Network", "DOM", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Page.setInterceptFileChooserDialog", enabled=True)

    def ask(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            self._note(message)
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def _note(self, message):
        match message.get("method"):
            case "Network.requestWillBeSent":
                address = urlsplit(message["params"]["request"]["url"])
                if address.scheme not in ("data", "blob", "about"):
                    self.hosts.add(address.hostname)
            case "Network.webSocketCreated":
                self.hosts.add(urlsplit(message["params"]["url"]).hostname)
            case "Page.fileChooserOpened":
                self.chooser = message["params"]["backendNodeId"]
            case "Log.entryAdded" if message["params"]["entry"]["level"] == "error":
                entry = message["params"]["entry"]
                self.errors.append(f"{entry.get('text', '')} {entry.get('url', '')}")
            case "Runtime.exceptionThrown":
                self.errors.append(str(message["params"]["exceptionDetails"])[:500])

    def open(self, address):
        self.ask("Page.navigate", url=address)
        self.until("!!document.querySelector('.kempen-upload')", 180)

    def run(self, script):
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, script, seconds=120):
        return _wait(lambda: self.run(script), seconds, self.seen)

    def seen(self):
        self.picture("nakijken-mislukt")
        return self.run("document.body?.innerText.slice(-600)"), self.errors

    def click(self, selector):
        self.until(f"!!document.querySelector({selector!r})")
        self.run(f"document.querySelector({selector!r}).click()")

    def upload(self, selector, path):
        self.chooser = None
        self.click(selector)
        _wait(lambda: self.run("1") and self.chooser, 30)
        self.ask("DOM.setFileInputFiles", files=[str(path)], backendNodeId=self.chooser)
        # The browser reads the file in its own time; what is clicked before is sent without it.
        self.until(f"/\\(1\\)/.test(document.querySelector({selector!r}).innerText)", 60)

    def choose(self, selector, label):
        self.run(
            f"(() => {{ const s = document.querySelector({selector + ' select'!r}); "
            f"s.value = [...s.options].find(o => o.text.replaceAll('\u00a0', ' ') === {label!r}).value; s.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
        )

    def type(self, selector, text):
        self.run(
            f"(() => {{ const i = document.querySelector({selector!r}); i.value = {text!r}; "
            "i.dispatchEvent(new Event('input', {bubbles: true})); i.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )

    def press(self, key, code, number):
        """Press and release a key, as a person without a mouse does."""
        for kind in ("keyDown", "keyUp"):
            more = {"text": key} if len(key) == 1 and kind == "keyDown" else {}
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=code, windowsVirtualKeyCode=number, **more)

    def text(self, selector):
        return self.run(f"document.querySelector({selector!r})?.innerText ?? ''")

    def picture(self, name):
        if SCREENSHOTS:
            data = self.ask("Page.captureScreenshot", format="png")["data"]
            (Path(SCREENSHOTS) / f"{name}.png").write_bytes(base64.b64decode(data))

    def close(self):
        self.socket.close()
        _stop(self.process)


def _wait(found, seconds, seen=lambda: "nothing"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.2)
    pytest.fail(f"nothing came within {seconds} seconds; last seen: {seen()}")
    return None


def _stop(process):
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def _served(log, code):
    """Start a server; yield its address with the token in it, as it is printed for people."""
    known = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]))
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, *code],
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": known},
        )
        address = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+/\?token=\w+")
        try:
            yield _wait(lambda: address.search(log.read_text()), 120, log.read_text)[0]
        finally:
            _stop(process)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """Serve the page as `kempen app` does, with the model."""
    yield from _served(tmp_path_factory.mktemp("voila") / "log.txt", ["-m", "kempen_nlp", "app", "--no-browser"])


@pytest.fixture(scope="module")
def quick_log(tmp_path_factory):
    return tmp_path_factory.mktemp("voila") / "log.txt"


@pytest.fixture(scope="module")
def quick(quick_log):
    """Serve the page with a classifier that only looks for words."""
    folder = quick_log.parent
    lines = "from kempen_nlp.app import review_page\nfrom stand_in import load\n\nreview_page(load)"
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell(lines)]
    nbformat.write(notebook, folder / "snel.ipynb")
    call = f"import pathlib, kempen_nlp.app as a; a.serve_page(open_browser=False, notebook=pathlib.Path({str(folder / 'snel.ipynb')!r}))"
    yield from _served(quick_log, ["-c", call])


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    made = Browser(tmp_path_factory.mktemp("profile"))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def browser(chromium):
    """Whatever a test does, only this machine is asked."""
    chromium.hosts.clear()
    yield chromium
    assert {"127.0.0.1"} <= chromium.hosts <= {"127.0.0.1", "localhost"}


def test_without_the_token_there_is_no_page(shipped):
    """Another user of this machine who finds the port sees nothing."""
    bare = shipped.partition("?")[0]

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args):
            return None

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(Stay).open(bare, timeout=60)
    assert refused.value.code in (302, 401, 403)


def test_the_page_that_is_shipped_opens(browser, shipped):
    """As `kempen app` serves it, ready for a file."""
    browser.open(shipped)

    assert "Opmerkingen nakijken" in browser.text("h1")
    assert browser.run("document.querySelector('.kempen-precision select').selectedOptions[0]?.text") == "gewoon"
    assert browser.errors == []


def test_from_upload_to_workbook(browser, quick):
    """Choose a framework, read, filter, accept, change and reject; the workbook holds the decisions with name and date."""
    browser.open(quick)
    browser.upload(".kempen-upload", shipped_path("corpus", "feedback", "sample.csv"))
    browser.choose(".kempen-framework", "welzijn")
    browser.click(".kempen-start")
    browser.until("/40 opmerkingen gelezen/.test(document.querySelector('.kempen-message').innerText)")
    browser.until("document.querySelectorAll('.kempen-comment mark').length > 0")
    browser.picture("nakijken-1-gelezen")
    browser.choose(".kempen-outcome", "twijfel")
    browser.until("!/^40 opm/.test(document.querySelector('.kempen-counter').innerText)")
    doubt = int(browser.text(".kempen-counter").split()[0])
    browser.choose(".kempen-outcome", "toegewezen")
    browser.choose(".kempen-competency", "Coachen")
    shown = "[...document.querySelectorAll('.kempen-comment')].map(c => c.innerText)"
    browser.until(f"{shown}.length > 2 && {shown}.every(t => /Coachen/.test(t) && /toegewezen/.test(t))")
    browser.until("document.querySelectorAll('.kempen-decision').length > 2")
    assert browser.text(".kempen-decision button.mod-active") == "geen besluit"
    for row, button in enumerate((1, 2, 3)):
        browser.run(
            f"document.querySelectorAll('.kempen-decision')[{row}].querySelectorAll('button')[{button}].click()"
        )
        n_done = (1, 1, 2)[row]
        browser.until(f"/{n_done} besluit(en)? van/.test(document.querySelector('.kempen-todo').innerText)")
        if row == 1:
            browser.until(
                "[...document.querySelectorAll('.kempen-wrong')].some(p => /Vul in wat juist is/.test(p.innerText))"
            )
            browser.until("/1 besluit nog niet klaar/.test(document.querySelector('.kempen-todo').innerText)")
    level = "[...document.querySelectorAll('.widget-dropdown')].filter(d => d.innerText.startsWith('niveau') && d.offsetParent)[0]"
    browser.run(
        f"(() => {{ const s = {level}.querySelector('select'); s.selectedIndex = 3; s.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
    )
    browser.until("/3 besluiten van/.test(document.querySelector('.kempen-todo').innerText)")
    assert browser.run("!!document.querySelector('.kempen-unsaved')")
    browser.picture("nakijken-2-besluiten")
    browser.click(".kempen-make")
    browser.until("/Vul eerst/.test(document.querySelector('.kempen-link').innerText)")
    browser.type(".kempen-reviewer input", "Els")
    browser.click(".kempen-make")
    browser.until("!!document.querySelector('.kempen-link a')")
    browser.until("!document.querySelector('.kempen-unsaved')")
    address = browser.run("document.querySelector('.kempen-link a').href")

    rows = list(openpyxl.load_workbook(io.BytesIO(base64.b64decode(address.partition(",")[2])))["Toewijzingen"].values)
    decided = [row for row in (dict(zip(rows[0], row, strict=True)) for row in rows[1:]) if row["besluit"]]
    assert [row["besluit"] for row in decided] == ["accepteren", "wijzigen", "afwijzen"]
    assert {(row["competentie"], row["beoordelaar"]) for row in decided} == {("Coachen", "Els")}
    assert all(row["datum"] for row in decided)
    assert decided[1]["juist niveau"] == 3
    assert 0 < doubt < 40


def test_a_workbook_goes_on_where_it_was_by_keyboard_alone(browser, quick, tmp_path, monkeypatch):
    """Its decisions stand there, under its own framework; Tab and the space bar make another one; the page knows until when it is not saved."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    from stand_in import load

    session = ReviewSession(load)
    sample = shipped_path("corpus", "feedback", "sample.csv")
    session.read("sample.csv", sample.read_bytes(), "welzijn", min_precision=None, tick=lambda _done, _total: None)
    session.decide(session.items[0], "Bart", {"decision": "accepteren"})
    (tmp_path / "nagekeken.xlsx").write_bytes(session.workbook())

    browser.open(quick)
    browser.upload(".kempen-upload", tmp_path / "nagekeken.xlsx")
    browser.click(".kempen-start")
    browser.until("/Uit het werkboek: 1 besluit/.test(document.querySelector('.kempen-message').innerText)")
    browser.until("/1 besluit van/.test(document.querySelector('.kempen-todo').innerText)")
    assert browser.run("document.querySelector('.kempen-framework select').selectedOptions[0].text") == "welzijn"
    active = "[...document.querySelectorAll('.kempen-decision')].map(d => d.querySelector('.mod-active').innerText)"
    assert browser.run(active)[:2] == ["accepteren", "geen besluit"]

    browser.run("document.querySelectorAll('.kempen-decision')[1].querySelectorAll('button')[0].focus()")
    browser.press("Tab", "Tab", 9)
    browser.press(" ", "Space", 32)
    browser.until("/2 besluiten van/.test(document.querySelector('.kempen-todo').innerText)")
    browser.picture("nakijken-5-verder")
    assert browser.run("!!document.querySelector('.kempen-unsaved')")
    assert browser.run(active)[1] == "accepteren"

    browser.type(".kempen-reviewer input", "Els")
    browser.click(".kempen-make")
    browser.until("!!document.querySelector('.kempen-link a') && !document.querySelector('.kempen-unsaved')")


def test_an_own_framework_is_read_from_its_file(browser, quick, tmp_path):
    """Under its own title; without the file the page says what is missing."""
    framework = json.loads(shipped_path("corpus", "frameworks", "kempen.json").read_text(encoding="utf-8"))
    (tmp_path / "eigen.json").write_text(
        json.dumps({**framework, "id": "eigen", "title": "Ons <b>raamwerk"}), encoding="utf-8"
    )
    browser.open(quick)
    browser.upload(".kempen-upload", shipped_path("corpus", "feedback", "sample.csv"))
    browser.choose(".kempen-framework", "eigen raamwerk (JSON)")
    browser.click(".kempen-start")
    browser.until("/nog geen bestand gekozen/.test(document.querySelector('.kempen-message').innerText)")
    browser.upload(".kempen-own", tmp_path / "eigen.json")
    browser.click(".kempen-start")
    browser.until("/Raamwerk: Ons <b>raamwerk/.test(document.querySelector('.kempen-message').innerText)")
    browser.picture("nakijken-6-eigen")


def test_a_bad_file_is_answered_and_the_page_goes_on(browser, quick, tmp_path):
    """In words, with the name of the file and no folder of this machine; then a good file is read."""
    browser.open(quick)
    (tmp_path / "kapot.xlsx").write_bytes(b"geen zip")
    browser.upload(".kempen-upload", tmp_path / "kapot.xlsx")
    browser.click(".kempen-start")
    browser.until("/kan niet worden gelezen/.test(document.querySelector('.kempen-message').innerText)")
    browser.picture("nakijken-3-kapot")

    said = browser.text(".kempen-message")
    assert "geen leesbaar Excel-bestand" in said
    assert "kapot.xlsx cannot be opened as an Excel workbook" in said
    assert str(tmp_path.parent) not in said
    assert "/" not in said.partition("kapot.xlsx")[0]

    (tmp_path / "goed.csv").write_text(
        "id;opmerking\n1;<img src=x onerror=alert(1)> Belt klanten altijd terug.\n", encoding="utf-8"
    )
    browser.upload(".kempen-upload", tmp_path / "goed.csv")
    browser.click(".kempen-start")
    browser.until("/1 opmerking gelezen/.test(document.querySelector('.kempen-message').innerText)")
    assert browser.run("document.querySelectorAll('.kempen-comment img').length") == 0


def test_five_thousand_comments_are_read_shown_by_page_and_gone_when_it_closes(browser, quick, quick_log, tmp_path):
    """The page stays quick, as only one page of comments is in it; what it read does not outlive it."""
    texts = [
        line.split(";", 3)[3]
        for line in shipped_path("corpus", "feedback", "sample.csv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    lines = [f"{n};{texts[n % len(texts)]}" for n in range(5000)]
    (tmp_path / "veel.csv").write_text("id;opmerking\n" + "\n".join(lines), encoding="utf-8")
    browser.open(quick)
    browser.upload(".kempen-upload", tmp_path / "veel.csv")
    browser.click(".kempen-start")
    browser.until("/5000 opmerkingen gelezen/.test(document.querySelector('.kempen-message').innerText)", 500)
    browser.until("/bladzijde 1 van 625/.test(document.querySelector('.kempen-counter').innerText)")
    browser.click(".kempen-next")
    browser.until("/bladzijde 2 van 625/.test(document.querySelector('.kempen-counter').innerText)")
    browser.picture("nakijken-4-vijfduizend")

    assert browser.run("document.querySelectorAll('.kempen-comment').length") == 8

    n_ended = quick_log.read_text().count("Kernel shutdown")
    browser.ask("Page.navigate", url="about:blank")
    _wait(lambda: quick_log.read_text().count("Kernel shutdown") > n_ended, 60, quick_log.read_text)
