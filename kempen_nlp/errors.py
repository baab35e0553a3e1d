"""The exceptions that a caller may want to catch; each message says where, what was found, and what to do."""


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


class ClusterError(KempenError):
    """A Dask cluster does not answer, was lost, or runs another version."""
