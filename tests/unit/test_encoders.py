"""Encoders give unit vectors in the order asked, and read segments in their comment."""

from __future__ import annotations

import numpy as np
import pytest

from kempen_nlp.corpus import load_feedback
from kempen_nlp.encoders import TuningTargets, encode_spans, encode_unique, load_encoder
from kempen_nlp.encoders._onnx import OnnxEncoder
from kempen_nlp.encoders._recent import RecentVectors
from kempen_nlp.encoders._spans import padded, span_inputs, windows
from kempen_nlp.errors import ModelError
from kempen_nlp.persistence import load_heads


class _Counting:
    """Stands in for an encoder and notes what it is asked."""

    name = "counting"

    def __init__(self):
        self.seen = []

    def transform(self, texts):
        self.seen += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

    def transform_spans(self, texts, spans):
        return self.transform([text[a:b] for text, own in zip(texts, spans, strict=True) for a, b in own])


def test_the_same_text_is_encoded_once_and_rows_keep_their_order():
    """Form comments repeat themselves."""
    encoder = _Counting()

    vectors = encode_unique(encoder, ["Goed.", "Matig!!", "Goed."])

    assert encoder.seen == ["Goed.", "Matig!!"]
    assert vectors[:, 0].tolist() == [5, 7, 5]


def test_spans_come_back_in_order_and_repeated_comments_once():
    """A comment without segments takes no part."""
    encoder = _Counting()
    texts = ["Plant strak, belt terug.", "", "Plant strak, belt terug.", "Prima."]
    spans = [[(0, 11), (13, 24)], [], [(0, 11), (13, 24)], [(0, 6)]]

    vectors = encode_spans(encoder, texts, spans)

    assert encoder.seen == ["Plant strak", "belt terug.", "Prima."]
    assert vectors[:, 0].tolist() == [11, 11, 11, 11, 6]


def test_long_comments_are_read_in_pieces_that_hold_whole_segments():
    """Every span comes back with the text that it had."""
    text = "Deze zin is er een van een heel lange opmerking. " * 60
    spans = [(i, i + 48) for i in range(0, len(text) - 1, 49)]

    pieces = windows(text, spans)

    assert len(pieces) > 3
    assert [piece[a:b] for piece, own in pieces for a, b in own] == [text[a:b] for a, b in spans]


def test_general_encoder_sees_likeness_and_gives_unit_vectors():
    """Two ways to say one thing are nearer than another thing; text without letters gets zeros."""
    vectors = load_encoder("general").transform(
        ["Belt klanten dezelfde dag terug.", "Reageert snel op vragen van klanten.", "Het regent in Assen.", "…"]
    )

    assert np.allclose(np.linalg.norm(vectors[:3], axis=1), 1, atol=1e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert not vectors[3].any()


def test_shipped_encoder_reads_a_segment_in_its_comment():
    """The same words get another vector in another comment, and the same in the same one."""
    encoder = load_heads()[1]
    segment = "Hij deed het zelf."
    one, other = f"De klant had haast. {segment}", f"Het rooster lag overhoop. {segment}"

    alone = encoder.transform_spans([one], [[(20, 38)]])[0]
    with_others = encoder.transform_spans([one, other], [[(20, 38)], [(26, 44)]])

    assert one[20:38] == other[26:44] == segment
    assert (alone == with_others[0]).all()
    assert alone @ with_others[1] < 0.999
    assert np.allclose(np.linalg.norm(with_others, axis=1), 1, atol=1e-3)


def test_shipped_encoder_gives_a_comment_the_same_vector_whoever_its_neighbours_are_and_on_any_number_of_cores():
    """To the last bit: results may not hang on chunks, order or workers."""
    folder = load_heads()[1].folder
    texts = [c.text for c in load_feedback("validation")[:30]]
    spans = [[(0, len(text))] for text in texts]

    one = OnnxEncoder(folder, threads=1).transform_spans(texts, spans)
    three = OnnxEncoder(folder, threads=3).transform_spans(texts[::-1], spans[::-1])[::-1]
    alone = np.vstack([OnnxEncoder(folder, threads=1).transform([text]) for text in texts[:3]])

    assert (one == three).all()
    assert (one[:3] == alone).all()


def test_a_text_that_came_by_before_is_not_encoded_again_and_has_the_same_vector(monkeypatch):
    """Also in a later call; with other segments it is another matter."""
    encoder, read = OnnxEncoder(load_heads()[1].folder, threads=1), []
    real = OnnxEncoder._read
    monkeypatch.setattr(OnnxEncoder, "_read", lambda self, keys: read.extend(keys) or real(self, keys))
    text = "Belt terug. Plant niets."

    first = encoder.transform_spans([text, "Prima."], [[(0, 11), (12, 24)], [(0, 6)]])
    again = encoder.transform_spans(["Prima.", "Goed.", text], [[(0, 6)], [], [(0, 11), (12, 24)]])
    encoder.transform([text])

    assert (again == first[[2, 0, 1]]).all()
    assert read == [(text, ((0, 11), (12, 24))), ("Prima.", ((0, 6),)), (text, ((0, 24),))]
    assert encoder.transform_spans(["Goed."], [[]]).shape == (0, encoder.n_dims)


def test_recent_vectors_take_no_more_memory_than_was_said():
    """What was asked for last stays; one long text does not push out the others."""
    recent = RecentVectors(40_000)
    keys = [(f"Opmerking {n}.", ((0, 5),)) for n in range(40)]
    for key in keys:
        recent.keep({key: np.zeros((1, 384), np.float32)})
        recent.find(keys[:1])
    recent.keep({("x" * 20_000, ((0, 5),)): np.zeros((1, 384), np.float32)})

    assert 30_000 < recent.n_bytes <= 40_000
    kept = list(recent.find(keys))
    assert kept == [keys[0], *keys[-len(kept) + 1 :]]
    assert len(kept) > 10


def test_competencies_left_out_of_tuning_are_unknown_and_so_is_what_evidences_them():
    """A matcher is judged with encoders that never saw the labels."""
    targets = TuningTargets(
        competency=np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32),
        qualifier=np.zeros((3, 4), dtype=np.float32),
        polarity=np.array([0, 1, np.nan], dtype=np.float32),
        rank=np.zeros((3, 3), dtype=np.float32),
        descriptions=(("Plant.",), ("Luistert.",)),
    )

    without = targets.without(np.array([1]))

    assert np.isnan(without.competency).tolist() == [[False, True], [True, True], [False, True]]
    assert np.isnan(without.polarity).tolist() == [False, True, True]
    assert np.isnan(without.qualifier[1]).all()
    assert not np.isnan(targets.competency).any()


def test_weights_of_a_span_sum_to_one_even_where_no_token_reaches():
    """A span that was cut off is read as the whole text."""

    class Encoding:
        ids = (0, 11, 12, 2)
        offsets = ((0, 0), (0, 5), (5, 9), (0, 0))

    (first,) = span_inputs([Encoding], [[(0, 5), (6, 9), (20, 30)]])
    ids, mask, weights, is_span = padded([first, ([0, 2], np.ones((1, 2), dtype=np.float32) / 2)])

    assert np.allclose(first[1].sum(axis=1), 1)
    assert first[1][1].tolist() == [0, 0, 1, 0]
    assert ids.tolist()[1] == [0, 2, 1, 1]
    assert mask.tolist()[1] == [1, 1, 0, 0]
    assert weights.shape == (2, 3, 4)
    assert is_span.tolist() == [[True] * 3, [True, False, False]]


def test_an_unknown_encoder_is_answered_with_those_there_are():
    """And a model that is not on this machine is not fetched."""
    with pytest.raises(ModelError, match="No encoder is called 'bert'"):
        load_encoder("bert")
    with pytest.raises(ModelError, match=r"needs the package|No model"):
        load_encoder("sentence-transformers:geen/zo-een").transform(["x"])
