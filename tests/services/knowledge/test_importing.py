"""What an import leaves in the database, and what of it the model is shown."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from db.engine import Database
from db.models import Document, Passage
from db.repositories import knowledge
from services.knowledge.importing import MOST_FILES, import_knowledge
from services.knowledge.offering import CHOSEN, WHOLE, key_of, knowledge_part, offered
from tests.building import an_account


async def count(db: Database, table: type[Document | Passage]) -> int:
    async with db.transaction() as tx:
        return await tx.session.scalar(select(func.count()).select_from(table)) or 0


async def titles(db: Database) -> list[str]:
    async with db.transaction() as tx:
        account = await an_account(tx)
        return [passage.title for passage in await knowledge.passages(tx.session, account.id)]


async def test_a_folder_is_imported_once_and_changes_replace(db: Database, tmp_path: Path) -> None:
    (tmp_path / "faq.md").write_text("# Доставка\nДа\n# Оплата\nКартой", encoding="utf-8")
    (tmp_path / "c.csv").write_text("name;price\nСвеча;1290\nМыло;\n", encoding="utf-8")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "folder.md").mkdir()
    first = await import_knowledge(db, tmp_path)
    assert first.read == {"c.csv": 1, "faq.md": 2}
    assert first.problems == ["c.csv: row 3: no name, or no readable price"]
    again = await import_knowledge(db, tmp_path)
    assert (again.read, sorted(again.unchanged), again.problems) == ({}, ["c.csv", "faq.md"], [])
    (tmp_path / "faq.md").write_text("# Самовывоз\nДа", encoding="utf-8")
    changed = await import_knowledge(db, tmp_path)
    assert (changed.read, changed.unchanged) == ({"faq.md": 1}, ["c.csv"])
    assert sorted(await titles(db)) == ["Самовывоз", "Свеча"]
    assert await count(db, Document) == 2


async def test_a_broken_file_does_not_hold_up_the_others_nor_lose_what_was_known(
    db: Database, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("name;price\nСвеча;1290\n", encoding="utf-8")
    await import_knowledge(db, tmp_path)
    (tmp_path / "a.csv").write_text("oops", encoding="utf-8")
    (tmp_path / "b.md").write_text("Текст", encoding="utf-8")
    (tmp_path / "c.csv").write_bytes(b'name;price\n"' + b"a" * 200_000)
    report = await import_knowledge(db, tmp_path)
    assert report.read == {"b.md": 1}
    assert [problem.split(":")[0] for problem in report.problems] == ["a.csv", "c.csv"]
    assert await titles(db) == ["Свеча", "b"]


async def test_one_file_may_be_imported_for_one_account(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "faq.md"
    file.write_text("Для всех", encoding="utf-8")
    await import_knowledge(db, file)
    async with db.transaction() as tx:
        own = await an_account(tx)
        other = await an_account(tx, "17841400000000002")
    file.write_text("Для одного", encoding="utf-8")
    await import_knowledge(db, file, own.id)
    async with db.transaction() as tx:
        mine = [passage.text for passage in await knowledge.passages(tx.session, own.id)]
        theirs = [passage.text for passage in await knowledge.passages(tx.session, other.id)]
        assert (mine, theirs) == (["Для всех", "Для одного"], ["Для всех"])
        assert await knowledge.remove(tx.session, own.id, "faq.md")
        assert not await knowledge.remove(tx.session, own.id, "faq.md")
        listed = [(document.name, passages) for document, passages in await knowledge.documents(tx.session)]
        assert listed == [("faq.md", 1)]


async def test_what_is_not_there_or_too_much_is_a_problem_in_words(db: Database, tmp_path: Path) -> None:
    missing = await import_knowledge(db, tmp_path / "nowhere")
    assert "no such file or folder" in missing.problems[0]
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number}.txt").write_text("слово", encoding="utf-8")
    crowded = await import_knowledge(db, tmp_path)
    assert "more than 200 files" in crowded.problems[0]
    assert await count(db, Document) == 0


async def test_a_file_that_was_read_before_and_became_empty_stays_known(db: Database) -> None:
    async with db.transaction() as tx:
        await knowledge.replace(
            tx.session, None, "d.md", "1", [{"kind": "text", "title": "т", "text": "т"}], {}
        )
        await knowledge.replace(tx.session, None, "d.md", "2", [], {})
    assert (await count(db, Document), await count(db, Passage)) == (1, 0)


async def test_a_huge_catalogue_is_kept_and_only_its_fitting_part_is_shown(
    db: Database, tmp_path: Path
) -> None:
    rows = "".join(f"Товар номер {number};{number};описание товара\n" for number in range(6_000))
    (tmp_path / "c.csv").write_text(f"name;price;note\nСвеча Прованс;1290;лаванда\n{rows}", encoding="utf-8")
    assert (await import_knowledge(db, tmp_path)).read == {"c.csv": 6_001}
    async with db.transaction() as tx:
        account = await an_account(tx)
        one = await offered(tx.session, account.id, "Сколько стоят СВЕЧИ «Прованс»?")
        by_caption = await offered(tx.session, account.id, "Цена?", "Наша свеча «Прованс» снова здесь")
        misspelt = await offered(tx.session, account.id, "прованз")
        shown = await offered(tx.session, account.id, "Какие есть товары?")
        speechless = await offered(tx.session, account.id, "?")
    assert "Свеча Прованс" in {passage.title for passage in one}
    assert "Свеча Прованс" in {passage.title for passage in by_caption}
    assert "Свеча Прованс" in {passage.title for passage in misspelt}
    assert len(shown) == len(speechless) == CHOSEN
    assert [passage.position for passage in shown] == sorted(passage.position for passage in shown)


async def test_a_small_knowledge_is_shown_whole_and_in_the_same_order(db: Database, tmp_path: Path) -> None:
    text = "\n".join(f"# Раздел {number}\n{'слово ' * 100}" for number in range(WHOLE // 600 - 1))
    (tmp_path / "faq.md").write_text(text, encoding="utf-8")
    await import_knowledge(db, tmp_path)
    async with db.transaction() as tx:
        account = await an_account(tx)
        shown = await offered(tx.session, account.id, "ничего общего")
        again = await offered(tx.session, account.id, "совсем другое")
    assert len(shown) == WHOLE // 600 - 1
    assert [passage.id for passage in shown] == [passage.id for passage in again]
    part = knowledge_part(shown)["knowledge"]
    assert part[0] == {
        "id": key_of(shown[0]),
        "title": "Раздел 0",
        "kind": "text",
        "text": shown[0].text,
    }
