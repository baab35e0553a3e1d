"""What several tests need; read once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from kempen_nlp.corpus import load_framework
from kempen_nlp.persistence import load_classifier

collect_ignore = ["handbooks"]
"""Scripts that write and measure test documents; no tests."""

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def corpus_dir():
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def kempen():
    return load_framework("kempen")


@pytest.fixture(scope="session")
def welzijn():
    return load_framework("welzijn")


@pytest.fixture(scope="session")
def classifier():
    return load_classifier("welzijn")
