"""`eval`: labelled comments through the configured language model, in a database that is then dropped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TextIO

from cryptography.fernet import Fernet

from app.sandbox import cast
from app.scratch import measuring_server
from app.settings import Settings, SettingsRefused
from db.engine import Database
from db.scratch import scratch
from sandbox.llm import LanguageModel
from sandbox.server import serve
from services.answer.drafting import Drafter
from services.answer.step import AnswerStep
from services.classify.step import Classify
from services.classify.words import Words
from services.decide.superseding import Superseding
from services.evaluate.case import Case
from services.evaluate.expecting import failed_checks
from services.evaluate.scores import report
from services.evaluate.walking import Course, Stopwatch, Walked
from services.instagram.client import InstagramClient
from services.llm.gateway import Gateway
from services.llm.models import Models
from services.options import Options
from services.posts import Posts
from services.vault import Vault

STAND_IN = "offline-stand-in"
NOWHERE = "http://127.0.0.1:9"  # the discard port: everything about a case is known, so nobody asks Instagram


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the language model is, and what it is called."""

    api_key: str
    base_url: str
    style: str
    models: Models


def provider_of(settings: Settings) -> Provider:
    """The settings' language model. Raises SettingsRefused when they have no key for one."""
    openai = settings.openai
    return Provider(
        api_key=openai.api_key.get_secret_value(),
        base_url=openai.base_url,
        style=openai.api_style.value,
        models=Models(classify=openai.classify_model, answer=openai.answer_model),
    )


def has_model(settings: Settings) -> bool:
    """Whether the settings hold a key for a language model."""
    try:
        provider_of(settings)
    except SettingsRefused:
        return False
    return True


def evaluate(
    settings: Settings,
    cases: Sequence[Case],
    *,
    stand_in: bool,
    at_once: int,
    details: TextIO | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> dict[str, Any]:
    """The report on `cases`; `stand_in` asks the offline stand-in instead of the settings' model.

    `details` gets one JSON object a line for every case. Raises SettingsRefused, ModelRefuses,
    ScratchRefused and EmbeddedError.
    """
    given = None if stand_in else provider_of(settings)

    async def run(url: str) -> tuple[list[Walked], float]:
        async with scratch(url) as db, _model(given) as provider, _course(db, provider) as course:
            watch = Stopwatch()
            return await course.walk(cases, at_once=at_once, progress=progress), watch.seconds

    with measuring_server(settings) as url:
        walked, seconds = asyncio.run(run(url))
    if details is not None:
        details.writelines(json.dumps(_detail(one), ensure_ascii=False) + "\n" for one in walked)
    return report(walked, seconds)


@asynccontextmanager
async def _model(given: Provider | None) -> AsyncIterator[Provider]:
    """The given provider, or the stand-in while the block lasts."""
    if given is not None:
        yield given
        return
    async with serve(LanguageModel(cast.LANGUAGE_MODEL).application()) as base:
        models = Models(classify=STAND_IN, answer=STAND_IN)
        yield Provider(cast.LANGUAGE_MODEL.api_key or "", f"{base}/v1", "responses", models)


@asynccontextmanager
async def _course(db: Database, provider: Provider) -> AsyncIterator[Course]:
    """The product's own steps, put together as for the service but for Telegram and Instagram."""
    async with AsyncExitStack() as stack:
        instagram = await stack.enter_async_context(InstagramClient(NOWHERE, "v26.0"))
        gateway = Gateway.connect(
            db, api_key=provider.api_key, base_url=provider.base_url, style=provider.style
        )
        stack.push_async_callback(gateway.close)
        vault = Vault([Fernet.generate_key().decode()])  # no token is ever sealed here
        options = Options(chat_id=0)
        superseding = Superseding(options, b"an evaluation decides nothing")
        posts = Posts(db, instagram, vault)
        words = Words(db, instagram, vault, superseding)
        classify = Classify(db, gateway, posts, words, superseding, provider.models, options)
        drafter = Drafter(db, gateway, posts, provider.models, options)
        yield Course(db, classify, AnswerStep(db, drafter, superseding, options))


def _detail(one: Walked) -> dict[str, Any]:
    """Everything about one case."""
    reading = one.reading
    return {
        "id": one.case.id,
        "text": one.case.text,
        "expected": {"category": one.case.category.value, "action": one.case.action.value},
        "category": one.category.value if one.category else None,
        "action": one.became.value,
        "confidence": reading.confidence if reading else None,
        "language": reading.language if reading else None,
        "reasoning": reading.reasoning if reading else None,
        "injection_suspected": one.suspected,
        "draft": one.text,
        "flags": one.flags,
        "failed_checks": failed_checks(one.case, one.text),
        "calls": [
            {
                "purpose": call.purpose.value,
                "model": call.model,
                "outcome": call.outcome.value,
                "input_tokens": call.input_tokens,
                "cached_tokens": call.cached_tokens,
                "output_tokens": call.output_tokens,
                "cost_usd": None if call.cost_usd is None else float(call.cost_usd),
                "latency_ms": call.latency_ms,
            }
            for call in one.calls
        ],
    }


def as_text(figures: dict[str, Any]) -> str:
    """The report as tables for eyes."""
    noticed, made = figures["injection"], figures["drafts"]
    flags = ", ".join(f"{flag} {n}" for flag, n in made["flags"].items()) or "none"
    lines = [
        f"{figures['n']} comments in {figures['seconds']} s",
        (
            f"accuracy {figures['accuracy']:.3f}   macro F1 {figures['macro_f1']:.3f}"
            f"   action {figures['action_accuracy']:.3f}   language {figures['language_accuracy']:.3f}"
        ),
        "",
        *_categories(figures),
        "",
        (
            f"commands to the bot: {noticed['caught']} caught, {noticed['missed']} missed,"
            f" {noticed['false_alarms']} false alarms; approvable in one tap: {len(noticed['one_tap'])}"
        ),
        (
            f"drafts: {made['made']} ({made['expected']} expected), {made['without_flags']} without flags;"
            f" flags: {flags}"
        ),
        *(_asked(purpose, asked) for purpose, asked in figures["calls"].items()),
        f"together: {_known(figures['tokens'])} tokens, {_money(figures['cost_usd'])}",
    ]
    if figures["failed"]:
        lines.append(f"without a usable answer: {', '.join(figures['failed'])}")
    lines += ["", f"{len(figures['check_failures'])} failed checks"]
    lines += [f"  {failure['id']}: {failure['check']}" for failure in figures["check_failures"]]
    return "\n".join(lines)


def _categories(figures: dict[str, Any]) -> Iterator[str]:
    yield f"{'category':<14}{'precision':>10}{'recall':>10}{'F1':>10}{'n':>6}   read as"
    for name, each in figures["per_category"].items():
        row = figures["confusion"].get(name, {})
        others = ", ".join(f"{read} {n}" for read, n in row.items() if read != name)
        rates = "".join(f"{each[rate]:>10.3f}" for rate in ("precision", "recall", "f1"))
        yield f"{name:<14}{rates}{each['support']:>6}   {others}".rstrip()


def _asked(purpose: str, asked: dict[str, Any]) -> str:
    latency = asked["latency_ms"]
    return (
        f"{purpose}: {asked['n']} calls of {', '.join(asked['models'])} ({', '.join(asked['prompts'])}),"
        f" {_known(asked['input_tokens'])} tokens in, {_known(asked['cached_tokens'])} of them cached,"
        f" {_known(asked['output_tokens'])} out, {_money(asked['cost_usd'])};"
        f" p50 {latency['p50']} ms, p90 {latency['p90']} ms"
    )


def _known(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}".replace(",", " ")


def _money(dollars: float | None) -> str:
    return "price unknown" if dollars is None else f"${dollars:.4f}"
