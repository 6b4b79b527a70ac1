"""Erasing a person: no row, no card and no line of the log knows the words or the name any more."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import pytest
from cryptography.fernet import Fernet

from db.engine import asyncpg_arguments
from tests.acceptance.installation import Installation, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json"}

PRICE = "Сколько стоит свеча «Прованс»?"
DONE_WITHIN = 150.0  # seconds: an erasure looks once more after a minute


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote in every way, and what must not be found afterwards."""

    name: str
    id: str
    written: Sequence[str]
    needles: Sequence[str]


async def _somebody(shared: Installation, name: str, word: str) -> Person:
    """A person with a reply in a thread, an open card, messages, and somebody who names the person."""
    told = [f"{PRICE} {word} {number}" for number in range(4)]
    top = await shared.comment("Сколько стоит доставка?", "neighbour")
    written = [await shared.comment(told[0], name, parent_id=top), await shared.comment(told[1], name)]
    written.append((await shared.post("instagram", "messages", {"username": name, "text": told[2]}))["id"])
    await shared.says(await shared.approve(told[0]), "📬")
    await shared.says(await shared.approve(told[2]), "📬")
    written.append((await shared.post("instagram", "messages", {"username": name, "text": told[3]}))["id"])
    await shared.comment(f"{PRICE} Советует @{name}", "friend")
    for words in (told[1], told[3], f"Советует @{name}"):
        await shared.button(words, "ap")
    await shared.compared()
    await shared.post("instagram", "switches", {"lose": 1.0})  # of this one Meta tells us much later
    written.append(await shared.comment(f"{PRICE} {word} 4", name))
    await shared.post("instagram", "switches", {"lose": 0.0})
    await shared.quiet()
    person_id = str((await shared.post("instagram", "people", {"username": name}))["id"])
    found = await _found(shared, [name, person_id, word])
    assert {"comments", "events", "telegram"} <= found.keys()
    return Person(name, person_id, written, [name, person_id, word])


async def _found(shared: Installation, needles: Sequence[str]) -> dict[str, list[str]]:
    """Where any of the needles is: tables, the chat, the log, with a few words around it."""
    pattern = re.compile(".{0,60}(?:" + "|".join(map(re.escape, needles)) + ").{0,60}", re.IGNORECASE)
    places = await _rows(shared)
    messages = await shared.get("telegram", "messages")
    places["telegram"] = json.dumps(messages, ensure_ascii=False)
    places["log"] = (shared.folder / "processes.log").read_text(encoding="utf-8")
    found = {place: pattern.findall(text) for place, text in places.items()}
    return {place: around for place, around in found.items() if around}


async def _rows(shared: Installation) -> dict[str, str]:
    """Every table of the database as text."""
    connection = await asyncpg.connect(**asyncpg_arguments(shared.settings()["DATABASE_URL"]))
    try:
        tables = await connection.fetch(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        rows: dict[str, str] = {}
        for schema, table in tables:
            found = await connection.fetch(f'SELECT t::text FROM "{schema}"."{table}" t')
            rows[table] = "\n".join(str(row[0]) for row in found)
        return rows
    finally:
        await connection.close()


async def _gone(shared: Installation, person: Person) -> None:
    """Wait until nothing of the person is to be found anywhere."""
    left: dict[str, list[str]] = {}

    async def nowhere() -> bool | None:
        nonlocal left
        left = await _found(shared, person.needles)
        return True if not left else None

    try:
        await eventually("nothing is left", nowhere)
    except AssertionError as error:
        error.add_note(f"left: {left}")
        raise


async def _comes_back(shared: Installation, person: Person) -> None:
    """Meta repeats the old deliveries: they are taken, and nothing comes of them."""
    before = (await shared.overview())["states"]["comments"]
    for written in person.written:
        again = await shared.post("instagram", "redeliver", {"id": written, "times": 2})
        assert set(again["statuses"]) == {200}
    assert (await shared.quiet())["comments"] == before
    assert await _found(shared, person.needles) == {}


async def test_whom_the_operator_erases_nothing_of_is_left(shared: Installation) -> None:
    person = await _somebody(shared, "margarita.secret", "шёпотом")
    arguments = ("erase", "--username", f"@{person.name}", "--yes", "--env-file", shared.env_file)
    said = await shared.command(*arguments)
    assert "are erased" in said
    await _gone(shared, person)
    await _comes_back(shared, person)
    newer = await shared.comment(f"{PRICE} (заново)", person.name)  # who writes anew is a customer again
    await shared.says(await shared.approve("(заново)"), "📬")
    await shared.effect("reply", comment_id=newer)


async def test_whom_meta_asks_us_to_erase_nothing_of_is_left(shared: Installation) -> None:
    person = await _somebody(shared, "zinaida_hidden", "вполголоса")
    status, answer = await shared.meta_calls("/instagram/data-deletion", person.id)
    assert status == 200
    assert answer["confirmation_code"] in answer["url"]
    await _gone(shared, person)

    async def finished() -> bool | None:
        async with shared.session.get(answer["url"]) as status:
            assert status.status == 200
            return True if "Ваши данные удалены" in await status.text() else None

    await eventually("the status page says that it is done", finished, DONE_WITHIN)
    # The former key goes. What was missed meanwhile is looked for, and the person's comments stand.
    assert await shared.stop() == 0
    shared.settings(ENCRYPTION_KEY=Fernet.generate_key().decode())
    await shared.command("rotate-keys", "--env-file", shared.env_file)
    await shared.start()
    await _comes_back(shared, person)
