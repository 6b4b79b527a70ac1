"""A labelled comment, and the file of them (interfaces, Labelled comments)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from db.models.comment import Category

MOST_PROBLEMS = 20  # told at once; a file of another kind would otherwise fill the screen


class CasesUnreadable(Exception):
    """The file of labelled comments cannot be used; each problem names its line and quotes nothing."""

    def __init__(self, problems: list[str]) -> None:
        shown = problems[:MOST_PROBLEMS]
        if len(problems) > MOST_PROBLEMS:
            shown.append(f"and {len(problems) - MOST_PROBLEMS} more")
        super().__init__("\n".join(shown))
        self.problems = problems


class ExpectedAction(StrEnum):
    """What should become of a comment (rulings, 23)."""

    DRAFT = "draft"
    NONE = "none"
    HIDE = "hide"
    ESCALATE = "escalate"
    PARTNERSHIP = "partnership"
    NEVER_LLM = "never_llm"

    @property
    def written(self) -> bool:
        """Whether a text is expected."""
        return self in {ExpectedAction.DRAFT, ExpectedAction.ESCALATE, ExpectedAction.PARTNERSHIP}


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Business(_Part):
    """Whose post it is."""

    name: str = ""
    handle: str = "shop"
    kind: str = ""
    lang: str = "ru"

    @field_validator("handle")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.lstrip("@") or "shop"


class Said(_Part):
    """One entry of a thread."""

    author: str = Field(default="customer", alias="from")
    text: str = ""


def _passage(value: object) -> object:
    """A passage may be given by its text alone."""
    return {"text": value} if isinstance(value, str) else value


class KnownPassage(_Part):
    """A piece of the business's knowledge; a product's fields may stand beside its text or instead of it."""

    id: str = ""
    kind: str = "text"
    title: str = ""
    name: str = ""
    text: str = ""
    price: float | str | None = None
    currency: str | None = None
    stock: float | str | bool | None = None
    attributes: dict[str, Any] | str | None = None
    question: str = ""
    answer: str = ""


class Context(_Part):
    """What stands around the comment. Keys that are not known are ignored (rulings, 23)."""

    business: Business = Business()
    kb: tuple[Annotated[KnownPassage, BeforeValidator(_passage)], ...] = ()
    caption: str | None = None
    thread: tuple[Said, ...] = ()
    vision: str | None = None


class Checks(_Part):
    """What a draft must be like; each entry of `must` may name alternatives with `|`."""

    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    lang: str | None = None
    max_chars: int | None = Field(default=None, gt=0)
    no_new_numbers: bool = False


class Case(_Part):
    """One labelled comment."""

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    lang: str
    category: Category
    action: ExpectedAction
    injection: bool = False
    context: Context = Context()
    checks: Checks | None = None

    @field_validator("context", mode="before")
    @classmethod
    def _given(cls, value: object) -> object:
        """`null` stands for nothing, and so it does inside."""
        if isinstance(value, dict):
            return {name: member for name, member in value.items() if member is not None}
        return {} if value is None else value


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, in its order. Raises CasesUnreadable with every bad line, by number."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise CasesUnreadable([f"{path.name}: is not UTF-8"]) from None
    cases: list[Case] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = Case.model_validate_json(line)
        except ValidationError as error:
            problems.append(f"line {number}: {_wrong(error)}")
            continue
        if case.id in seen:
            problems.append(f"line {number}: the id stands in line {seen[case.id]} already")
        seen.setdefault(case.id, number)
        cases.append(case)
    if not cases and not problems:
        problems.append(f"{path.name}: holds no labelled comments")
    if problems:
        raise CasesUnreadable(problems)
    return cases


def _wrong(error: ValidationError) -> str:
    """The first fault, without the text in which it stands."""
    fault = error.errors(include_input=False, include_context=False, include_url=False)[0]
    if fault["type"] == "json_invalid":
        return "is not JSON"
    place = ".".join(str(step) for step in fault["loc"])
    match fault["type"]:
        case "missing":
            return f"“{place}” is missing"
        case "enum":
            return f"“{place}” is none of the known values"
        case _:
            return f"“{place}” has not the expected form" if place else "is not a JSON object"
