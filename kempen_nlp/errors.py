"""The exceptions that a caller may want to catch; each message says where, what was found, and what to do."""

_MOST_SHOWN = 40


def shown(value: object) -> str:
    """
    Return a value as a message may show it: long ones may be somebody's text, and are only measured.

    Examples
    --------
    >>> shown("positive"), shown("Noor belt klanten altijd dezelfde dag nog terug.")
    ("'positive'", '(a text of 48 characters)')
    """
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= _MOST_SHOWN and len(text.split()) < 5:
        return repr(value)
    return f"(a text of {len(text):,} characters)"


class KempenError(ValueError):
    """Something that the user gave cannot be used; the message says where and what to do."""


class ParseError(KempenError):
    """A handbook cannot be turned into a framework."""


class FrameworkError(KempenError):
    """A framework file or name is missing, malformed or contradicts itself."""


class CommentsError(KempenError):
    """A table of comments cannot be read or written."""


class ModelError(KempenError):
    """A model folder is missing, incomplete or was changed after it was written."""


class CorpusError(KempenError):
    """A file of the shipped corpus is missing or was changed."""


class ReviewError(KempenError):
    """A workbook that reviewers filled in cannot be read back."""
