"""`sandbox`: the whole product and its neighbours in one process, or only the neighbours."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import product, running
from app.product import ALL_ROLES
from app.sandbox import cast, tour
from app.sandbox.stage import Stage, staged
from app.servers import Servers
from app.settings import Purpose, Settings, envfile, load
from app.start import configure_logs
from app.stopping import stop_on_signals
from app.web import Addresses
from db import migrations
from db.embedded import AlreadyRunning, EmbeddedServers
from db.engine import Database
from sandbox.page import Page, PageConfig, PagePerson
from sandbox.server import serve

PLAYGROUND = Path(".local/sandbox")
TOURS = tuple(Path(f".local/smoke{slot}") for slot in range(4))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the command line asks for. Without `state` every play starts with an empty store."""

    info: Path | None = None
    port: int = 8080
    state: Path | None = None
    env: Path | None = None
    over: Path | None = None
    """Settings that win over the sandbox's own: somebody's real language model, for instance."""
    real_pacing: bool = False


def play(plan: Plan) -> None:
    """Everything, until Ctrl-C."""
    with _servers([plan.state or PLAYGROUND]) as (state, addresses):
        asyncio.run(_play(plan, state, addresses))


def smoke(plan: Plan, *, as_json: bool) -> bool:
    """The scripted tour; whether every expectation held."""
    with _servers([plan.state] if plan.state else TOURS) as (state, addresses):
        report = asyncio.run(_smoke(plan, state, addresses))
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print(report.as_text())
    return report.ok


def stand_ins_only(plan: Plan) -> None:
    """The neighbours, until Ctrl-C; `start --env-file` runs the service against them."""
    asyncio.run(_stand_ins(plan))


@contextmanager
def _servers(places: list[Path] | tuple[Path, ...]) -> Iterator[tuple[Path, Servers]]:
    """Embedded servers in the first place that nobody uses."""
    for place in places[:-1]:
        embedded = EmbeddedServers(place)
        try:
            embedded.start()
        except AlreadyRunning:
            continue
        break
    else:
        place = places[-1]
        embedded = EmbeddedServers(place).start()
    try:
        yield place.absolute(), Servers(embedded.database_url, embedded.redis_url, embedded)
    finally:
        embedded.stop()


def _settings(plan: Plan, stage: Stage, state: Path, addresses: Servers | None) -> tuple[Settings, Path]:
    """The settings of the stage, written to a file that any other command can take."""
    environment = stage.environment(state, real_pacing=plan.real_pacing)
    if addresses is not None:
        environment |= {"DATABASE_URL": addresses.database_url, "REDIS_URL": addresses.redis_url}
    if plan.over is not None:
        over, problems = envfile.read(plan.over)
        if not problems:
            environment |= over
    path = plan.env or state / "sandbox.env"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(envfile.render(environment), encoding="utf-8")
    return load(path, {}, purpose=Purpose.START), path.absolute()


@asynccontextmanager
async def _running(
    plan: Plan, stage: Stage, state: Path, addresses: Servers
) -> AsyncIterator[tuple[asyncio.Event, Path]]:
    """The product on the stage, ready; yields the event that stops it and its settings' file."""
    settings, env = _settings(plan, stage, state, addresses)
    configure_logs(settings)
    if plan.state is None:
        db = Database(addresses.database_url)
        await migrations.start_afresh(db.engine)
        await db.close()
    ready = asyncio.Event()

    def tell(_addresses: Addresses) -> None:
        ready.set()

    with stop_on_signals() as stop:
        async with product.opened(settings, addresses, ALL_ROLES) as composed, asyncio.TaskGroup() as group:
            work = group.create_task(running.run(composed, stop, tell))
            waiting = group.create_task(ready.wait())
            await asyncio.wait([work, waiting], return_when=asyncio.FIRST_COMPLETED)
            try:
                yield stop, env
            finally:
                stop.set()
                ready.set()


async def _play(plan: Plan, state: Path, addresses: Servers) -> None:
    async with staged() as stage, _running(plan, stage, state, addresses) as (stop, env):
        page = Page(_page_config(stage))
        async with serve(page.application(), plan.port) as address:
            _write_info(plan, stage, env, f"{address}/")
            print(_welcome(address), flush=True)
            await stop.wait()


async def _smoke(plan: Plan, state: Path, addresses: Servers) -> tour.Report:
    async with staged() as stage, _running(plan, stage, state, addresses) as (_stop, env):
        _write_info(plan, stage, env, None)
        return await tour.walk(stage)


async def _stand_ins(plan: Plan) -> None:
    state = (plan.state or PLAYGROUND.with_name("service")).absolute()
    async with staged() as stage:
        env = _settings(plan, stage, state, None)[1]
        _write_info(plan, stage, env, None)
        print(f"The neighbours are up. Now: python3 run.py start --env-file {env}", flush=True)
        with stop_on_signals() as stop:
            await stop.wait()


def _write_info(plan: Plan, stage: Stage, env: Path, page: str | None) -> None:
    """Whole or not at all: whoever waits for the file may read it at once."""
    if plan.info is None:
        return
    plan.info.parent.mkdir(parents=True, exist_ok=True)
    draft = plan.info.with_name(f"{plan.info.name}.new")
    draft.write_text(json.dumps(stage.info(env, page, os.getpid()), ensure_ascii=False), encoding="utf-8")
    draft.replace(plan.info)


def _page_config(stage: Stage) -> PageConfig:
    people = (*cast.TELEGRAM.members, cast.STRANGER)
    return PageConfig(
        instagram=stage.instagram,
        telegram=stage.telegram,
        llm=stage.llm,
        product=f"http://127.0.0.1:{stage.internal_port}",
        product_token=cast.INTERNAL_TOKEN,
        chat_id=cast.TELEGRAM.chat_id,
        people=tuple(
            PagePerson(person.id, person.name, cast.ROLES.get(person.id, "stranger")) for person in people
        ),
    )


def _welcome(address: str) -> str:
    return (
        f"\n  InstaChatico is playing at {address}/\n\n"
        "  Left: Instagram, write a comment as a customer. Right: the managers' chat in Telegram.\n"
        "  Everything is local: the language model is an offline stand-in, not an LLM.\n"
        "  Stop with Ctrl-C.\n"
    )
