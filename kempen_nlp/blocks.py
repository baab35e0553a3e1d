"""Cut a stream of comments into blocks that decide their own answers, and classify a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from kempen_nlp.assignments import ClassifiedComment
from kempen_nlp.comments import Comment

BLOCK = 4096
BLOCK_CHARS = 1_000_000
"""
A block ends at so many comments or characters, whichever is first. Blocks are counted from the
first row, and nothing outside a block decides its answers, so parts and workers change no byte.
"""


class CommentClassifier(Protocol):
    """What this module asks of a classifier."""

    def classify_comments(self, comments: Iterable[Comment]) -> Iterator[ClassifiedComment]:
        """Yield an answer for each comment, in order."""
        ...


def cut_blocks(comments: Iterable[Comment]) -> Iterator[list[Comment]]:
    """Cut comments into blocks, see ``BLOCK``; the last one may be shorter, none is empty."""
    block: list[Comment] = []
    n_chars = 0
    for comment in comments:
        block.append(comment)
        n_chars += len(comment.text)
        if len(block) == BLOCK or n_chars >= BLOCK_CHARS:
            yield block
            block, n_chars = [], 0
    if block:
        yield block


def classify_block(classifier: CommentClassifier, block: Sequence[Comment]) -> Iterator[ClassifiedComment]:
    """
    Classify the comments of a block, each different text once.

    Yields
    ------
    ClassifiedComment
        In order; a comment with a problem passes unread.
    """
    distinct = dict.fromkeys(comment.text for comment in block if not comment.problems)
    asked = (Comment(str(n), text, n) for n, text in enumerate(distinct, start=1))
    answers = iter(classifier.classify_comments(asked))
    known: dict[str, ClassifiedComment] = {}
    for comment in block:
        if comment.problems:
            yield ClassifiedComment(comment.id, comment.text, problems=comment.problems, extra=comment.extra)
            continue
        if comment.text not in known:
            known[comment.text] = next(answers)
        yield replace(known[comment.text], id=comment.id, extra=comment.extra)
