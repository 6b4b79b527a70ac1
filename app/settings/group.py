"""Groups of settings, and what their fields say about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, get_args

from annotated_types import Ge, Le
from pydantic import AliasChoices, BaseModel, ConfigDict, ValidatorFunctionWrapHandler, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from app.settings.placeholders import is_placeholder
from app.settings.problems import PLACEHOLDER, Problem, SettingsRefused

MALFORMED: Final = "malformed"
"""The type of our own errors, among those of pydantic."""


class Group(BaseModel):
    """Settings that belong together, read-only; their representation shows no secret.

    A setting that a command can do without may be unfilled. It then holds its problem, and whoever reads it
    after all gets `SettingsRefused`: no code ever sees an empty secret.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _filled(cls, given: str | Problem, validate: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(given, Problem):
            return given
        if is_placeholder(given):
            raise malformed(PLACEHOLDER)
        return validate(given)

    if not TYPE_CHECKING:  # for the type checker a field has its declared type and no other name exists

        def __getattribute__(self, name: str) -> Any:
            value = super().__getattribute__(name)
            if isinstance(value, Problem):
                raise SettingsRefused((value,))
            return value


def malformed(wrong: str) -> PydanticCustomError:
    """The error of a text that cannot be used; `wrong` completes the sentence and quotes nothing of it."""
    return PydanticCustomError(MALFORMED, wrong)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a value must look like: stands beside the validators of an annotated type."""

    text: str
    unit: timedelta | None = None
    """What one of it is, if it is a length of time."""


def names(field: FieldInfo) -> tuple[str, ...]:
    """The names a setting is read by: the canonical one, then its alias."""
    alias = field.validation_alias
    return tuple(map(str, alias.choices)) if isinstance(alias, AliasChoices) else (str(alias),)


def expected(field: FieldInfo) -> str:
    """What a value must look like, with the bounds of a number."""
    if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum):
        *others, last = field.annotation
        return f"{', '.join(others)} or {last}"
    low, high = bounds(field)
    return _expected(field).text + (f" from {low} to {high}" if low else "")


def bounds(field: FieldInfo) -> tuple[str, str]:
    """The smallest and the largest number, as they would be given; two empty texts if there are none."""
    low = next((in_words(field, each.ge) for each in field.metadata if isinstance(each, Ge)), "")
    high = next((in_words(field, each.le) for each in field.metadata if isinstance(each, Le)), "")
    return low, high


def in_words(field: FieldInfo, value: object) -> str:
    """A value of the field as it would be given; empty if it stands for none."""
    match value:
        case None | ():
            return ""
        case bool():
            return str(value).lower()
        case timedelta():
            return f"{value / (_expected(field).unit or timedelta(seconds=1)):g}"
        case _:
            return str(value)


def extra(field: FieldInfo, key: str) -> str:
    """What the field says under `key`: "where" to get a value, or the "placeholder" of the example file."""
    said = field.json_schema_extra
    return str(said.get(key, "")) if isinstance(said, dict) else ""


def problem(field: FieldInfo, wrong: str, given_as: str | None = None) -> Problem:
    """What is `wrong` with a setting, told with what is expected and where to get it."""
    name = names(field)[0]
    return Problem(
        name=name,
        wrong=wrong,
        expected=expected(field),
        where_to_get=extra(field, "where"),
        given_as=given_as if given_as != name else None,
    )


def _expected(field: FieldInfo) -> Expected:
    """From the annotation itself or, of `X | None`, from that of `X`."""
    inner = (getattr(each, "__metadata__", ()) for each in get_args(field.annotation))
    return next(each for each in chain(field.metadata, *inner) if isinstance(each, Expected))
