"""Map Dutch review comments to competencies and levels."""
__version__ = "0.1.0"
