"""Random data that several tests of figures share."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    """Return a seeded generator, the same for every test."""
    return np.random.default_rng(20261122)


@pytest.fixture
def decisions(rng):
    """Return truth and predictions of 200 comments, more than half of them without evidence."""
    truth = rng.random((200, 3)) < [0.25, 0.15, 0.1]
    return truth, truth ^ (rng.random((200, 3)) < 0.1)


@pytest.fixture
def calibrated(rng):
    """Return 4000 probabilities and a truth that was drawn from them."""
    probability = rng.beta(0.6, 1.5, size=(1000, 4))
    return probability, rng.random(probability.shape) < probability
