"""Reading comments and their threads."""

from __future__ import annotations

import pytest
from yarl import URL

from sandbox.instagram import default_media
from sandbox.instagram.model import Person
from sandbox.instagram.state import State
from tests.sandbox.instagram.player import AD, POST, Player


async def test_a_comment_shows_id_text_and_time_when_nothing_is_asked_for(player: Player) -> None:
    comment = await player.comment("How much is delivery?", at="2026-11-20T13:11:12+03:00")

    answer = await player.get(f"/v26.0/{comment}")

    assert answer.status == 200
    assert answer.json == {
        "id": comment,
        "text": "How much is delivery?",
        "timestamp": "2026-11-20T10:11:12+0000",
    }


async def test_only_the_fields_asked_for_are_shown_and_the_id_always(player: Player) -> None:
    comment = await player.comment()

    answer = await player.get(
        f"/{comment}", fields="username,from{username},hidden,parent_id,media{id},like_count,replies"
    )

    assert answer.json == {
        "id": comment,
        "username": "anna_k",
        "from": {"username": "anna_k"},
        "hidden": False,
        "media": {"id": POST},
        "like_count": 0,
    }


async def test_a_person_keeps_their_id(player: Player) -> None:
    first, second = await player.comment(), await player.comment()

    authors = [(await player.get(f"/{one}", fields="from")).json["from"]["id"] for one in (first, second)]

    assert authors[0] == authors[1]
    assert authors[0].isdigit()


def test_a_stand_in_started_later_repeats_no_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for started in (1_790_000_000, 1_790_000_001):
        monkeypatch.setattr("time.time", lambda started=started: started)
        state = State(Person("1", "lavanda_home"), default_media())
        ids.append(int(state.add_comment(state.posts[POST], state.own, "?").id))

    assert ids == [18_190_000_000_000_001, 18_190_000_001_000_001]


async def test_an_unknown_field_is_refused(player: Player) -> None:
    answer = await player.get(f"/{await player.comment()}", fields="id,colour")

    assert (answer.status, answer.code) == (400, (100, None))
    assert "colour" in answer.json["error"]["message"]


async def test_a_list_of_fields_with_wrong_syntax_is_refused(player: Player) -> None:
    answer = await player.get(f"/{await player.comment()}", fields="id,replies{id")

    assert (answer.status, answer.code) == (400, (2500, None))


async def test_an_unknown_and_a_deleted_comment_look_the_same(player: Player) -> None:
    deleted = await player.comment()
    await player.control(f"comments/{deleted}", method="DELETE")

    for comment in (deleted, "18100000000000000"):
        answer = await player.get(f"/{comment}")
        assert (answer.status, answer.code) == (400, (100, 33))
        assert answer.json["error"]["type"] == "GraphMethodException"
        assert f"Object with ID '{comment}' does not exist" in answer.json["error"]["message"]
        assert answer.json["error"]["fbtrace_id"]


async def test_comments_come_newest_first_and_at_most_fifty_at_once(player: Player) -> None:
    written = [await player.comment(f"№ {number}") for number in range(53)]

    first = await player.get(f"/{POST}/comments", limit="100", fields="id")
    after = first.json["paging"]["cursors"]["after"]
    second = await player.get(f"/{POST}/comments", limit="50", after=after)

    assert [one["id"] for one in first.json["data"]] == written[:2:-1]
    assert [one["id"] for one in second.json["data"]] == written[2::-1]
    assert "next" not in second.json["paging"]


async def test_the_address_of_the_next_page_leads_there_and_holds_no_token(player: Player) -> None:
    written = [await player.comment() for _ in range(3)]

    first = await player.get(f"/v26.0/{POST}/comments", limit="2", fields="text", access_token="IGAA-test")
    following = URL(first.json["paging"]["next"])
    second = await player.get(following.raw_path_qs)
    back = await player.get(URL(second.json["paging"]["previous"]).raw_path_qs)

    assert "access_token" not in following.query
    assert following.path == f"/v26.0/{POST}/comments"
    assert second.json["data"] == [{"text": "Сколько стоит?", "id": written[0]}]
    assert back.json["data"] == first.json["data"]


async def test_a_cursor_stays_good_when_its_comment_is_deleted(player: Player) -> None:
    written = [await player.comment() for _ in range(3)]
    first = await player.get(f"/{POST}/comments", limit="1")
    await player.control(f"comments/{written[2]}", method="DELETE")

    second = await player.get(f"/{POST}/comments", limit="1", after=first.json["paging"]["cursors"]["after"])

    assert [one["id"] for one in second.json["data"]] == [written[1]]


async def test_a_made_up_cursor_and_a_made_up_limit_are_refused(player: Player) -> None:
    await player.comment()

    assert (await player.get(f"/{POST}/comments", after="W0luZmluaXR5LDFd")).code == (100, None)
    assert (await player.get(f"/{POST}/comments", after="наугад")).code == (100, None)
    assert (await player.get(f"/{POST}/comments", limit="-1")).code == (100, None)


async def test_replies_are_not_among_the_comments_but_can_be_expanded(player: Player) -> None:
    quiet = await player.comment()
    comment = await player.comment()
    replies = [await player.comment(f"+{number}", parent_id=comment) for number in range(3)]

    plain = await player.get(f"/{POST}/comments", fields="id")
    expanded = await player.get(f"/{POST}/comments", fields="replies.limit(2){text,parent_id}")

    assert plain.json["data"] == [{"id": comment}, {"id": quiet}]
    thread = expanded.json["data"][0]["replies"]
    assert thread["data"] == [
        {"text": f"+{number}", "parent_id": comment, "id": replies[number]} for number in range(2)
    ]
    assert thread["paging"]["next"]
    assert expanded.json["data"][1] == {"id": quiet}


async def test_replies_are_listed_in_pages(player: Player) -> None:
    comment = await player.comment()
    written = [await player.comment(parent_id=comment) for _ in range(27)]

    first = await player.get(f"/{comment}/replies")
    second = await player.get(f"/{comment}/replies", after=first.json["paging"]["cursors"]["after"])

    assert [one["id"] for one in first.json["data"] + second.json["data"]] == written
    assert len(first.json["data"]) == 25


async def test_a_thread_without_replies_is_an_empty_list(player: Player) -> None:
    assert (await player.get(f"/{await player.comment()}/replies")).json == {"data": []}


async def test_comments_of_an_advertisement_are_not_listed_unless_switched_on(player: Player) -> None:
    comment = await player.comment(media_id=AD)

    hidden = await player.get(f"/{AD}/comments")
    await player.control("switches", {"ad_comments": True})
    listed = await player.get(f"/{AD}/comments")

    assert hidden.json == {"data": []}
    assert [one["id"] for one in listed.json["data"]] == [comment]
    assert (await player.get(f"/{comment}")).status == 200


async def test_a_deleted_comment_takes_its_thread_along(player: Player) -> None:
    comment = await player.comment()
    reply = await player.comment(parent_id=comment)

    await player.control(f"comments/{comment}", method="DELETE")

    assert (await player.get(f"/{reply}")).code == (100, 33)
    assert (await player.get(f"/{POST}", fields="comments_count")).json["comments_count"] == 0
