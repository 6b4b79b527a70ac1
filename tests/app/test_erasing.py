"""`erase`: by name or id, in one account or in all, asked before it is done."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from app.cli import cli
from app.keys import privacy_keys
from db.engine import Database
from db.models import Comment, Draft, Erasure
from db.models.privacy import ErasureSource, ErasureState
from services.privacy.pseudonyms import Pseudonyms
from tests.building import KEY, a_comment, a_scene, an_account

ANNA_ID, ANNA = "900000000000001", "anna_k"
OTHER = "17841400000000002"


@dataclass(frozen=True, slots=True)
class Command:
    """The command line beside a store with Anna in two accounts."""

    db: Database
    env: Path

    async def __call__(self, *arguments: str, says: str | None = None) -> Result:
        given = ["erase", "--env-file", str(self.env), *arguments]
        return await asyncio.to_thread(CliRunner().invoke, cli, given, input=says)

    async def comments(self) -> list[Comment]:
        async with self.db.transaction() as tx:
            return list((await tx.session.execute(select(Comment).order_by(Comment.id))).scalars())

    async def requests(self) -> list[Erasure]:
        async with self.db.transaction() as tx:
            return list((await tx.session.execute(select(Erasure))).scalars())


@pytest.fixture
async def command(db: Database, database_url: str, redis_url: str, tmp_path: Path) -> Command:
    await a_scene(db)
    async with db.transaction() as tx:
        other = await an_account(tx, OTHER, username="other_shop")
        await a_comment(tx, other, "18100000000000002")
        await a_comment(
            tx, other, "18100000000000003", author_instagram_id="1", author_username="boris", text="Я Борис"
        )
    env = tmp_path / "erase.env"
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ENCRYPTION_KEY": KEY,
        "STATE_DIR": str(tmp_path),
    }
    env.write_text("\n".join(f"{name}={value}" for name, value in settings.items()), encoding="utf-8")
    return Command(db, env)


@pytest.mark.parametrize(
    "whom",
    [("--username", ANNA), ("--username", "@Anna_K"), ("--id", ANNA_ID)],
    ids=["name", "with @ and capitals", "id"],
)
async def test_the_person_is_gone_from_every_account(command: Command, whom: tuple[str, str]) -> None:
    done = await command(*whom, "--yes")
    assert done.exit_code == 0, done.output
    first, second, boris = await command.comments()
    assert (first.text, first.author_username, second.text) == ("", None, "")
    assert first.author_instagram_id == Pseudonyms(privacy_keys([KEY])).of_id(ANNA_ID)
    assert (boris.text, boris.author_username) == ("Я Борис", "boris")
    [request] = await command.requests()
    assert request.source is ErasureSource.COMMAND
    assert f"2 comments and messages are erased. The request's code is {request.code}" in done.output
    for trace in (ANNA, ANNA_ID):
        assert trace not in done.output.lower()


async def test_the_service_finishes_it(command: Command) -> None:
    """What was stored meanwhile is found by its second look, and the cards are its matter."""
    done = await command("--username", ANNA, "--yes")
    assert "keep it running" in done.output
    [request] = await command.requests()
    assert request.state is ErasureState.RECEIVED
    async with command.db.transaction() as tx:
        jobs = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer ORDER BY id"))
        assert {row[0] for row in jobs} >= {"erase", "render_card"}
        assert await tx.session.scalar(select(Draft.reason)) == "erased"


@pytest.mark.parametrize("name", [OTHER, "other_shop", "@other_shop"])
async def test_in_one_account_only(command: Command, name: str) -> None:
    assert (await command("--id", ANNA_ID, "--account", name, "--yes")).exit_code == 0
    first, second, _boris = await command.comments()
    assert (first.author_username, second.author_username) == (ANNA, None)


@pytest.mark.parametrize(("says", "erased"), [("y\n", True), ("n\n", False)], ids=["yes", "no"])
async def test_it_asks_first_and_says_how_much(command: Command, says: str, *, erased: bool) -> None:
    done = await command("--username", ANNA, says=says)
    assert done.exit_code == (0 if erased else 1)
    assert "2 comments and messages" in done.output
    assert bool(await command.requests()) is erased
    assert ((await command.comments())[0].text == "") is erased


async def test_without_an_answer_nothing_is_erased(command: Command) -> None:
    assert (await command("--username", ANNA)).exit_code == 1
    assert await command.requests() == []


async def test_somebody_unknown_is_kept_out_from_now_on(command: Command) -> None:
    done = await command("--username", "nobody_here", "--yes")
    assert done.exit_code == 0
    assert "0 comments and messages are erased" in done.output
    assert len(await command.requests()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--username", ANNA, "--id", ANNA_ID),
        ("--username", "two words"),
        ("--username", "@"),
        ("--id", "anna"),
        ("--id", ANNA_ID, "--account", "@unknown_shop"),
    ],
    ids=range(6),
)
async def test_wrong_usage_ends_with_status_2(command: Command, arguments: tuple[str, ...]) -> None:
    done = await command(*arguments, "--yes")
    assert (done.exit_code, await command.requests()) == (2, [])
    assert "Traceback" not in done.output
