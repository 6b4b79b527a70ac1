"""Files of plain NAME=value lines, as `docker-compose --env-file` reads them too."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from app.settings.problems import Problem


def read(path: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The values of the file by name, and the lines that are none, told by number.

    `$NAME` stays as it is written: a secret may contain a dollar sign.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        return {}, (Problem(str(path), "cannot be read", "a file of NAME=value lines"),)
    except ValueError:
        return {}, (Problem(str(path), "is not UTF-8 text", "a file of NAME=value lines"),)
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            problems.append(
                Problem(f"{path}:{binding.original.line}", "has no value that can be read", "NAME=value")
            )
        elif binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values, tuple(problems)


def render(values: Mapping[str, str]) -> str:
    """The text from which `read` gets `values` back; quoted only where a plain line would not do."""
    return "".join(f"{_line(name, value)}\n" for name, value in values.items())


def _line(name: str, value: str) -> str:
    plain = f"{name}={value}"
    understood = [(binding.key, binding.value) for binding in parse_stream(io.StringIO(plain))]
    if understood == [(name, value)]:
        return plain
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'"
