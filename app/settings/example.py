"""The text of `.env.example`, made from the settings so that it cannot fall behind them.

After a change: `python -c "from app.settings import render_example as r; print(r(), end='')" > .env.example`
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from pydantic.fields import FieldInfo

from app.settings.group import Group, expected, extra, in_words, names
from app.settings.model import groups

_WIDTH: Final = 100

_HEAD: Final = """\
# Settings of InstaChatico
#
# Copy this file to .env and fill in the lines that are not commented out, then check it with
#     python3 run.py check-config
# A placeholder (paste-…-here) left in place is refused by name. A commented line shows the default,
# or a value such as it may have. The environment wins over this file. One NAME=value a line.
"""

_COMPOSE: Final = """\
# ==== Docker Compose only: the passwords of its two servers. The program itself does not read them.

# Make up two, e.g. with `openssl rand -hex 24`.
# POSTGRES_PASSWORD=
# REDIS_PASSWORD=
"""


def render_example() -> str:
    """The whole file: what must be filled in as placeholders, the rest commented out with its default."""
    return "\n".join([_HEAD, *map(_section, groups()), _COMPOSE])


def _section(group: type[Group]) -> str:
    entries = ("\n".join(_entry(field)) for field in group.model_fields.values())
    return "\n\n".join(["\n".join(_comment(f"==== {group.__doc__}")), *entries]) + "\n"


def _entry(field: FieldInfo) -> Iterator[str]:
    name, *aliases = names(field)
    yield from _comment(field.description or "")
    yield from _comment(f"Expected: {expected(field)}")
    if where := extra(field, "where"):
        yield from _comment(f"Where: {where}")
    for alias in aliases:
        yield from _comment(f"Also read as {alias}")
    default = None if field.is_required() else field.default
    (example,) = field.examples or [""]
    value = extra(field, "placeholder") or in_words(field, default) or example
    yield f"{'' if field.is_required() else '# '}{name}={value}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
