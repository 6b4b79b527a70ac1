"""The account that the sandbox shows: «Лаванда», a small shop of lavender things for the home."""

from __future__ import annotations

from datetime import timedelta

from sandbox.instagram.model import Media, MediaKind, MediaType, now


def default_media() -> tuple[Media, ...]:
    """The posts of @lavanda_home; times are counted back from now."""
    start = now()
    return (
        Media(
            id="18000000000000001",
            kind=MediaKind.FEED,
            shortcode="DLavSashe01",
            caption=(
                "Саше «Лаванда» — маленький мешочек лета для шкафа 💜\n"
                "Лён, крымская лаванда, завязка из джута. 490 ₽ за штуку.\n"
                "Доставляем СДЭК по всей России: от 350 ₽, 2–5 дней. "
                "Забрать самим: ул. Лесная 12, каждый день 10:00–20:00 (мск).\n"
                "#лаванда #саше #уютныйдом"
            ),
            published_at=start - timedelta(days=9),
            like_count=214,
            colours=("d9cdea", "8a76b8"),
        ),
        Media(
            id="18000000000000002",
            kind=MediaKind.FEED,
            type=MediaType.CAROUSEL_ALBUM,
            shortcode="DLavVecher2",
            caption=(
                "Подарочный набор «Вечер»: свеча «Прованс», два саше «Лаванда» и открытка, "
                "которую мы подпишем от руки 🎁\n"
                "3 490 ₽. Листайте карусель, чтобы заглянуть в коробку."
            ),
            published_at=start - timedelta(days=5),
            like_count=367,
            colours=("4f4170", "b08bbf"),
            children=(
                Media(
                    id="18000000000000021",
                    kind=MediaKind.FEED,
                    published_at=start - timedelta(days=5),
                    colours=("4f4170", "b08bbf"),
                ),
                Media(
                    id="18000000000000022",
                    kind=MediaKind.FEED,
                    published_at=start - timedelta(days=5),
                    colours=("6e5a8f", "e3d4ea"),
                ),
            ),
        ),
        Media(
            id="18000000000000003",
            kind=MediaKind.REELS,
            type=MediaType.VIDEO,
            shortcode="DLavProvans",
            caption=(
                "Как мы льём свечу «Прованс»: соевый воск, деревянный фитиль, 40 часов горения 🕯\n"
                "1 290 ₽ — в магазине и с доставкой СДЭК.\n"
                "How our Provence candle is made: soy wax, a wooden wick, 40 hours of light."
            ),
            published_at=start - timedelta(days=3),
            like_count=1042,
            colours=("f0d9a8", "7d5a7e"),
        ),
        Media(
            id="18000000000000004",
            kind=MediaKind.FEED,
            shortcode="DLavMeadow4",
            caption=(
                "New on the shelf: the «Луг» (Meadow) reed diffuser — lavender, hay and mint. 2 190 ₽.\n"
                "We ship across Russia with CDEK: from 350 ₽, 2–5 days. "
                "Or drop in: 12 Lesnaya st., 10:00–20:00 Moscow time."
            ),
            published_at=start - timedelta(days=1),
            like_count=98,
            colours=("c9dcc0", "7f8fb5"),
        ),
        Media(
            id="18000000000000777",
            kind=MediaKind.AD,
            shortcode="DLavAdvert7",
            caption="Подарок, который пахнет летом: набор «Вечер» за 3 490 ₽. Доставка СДЭК по России.",
            published_at=start - timedelta(days=4),
            like_count=55,
            ad_id="120250000000000001",
            ad_title="Набор «Вечер»",
            original_id="18000000000000002",
            colours=("4f4170", "b08bbf"),
        ),
        Media(
            id="18000000000000900",
            kind=MediaKind.LIVE,
            type=MediaType.BROADCAST,
            shortcode="DLavLive900",
            caption="Прямой эфир: собираем наборы «Вечер» и отвечаем на вопросы",
            published_at=start - timedelta(minutes=10),
            colours=("9a4f6f", "3d3157"),
        ),
    )
