"""The account, its posts and their pictures."""

from __future__ import annotations

from sandbox.instagram import Instagram, InstagramConfig, default_media
from tests.sandbox.instagram.player import ACCESS_TOKEN, ACCOUNT, AD, ALBUM, APP_SECRET, LIVE, POST, Player


async def test_the_account_has_two_ids(player: Player) -> None:
    me = await player.get("/v26.0/me", fields="id,user_id,username,account_type")
    by_id = await player.get(f"/v25.0/{ACCOUNT}", fields="id,username")

    assert me.json == {
        "id": "27000000000000001",
        "user_id": ACCOUNT,
        "username": "lavanda_home",
        "account_type": "Business",
    }
    assert by_id.json == {"id": ACCOUNT, "username": "lavanda_home"}


async def test_the_answer_about_oneself_can_be_wrapped(player: Player) -> None:
    await player.control("switches", {"me_wrapped": True})

    assert (await player.get("/me", fields="user_id")).json["data"][0]["user_id"] == ACCOUNT


async def test_posts_are_listed_newest_first_without_advertisements_and_broadcasts(player: Player) -> None:
    first = await player.get(f"/{ACCOUNT}/media", limit="3", fields="id,media_product_type")
    second = await player.get("/me/media", after=first.json["paging"]["cursors"]["after"])

    assert [one["media_product_type"] for one in first.json["data"]] == ["FEED", "REELS", "FEED"]
    assert second.json["data"] == [{"id": POST}]
    assert (await player.get("/123/media")).code == (100, 33)


async def test_posts_are_listed_by_time(player: Player) -> None:
    published = {one.id: int(one.published_at.timestamp()) for one in default_media()}

    answer = await player.get(
        f"/{ACCOUNT}/media", since=str(published[ALBUM] - 60), until=str(published[ALBUM] + 60)
    )

    assert [one["id"] for one in answer.json["data"]] == [ALBUM]
    assert (await player.get(f"/{ACCOUNT}/media", since="yesterday")).code == (100, None)


async def test_a_post_shows_its_caption_and_counts_comments_with_replies(player: Player) -> None:
    await player.comment(parent_id=await player.comment())

    answer = await player.get(f"/{POST}", fields="caption,media_type,comments_count,permalink,owner")

    assert "490 ₽" in answer.json["caption"]
    assert answer.json["media_type"] == "IMAGE"
    assert answer.json["comments_count"] == 2
    assert answer.json["permalink"].startswith("https://www.instagram.com/p/")
    assert answer.json["owner"] == {"id": ACCOUNT}


async def test_an_album_has_children_and_a_reel_only_a_thumbnail(player: Player) -> None:
    album = await player.get(f"/{ALBUM}", fields="children{media_url},media_type")
    reel = await player.get("/18000000000000003", fields="media_url,thumbnail_url,media_type")

    assert album.json["media_type"] == "CAROUSEL_ALBUM"
    assert len(album.json["children"]["data"]) == 2
    assert reel.json["media_type"] == "VIDEO"
    assert "media_url" not in reel.json
    assert reel.json["thumbnail_url"].startswith(player.base)
    child = album.json["children"]["data"][0]
    assert (await player.get(f"/{child['id']}")).json == {"id": child["id"]}


async def test_pictures_are_where_the_posts_say(player: Player) -> None:
    answer = await player.get(f"/{POST}", fields="media_url")

    async with player.session.get(answer.json["media_url"]) as picture:
        assert picture.content_type == "image/png"
        assert (await picture.read()).startswith(b"\x89PNG\r\n\x1a\n")


async def test_advertisements_and_broadcasts_are_read_by_their_id(player: Player) -> None:
    kinds = [
        (await player.get(f"/{media}", fields="media_product_type")).json["media_product_type"]
        for media in (AD, LIVE)
    ]

    assert kinds == ["AD", "LIVE"]


async def test_subscriptions_are_listed_changed_and_removed(player: Player) -> None:
    path = f"/v26.0/{ACCOUNT}/subscribed_apps"

    first = await player.get(path)
    changed = await player.post(path, subscribed_fields="comments,messages")
    as_json = await player.call("POST", path, json={"subscribed_fields": ["comments", "messages"]})
    second = await player.get(path)
    removed = await player.call("DELETE", path)

    assert first.json["data"][0]["subscribed_fields"] == ["comments", "live_comments", "messages"]
    assert changed.json == as_json.json == removed.json == {"success": True}
    assert second.json["data"][0]["subscribed_fields"] == ["comments", "messages"]
    assert (await player.get(path)).json == {"data": []}
    assert (await player.post(path, subscribed_fields="comments,feed")).code == (100, None)
    assert (await player.post("/123/subscribed_apps")).code == (100, 33)


def test_secrets_are_not_in_representations() -> None:
    config = InstagramConfig(app_secret=APP_SECRET, verify_token="verify-me", access_token=ACCESS_TOKEN)

    shown = repr(config) + repr(Instagram(config).account)

    assert not any(secret in shown for secret in (APP_SECRET, "verify-me", ACCESS_TOKEN))
