"""Show what was recognised as a tree that a person can check against the handbook."""

from __future__ import annotations

from collections.abc import Iterator

from kempen_nlp.framework import Framework

_NAME_WORDS = 4


def framework_tree(framework: Framework) -> str:
    """Return one line for each competency, level, headline and indicator, with the handbook's line numbers."""
    return "\n".join(_lines(framework)) + "\n"


def _lines(framework: Framework) -> Iterator[str]:
    yield framework.title
    cluster = None
    called = {rank: f" ({text})" for rank, text in framework.level_scheme if len(text.split()) <= _NAME_WORDS}
    for competency in framework:
        if competency.cluster != cluster:
            cluster = competency.cluster
            yield f"├─ [{cluster or 'no cluster'}]"
        yield f"├─ {competency.name}"
        if competency.definition:
            yield f"│    {competency.definition}"
        for level in competency.levels:
            name = called.get(level.rank, "")
            yield f"│  ├─ level {level.rank}{name}" + ("" if level.applicable else " (not applicable)")
            if level.headline:
                yield f"│  │    {level.headline}"
            yield from (f"│  │  ├─ {i.text}  [{_where(i.lines)}]" for i in level.indicators)
    for profile in framework.profiles:
        yield f"├─ profile {profile.label}: " + ", ".join(f"{name} {rank}" for name, rank in profile.required.items())
    for rank, text in framework.level_scheme:
        yield f"├─ level {rank} means: {text}"


def _where(lines: tuple[int, int]) -> str:
    first, last = lines
    return f"line {first}" if first == last else f"lines {first}–{last}"
