"""Where others mention the account."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.instagram.player import ACCOUNT, POST, Player, Receiver


async def mention(player: Player, **more: Any) -> Any:
    return await player.control("mentions", {"username": "vera", "text": "@lavanda_home лучшие!", **more})


async def test_a_mention_among_the_comments_names_somebody_elses_post(
    player: Player, receiver: Receiver
) -> None:
    made = await mention(player, caption="Мои покупки", owner="shopping.diary")

    told = await receiver.next()
    assert told.json["entry"][0]["changes"][0]["field"] == "comments"
    assert told.value["id"] == made["id"]
    assert told.value["media"] == {"id": made["media_id"], "media_product_type": "FEED"}
    assert (told.value["from"]["username"], told.value["text"]) == ("vera", "@lavanda_home лучшие!")
    comment = await player.get(f"/{made['id']}", fields="text,media{id,permalink}")
    assert comment.json["text"] == "@lavanda_home лучшие!"
    assert comment.json["media"]["permalink"].startswith("https://www.instagram.com/p/")
    # The post itself is not the account's.
    assert (await player.get(f"/{made['media_id']}")).code == (100, 33)
    assert (await player.get(f"/{made['media_id']}/comments")).code == (100, 33)


async def test_a_mention_by_its_own_field_tells_ids_only(player: Player, receiver: Receiver) -> None:
    made = await mention(player, **{"as": "mentions"})

    change = (await receiver.next()).json["entry"][0]["changes"][0]
    assert change == {
        "field": "mentions",
        "value": {"media_id": made["media_id"], "comment_id": made["id"]},
    }
    assert (await player.get(f"/{made['id']}")).code == (100, 33)


async def test_a_mention_in_a_caption_has_no_comment(player: Player, receiver: Receiver) -> None:
    made = await player.control("mentions", {"username": "vera", "caption": "Спасибо за подарок"})

    change = (await receiver.next()).json["entry"][0]["changes"][0]
    assert change == {"field": "mentions", "value": {"media_id": made["media_id"]}}
    assert made["id"] is None
    tags = await player.get("/me/tags", fields="caption,username")
    assert tags.json["data"] == [
        {"id": made["media_id"], "caption": "@lavanda_home Спасибо за подарок", "username": "vera"}
    ]


@pytest.mark.parametrize(("told", "readable"), [("comments", False), ("mentions", True)])
async def test_whether_a_mention_is_read_by_its_id_can_be_chosen(
    player: Player, told: str, readable: bool
) -> None:
    made = await mention(player, readable=readable, **{"as": told})

    assert ((await player.get(f"/{made['id']}")).status == 200) is readable


async def test_a_mention_is_read_as_a_field_of_the_account(player: Player) -> None:
    made = await mention(player, caption="Мои покупки")
    comment_field = (
        f"mentioned_comment.comment_id({made['id']}){{id,text,timestamp,like_count,media{{id,media_url}}}}"
    )
    media_field = f"mentioned_media.media_id({made['media_id']}){{caption,media_type,username}}"

    comment = await player.get(f"/{ACCOUNT}", fields=comment_field)
    media = await player.get(f"/{ACCOUNT}", fields=media_field)

    told = comment.json["mentioned_comment"]
    assert told.pop("timestamp").endswith("+0000")
    assert told.pop("media")["media_url"].startswith(player.base)
    assert told == {"id": made["id"], "text": "@lavanda_home лучшие!", "like_count": 0}
    assert comment.json["id"] == ACCOUNT
    assert media.json["mentioned_media"] == {
        "id": made["media_id"],
        "caption": "Мои покупки",
        "media_type": "IMAGE",
        "username": "vera",
    }


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("mentioned_comment.comment_id({ours}){{id}}", (100, 33)),
        ("mentioned_media.media_id({post}){{id}}", (100, 33)),
        ("mentioned_comment{{id}}", (100, None)),
        ("mentioned_comment.comment_id({mention}){{from}}", (100, None)),
    ],
)
async def test_what_is_no_mention_is_not_read_as_one(
    player: Player, field: str, code: tuple[int, int | None]
) -> None:
    made, ours = await mention(player), await player.comment()

    answer = await player.get(f"/{ACCOUNT}", fields=field.format(ours=ours, post=POST, mention=made["id"]))

    assert answer.code == code


@pytest.mark.parametrize("told", ["comments", "mentions"])
async def test_a_mention_is_answered_under_the_comment(player: Player, told: str) -> None:
    made = await mention(player, **{"as": told})

    answer = await player.post(
        f"/{ACCOUNT}/mentions", media_id=made["media_id"], comment_id=made["id"], message="Спасибо!"
    )

    assert answer.status == 200
    assert await player.ledger() == [("reply", made["id"], "Спасибо!")]
    (entry,) = await player.control("ledger", method="GET")
    assert (entry["id"], entry["media_id"]) == (answer.json["id"], made["media_id"])
    (post,) = (await player.control("state", method="GET"))["mentions"]
    assert [one["text"] for one in post["comments"][0]["replies"]] == ["Спасибо!"]


async def test_a_caption_is_answered_by_a_comment(player: Player) -> None:
    made = await player.control("mentions", {"username": "vera", "caption": "Спасибо"})

    await player.post("/me/mentions", media_id=made["media_id"], message="И вам")

    assert await player.ledger() == [("reply", None, "И вам")]


async def test_asking_for_fields_answers_the_mention_and_then_an_error(player: Player) -> None:
    made = await mention(player)

    answer = await player.post("/me/mentions", media_id=made["media_id"], message="Да", fields="id")

    assert answer.code == (20, 1772107)
    assert len(await player.ledger()) == 1


async def test_a_mention_that_cannot_be_answered_is_refused(player: Player) -> None:
    made, ours = await mention(player), await player.comment()

    async def code(**params: str) -> tuple[int, int | None]:
        return (await player.post("/me/mentions", **params)).code

    assert await code(media_id="5", message="Да") == (100, 33)
    assert await code(media_id=POST, message="Да") == (100, 33)
    assert await code(media_id=made["media_id"], comment_id=ours, message="Да") == (100, 33)
    assert await code(media_id=made["media_id"], message="") == (100, None)
    await player.control(f"media/{made['media_id']}", {"comments_enabled": False}, method="PATCH")
    assert await code(media_id=made["media_id"], message="Да") == (100, None)
    assert await player.ledger() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/{id}/replies?message=Да"), ("POST", "/{id}?hide=true"), ("DELETE", "/{id}")],
)
async def test_a_comment_under_somebody_elses_post_is_not_moderated(
    player: Player, method: str, path: str
) -> None:
    made = await mention(player)

    assert (await player.call(method, path.format(id=made["id"]))).code == (100, 33)
    assert (await player.write({"comment_id": made["id"]}, "Да")).code == (100, 2534025)
    assert await player.ledger() == []


async def test_mentions_have_their_own_faults(player: Player) -> None:
    made = await mention(player)
    field = f"mentioned_comment.comment_id({made['id']}){{id}}"
    for operation in ("mention", "mentioned_comment", "tags"):
        await player.control("faults", {"operation": operation, "kind": "status", "code": 4})

    assert (await player.post("/me/mentions", media_id=made["media_id"], message="Да")).code == (4, None)
    assert (await player.get(f"/{ACCOUNT}", fields=field)).code == (4, None)
    assert (await player.get("/me/tags")).code == (4, None)


async def test_somebody_mentions_the_account_again_under_the_same_post(player: Player) -> None:
    first = await mention(player)
    second = await mention(player, text="и ещё", media_id=first["media_id"])

    assert second["media_id"] == first["media_id"]
    assert (await player.get(f"/{second['id']}")).json["text"] == "@lavanda_home и ещё"


async def test_another_account_is_mentioned(player: Player, receiver: Receiver) -> None:
    other = await player.account()

    made = await mention(player, account_id=other["account_id"], text="Спасибо!")

    assert (await receiver.next()).json["entry"][0]["id"] == other["account_id"]
    told = await player.call("GET", f"/{made['id']}", token=other["token"])
    assert told.json["text"] == "@herbs.shop Спасибо!"
    assert (await player.get(f"/{made['id']}")).code == (100, 33)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "vera"}, 400),
        ({"username": "vera", "caption": "!", "as": "comments"}, 400),
        ({"username": "vera", "text": "!", "as": "messages"}, 400),
        ({"username": "vera", "text": "!", "media_id": POST}, 404),
    ],
)
async def test_a_mention_that_cannot_be_is_refused(player: Player, body: Any, status: int) -> None:
    answer = await player.call("POST", "/_control/mentions", json=body, token=None)

    assert answer.status == status
    assert answer.json["error"]
