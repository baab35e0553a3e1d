"""The optional finder: what is made of what deduce says, with a stand-in for the package and, where it is, with itself."""

from __future__ import annotations

import importlib.util
import logging
import sys
from types import ModuleType, SimpleNamespace

import pytest

from kempen_nlp.language import deduced
from kempen_nlp.language.pseudonyms import Pseudonymiser, deduce_finder


class _StandIn:
    """Takes every stretch in ``said`` for a person."""

    said = ("mevrouw Van Ginneken", "Engels", "Albert Heijn", "ir. L. Zandvliet")

    def __init__(self, cache_path):
        self.cache_path = cache_path

    def deidentify(self, text, disabled):
        assert disabled == {"redactor"}
        found = [
            SimpleNamespace(tag="persoon", start_char=text.index(s), end_char=text.index(s) + len(s))
            for s in self.said if s in text
        ]  # fmt: skip
        return SimpleNamespace(annotations=[*found, SimpleNamespace(tag="locatie", start_char=0, end_char=3)])


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    class _Module(ModuleType):
        """What importing deduce does to logging, and its class."""

        @property
        def Deduce(self):  # noqa: N802 - its name there
            logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, force=True)
            return _StandIn

    monkeypatch.setitem(sys.modules, "deduce", _Module("deduce"))
    monkeypatch.setenv("DEDUCE_CACHE", str(tmp_path / "cache"))
    deduced._deduce.cache_clear()
    yield tmp_path / "cache"
    deduced._deduce.cache_clear()


@pytest.mark.usefixtures("stand_in")
def test_titles_languages_and_firms_are_left_as_they_are():
    """One person has one placeholder, whoever of the two finders saw them."""
    masker = Pseudonymiser(finder=deduce_finder())

    masked = masker.mask("Met mevrouw Van Ginneken en ir. L. Zandvliet Engels gesproken bij Albert Heijn.")

    assert masked.text == "Met mevrouw [NAAM-1] en ir. [NAAM-2] Engels gesproken bij Albert Heijn."


def test_its_cache_is_for_the_user_alone(stand_in):
    """What it keeps is a pickle."""
    list(deduce_finder()("Goed."))

    assert stand_in.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


@pytest.mark.usefixtures("stand_in")
def test_logging_is_left_as_it_was(capsys):
    """Standard output is where assignments go."""
    before = logging.getLogger().handlers[:], logging.getLogger().level

    deduce_finder()("Goed.")
    logging.getLogger("kempen").info("Noor belt terug.")

    assert (logging.getLogger().handlers[:], logging.getLogger().level) == before
    assert "Noor" not in capsys.readouterr().out


@pytest.mark.skipif(importlib.util.find_spec("deduce") is None, reason="the extra `names` is not installed")
def test_deduce_itself_finds_names(tmp_path, monkeypatch):
    """As shipped: the first time takes minutes."""
    monkeypatch.setenv("DEDUCE_CACHE", str(tmp_path))

    found = Pseudonymiser(finder=deduce_finder()).mask("Mevrouw Jansen belt.").text

    assert found == "Mevrouw [NAAM-1] belt."
