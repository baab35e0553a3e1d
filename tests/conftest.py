"""What several tests need; read once a run."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from kempen_nlp.corpus import load_framework
from kempen_nlp.framework import Framework
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


class WordEncoder:
    """A bag of words in 64 buckets: quick, and good enough for words that differ."""

    name = "general"

    def transform(self, texts):
        """Return unit vectors of words."""
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % 64] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def transform_spans(self, texts, spans):
        """Read every span on its own."""
        return self.transform([t[a:b] for t, own in zip(texts, spans, strict=True) for a, b in own])

    def save(self, folder):  # noqa: ARG002 - part of the protocol
        """Write nothing."""
        return []


@pytest.fixture(scope="session")
def words():
    """Return a toy encoder, for tests that fit models in a second."""
    return WordEncoder()


@pytest.fixture(scope="session")
def toy_matching():
    """Return a matching of the right shapes for the toy encoder that has learned nothing."""
    from kempen_nlp.classifier import Matching
    from kempen_nlp.competencies import CompetencyClassifier, SigmoidCalibrator
    from kempen_nlp.language.cues import CUE_KINDS

    rng, answers = np.random.default_rng(0), np.arange(40) % 2
    return Matching(
        CompetencyClassifier().fit(rng.normal(size=(40, 64 + len(CUE_KINDS))), answers),
        CompetencyClassifier().fit(rng.normal(size=(40, 13)), answers),
        SigmoidCalibrator().fit(rng.normal(size=40), answers > 0),
        {"match_assign": 0.5, "match_abstain": 0.25},
    )


@pytest.fixture(scope="session")
def gilde(kempen):
    """Return a framework of one competency with five levels that no shipped framework has."""
    data = kempen.to_dict()
    competency = data["competencies"][2]
    competency["name"] = "Vakmanschap"
    texts = ["Vijlt een werkstuk op maat.", "Last een naad zonder poriën.", "Kiest zelf het materiaal.",
             "Ontwerpt mallen voor de werkplaats.", "Bepaalt de vaknormen van het bedrijf."]  # fmt: skip
    competency["levels"] = [
        {"rank": r, "headline": None, "applicable": True, "indicators": [{"id": f"V.{r}", "text": t, "lines": [r, r]}]}
        for r, t in enumerate(texts, start=1)
    ]
    data |= {"id": "gilde", "competencies": [competency], "profiles": []}
    return Framework.from_dict(data)
