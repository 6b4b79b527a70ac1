"""Files of labelled comments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.models.comment import Category
from services.evaluate.case import CasesUnreadable, ExpectedAction, read_cases

GOOD: dict[str, Any] = {
    "id": "a1",
    "text": "Сколько стоит?",
    "lang": "ru",
    "category": "question",
    "action": "draft",
}


def file_of(folder: Path, *lines: str | dict[str, Any]) -> Path:
    path = folder / "cases.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_a_line_is_a_case_and_what_is_not_known_is_ignored(tmp_path: Path) -> None:
    full = GOOD | {
        "why": "a note",
        "injection": True,
        "context": {
            "business": {"name": "Воск", "handle": "@vosk", "kind": "shop", "lang": "ru", "founded": 2015},
            "kb": ["Доставка от 320 ₽", {"kind": "product", "title": "Свеча", "price": 990, "weight": 1}],
            "caption": None,
            "thread": [{"from": "us", "text": "Добрый день"}],
            "now": "2026-11-23T10:00:00Z",
            "weather": "snow",
        },
        "checks": {"must": ["990|1 990"], "lang": "ru", "max_chars": 300, "no_new_numbers": True},
    }
    [plain, case] = read_cases(file_of(tmp_path, GOOD, "", full | {"id": "a2"}, "  "))
    assert (plain.context.kb, plain.checks, plain.injection) == ((), None, False)
    assert (case.category, case.action, case.injection) == (Category.QUESTION, ExpectedAction.DRAFT, True)
    assert case.context.business.handle == "vosk"
    assert [passage.text for passage in case.context.kb] == ["Доставка от 320 ₽", ""]
    assert case.context.thread[0].author == "us"
    assert case.checks is not None
    assert case.checks.must == ("990|1 990",)


def test_every_bad_line_is_told_by_its_number_and_not_quoted(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        GOOD,
        "{not json: секрет",
        GOOD,
        {name: value for name, value in GOOD.items() if name != "lang"} | {"id": "a4"},
        GOOD | {"id": "a5", "category": "nonsense"},
        GOOD | {"id": "a6", "context": {"thread": [{"text": 7}]}},
        '["a", "list"]',
    )
    with pytest.raises(CasesUnreadable) as raised:
        read_cases(path)
    assert raised.value.problems == [
        "line 2: is not JSON",
        "line 3: the id stands in line 1 already",
        "line 4: “lang” is missing",
        "line 5: “category” is none of the known values",
        "line 6: “context.thread.0.text” has not the expected form",
        "line 7: is not a JSON object",
    ]
    assert "секрет" not in str(raised.value)


def test_a_file_of_something_else_does_not_fill_the_screen(tmp_path: Path) -> None:
    with pytest.raises(CasesUnreadable) as raised:
        read_cases(file_of(tmp_path, *["nothing"] * 500))
    assert str(raised.value).splitlines()[-1] == "and 480 more"


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\x00"], ids=["empty", "blank", "binary"])
def test_a_file_without_cases_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(content)
    with pytest.raises(CasesUnreadable, match=r"cases\.jsonl"):
        read_cases(path)
