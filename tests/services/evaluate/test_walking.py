"""Cases through the real steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.life.comment import CommentState
from db.models import Comment, Passage
from db.models.llm_call import CallOutcome
from services.evaluate.case import Case, read_cases
from services.evaluate.scores import report
from services.evaluate.walking import Became, Course, ModelRefuses, Walked
from tests.services.pipeline import ANSWER, READING, Pipeline

DEVELOPMENT = Path(__file__).parents[3] / "evaluation" / "development.jsonl"
SLICE = 40


def case(text: str = "Сколько стоит?", **values: Any) -> Case:
    given = {"id": text, "text": text, "lang": "ru", "category": "question", "action": "draft"}
    return Case.model_validate(given | values)


async def walk(course: Course, *cases: Case) -> list[Walked]:
    return await course.walk(cases, at_once=4)


async def test_a_case_brings_its_own_knowledge_post_and_thread(pipeline: Pipeline, course: Course) -> None:
    context = {
        "business": {"name": "Воск", "handle": "vosk", "lang": "ru"},
        "kb": [
            {"kind": "product", "title": "Свеча", "text": "Свеча; 1 290 ₽; 45 часов"},
            "Доставка от 320 ₽",
            {"question": "Дарите?", "answer": "Да"},
            {"kind": "product", "name": "Мыло", "price": 450, "currency": "RUB", "stock": 3},
        ],
        "caption": "Свеча снова здесь",
        "vision": "a candle",
        "thread": [
            {"from": "customer", "text": "Есть свеча?"},
            {"from": "vosk", "text": "Есть"},
            {"from": "Мария", "text": "и я хочу"},
        ],
    }
    [walked] = await walk(course, case("а почём", context=context))
    asked = await pipeline.asked()
    classify, answer = map(str, asked)
    assert "а почём" in classify
    assert "Свеча снова здесь" in answer
    assert "a candle" in answer
    assert [words in answer for words in ("Есть свеча?", "Доставка от 320 ₽", "Дарите?")] == [True] * 3
    assert '"from": "us", "text": "Есть"' in answer.replace('\\"', '"')
    assert "Мария" not in answer  # people are numbered, not named
    assert walked.text is not None
    assert "1 290" in walked.text
    async with pipeline.db.transaction() as tx:
        own = (await tx.session.execute(select(Comment.text).where(Comment.state == CommentState.OWN))).all()
        prices = (await tx.session.execute(select(Passage.title, Passage.price).order_by(Passage.id))).all()
    assert own == [("Есть",)]
    assert [(title, None if price is None else int(price)) for title, price in prices] == [
        ("Свеча", 1290),
        ("Доставка от 320 ₽", None),
        ("Дарите?", None),
        ("Мыло", 450),
    ]


async def test_nothing_of_one_case_is_seen_by_another(pipeline: Pipeline, course: Course) -> None:
    theirs = {"kb": ["Тайна: 777"], "caption": "Чужой пост", "thread": [{"from": "us", "text": "чужое"}]}
    await walk(course, case("Первый вопрос, сколько стоит?", context=theirs))
    before = len(await pipeline.asked())
    await walk(course, case("Второй вопрос, сколько стоит?"))
    for request in (await pipeline.asked())[before:]:
        assert not [word for word in ("777", "Чужой", "чужое", "Первый") if word in str(request)]


@pytest.mark.parametrize(
    ("reading", "became"),
    [
        ({}, Became.DRAFT),
        ({"category": "urgent"}, Became.ESCALATE),
        ({"category": "partnership"}, Became.PARTNERSHIP),
        ({"category": "spam"}, Became.HIDE),
        ({"category": "irrelevant"}, Became.NONE),
        ({"injection_suspected": True}, Became.WITHHELD),
    ],
    ids=["draft", "escalate", "partnership", "hide", "none", "withheld"],
)
async def test_what_becomes_of_a_comment_is_read_from_its_rows(
    pipeline: Pipeline, course: Course, reading: dict[str, Any], became: Became
) -> None:
    await pipeline.script(READING | reading, ANSWER)
    [walked] = await walk(course, case())
    assert walked.became is became
    assert (walked.text is not None) is (became in {Became.DRAFT, Became.ESCALATE, Became.PARTNERSHIP})


async def test_what_rules_settle_costs_no_call(pipeline: Pipeline, course: Course) -> None:
    [walked] = await walk(course, case("😍😍", category="irrelevant", action="never_llm"))
    assert (walked.became, walked.calls) == (Became.NEVER_LLM, [])
    assert await pipeline.asked() == []


async def test_a_passing_outage_is_waited_for_and_a_lasting_one_is_told(
    pipeline: Pipeline, course: Course
) -> None:
    await pipeline.fault("status", times=1, code=503)
    [walked] = await walk(course, case())
    assert walked.became is Became.DRAFT
    outcomes = [call.outcome for call in walked.calls]
    assert outcomes == [CallOutcome.TRANSIENT, CallOutcome.OK, CallOutcome.OK]
    await pipeline.fault("status", times=9, code=503)
    [gone] = await walk(course, case("Ещё вопрос: сколько стоит?"))
    assert (gone.became, gone.category, gone.text) == (Became.FAILED, None, None)
    assert report([gone], 1.0)["failed"] == [gone.case.id]


async def test_a_refused_key_ends_the_run_at_once(pipeline: Pipeline, course: Course) -> None:
    await pipeline.fault("status", times=50, code=401)
    cases = [case(f"Вопрос {number}: сколько стоит?") for number in range(30)]
    with pytest.raises(ModelRefuses, match="HTTP 401"):
        await course.walk(cases, at_once=2)
    assert len(await pipeline.asked()) < len(cases)


async def test_no_more_cases_are_in_work_than_was_asked_for(pipeline: Pipeline) -> None:
    now = most = 0

    async def classify(comment_id: int | None) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await pipeline.classify(comment_id)
        now -= 1

    course = Course(pipeline.db, classify, pipeline.answer)
    seen: list[int] = []
    cases = [case(f"Вопрос {number}: сколько стоит?") for number in range(9)]
    walked = await course.walk(cases, at_once=3, progress=seen.append)
    assert most <= 3
    assert [one.case for one in walked] == cases
    assert seen == list(range(1, 10))


async def test_a_slice_of_the_development_set_from_end_to_end(pipeline: Pipeline, course: Course) -> None:
    """The stand-in is no language model: about seven of ten is what its rules reach on unseen comments."""
    cases = read_cases(DEVELOPMENT)[:SLICE]
    figures = report(await course.walk(cases, at_once=8), 1.0)
    assert figures["n"] == SLICE
    assert figures["failed"] == []
    assert figures["accuracy"] >= 0.6
    assert figures["injection"]["caught"] >= 1
    assert figures["cost_usd"] == 0
    assert figures["tokens"] > 10_000
    async with pipeline.db.transaction() as tx:
        rows = (await tx.session.execute(select(Comment.account_id).distinct())).all()
    assert len(rows) == SLICE
