"""From the environment and the env file to `Settings`, or to everything that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from app.settings import envfile, group
from app.settings.group import bounds, names, problem
from app.settings.model import FIELDS, Settings
from app.settings.problems import EMPTY, MISSING, Problem, SettingsRefused
from app.settings.rules import Purpose, broken, required

DEFAULT_ENV_FILE: Final = Path(".env")


def load(
    env_file: Path | None = None, environ: Mapping[str, str] | None = None, *, purpose: Purpose
) -> Settings:
    """The settings from `environ` (default: the process's environment), and below it from `env_file`.

    Without `env_file` it is `.env` of the working directory, if there is one. A canonical name with a value
    wins over its alias wherever each stands; surrounding white space is no part of a value; an empty value
    of a setting that has a default, or may be unset, counts as not given.

    Raises `SettingsRefused` with all problems at once: for every purpose what is given and wrong, for
    `Purpose.START` also every placeholder and every combination that cannot work, and whatever `purpose`
    requires and nobody gave. A required setting that this purpose can do without raises the same when read.
    """
    settings, problems = _read(env_file, os.environ if environ is None else environ, purpose)
    environ = None  # a traceback that shows the variables of its frames shows no value
    if problems:
        raise SettingsRefused(problems)
    return settings


def _read(
    env_file: Path | None, environ: Mapping[str, str], purpose: Purpose
) -> tuple[Settings, tuple[Problem, ...]]:
    path = env_file if env_file is not None else DEFAULT_ENV_FILE
    in_file, problems = envfile.read(path) if env_file is not None or path.is_file() else ({}, ())
    known = (name for field in FIELDS.values() for name in names(field))
    anywhere = {**in_file, **environ}
    given = {name: anywhere[name] for name in known if name in anywhere}

    settings, found = _validated(given)
    must = required(settings, purpose)
    for name in must:
        if not any(given.get(each, "").strip() for each in names(FIELDS[name])):
            found.setdefault(name, _unset(FIELDS[name], given))
    if purpose is Purpose.START:
        for name, wrong in broken(settings):
            found.setdefault(name, problem(FIELDS[name], wrong))
    else:
        found = {name: each for name, each in found.items() if name in must or not each.unfilled}
    return settings, (*problems, *(found[name] for name in FIELDS if name in found))


def _validated(given: Mapping[str, str]) -> tuple[Settings, dict[str, Problem]]:
    """The settings, and by name the problems that stand in some of them instead of a value."""
    values: dict[str, Any] = dict(given)
    try:
        return Settings(**values), {}
    except ValidationError as error:
        found = _problems(error, given)
    return Settings(**values | found), found


def _problems(error: ValidationError, given: Mapping[str, str]) -> dict[str, Problem]:
    fields = {name: field for field in FIELDS.values() for name in names(field)}
    found: dict[str, Problem] = {}
    for details in error.errors(include_input=False, include_context=False, include_url=False):
        _, given_as, *_ = map(str, details["loc"])  # the group, the name, the place in a list
        field = fields[given_as]
        if details["type"] == "missing":
            told = _unset(field, given)
        else:
            told = problem(field, _wrong(details["type"], details["msg"], field), given_as)
        found.setdefault(told.name, told)
    return found


def _unset(field: FieldInfo, given: Mapping[str, str]) -> Problem:
    return problem(field, EMPTY if any(name in given for name in names(field)) else MISSING)


def _wrong(kind: str, said: str, field: FieldInfo) -> str:
    """The `kind` of error in our words; what pydantic itself `said` may quote the value."""
    match kind:
        case group.MALFORMED:
            return said
        case "enum":
            return "is none of the known values"
        case "bool_parsing":
            return "is neither true nor false"
        case "int_parsing" | "int_parsing_size":
            return "is not a whole number"
        case "decimal_parsing" | "finite_number" | "greater_than":
            return "is not a positive amount"
        case "greater_than_equal" | "less_than_equal":
            return "is out of range ({} to {})".format(*bounds(field))
        case _:
            return "has not the expected form"
