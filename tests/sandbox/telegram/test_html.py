"""The strict parser: what it makes of markup, and the words with which it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.telegram.html import UnparsableError, checked_link, mentioned_user, parse_html


def parsed(markup: str) -> tuple[str, list[dict[str, Any]]]:
    text, entities = parse_html(markup)
    return text, [entity.body() for entity in entities]


def mark(kind: str, offset: int, length: int, **extra: object) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **extra}


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("b", "bold"),
        ("strong", "bold"),
        ("i", "italic"),
        ("em", "italic"),
        ("u", "underline"),
        ("ins", "underline"),
        ("s", "strikethrough"),
        ("strike", "strikethrough"),
        ("del", "strikethrough"),
        ("tg-spoiler", "spoiler"),
        ("code", "code"),
        ("pre", "pre"),
        ("blockquote", "blockquote"),
        ("B", "bold"),
    ],
)
def test_every_plain_tag_becomes_its_entity(tag: str, kind: str) -> None:
    assert parsed(f"до <{tag}>текст</{tag}>") == ("до текст", [mark(kind, 3, 5)])


@pytest.mark.parametrize(
    ("markup", "text", "entity"),
    [
        ('<span class="tg-spoiler">x</span>', "x", mark("spoiler", 0, 1)),
        ("<blockquote expandable>x</blockquote>", "x", mark("expandable_blockquote", 0, 1)),
        ('<blockquote expandable="">x</blockquote>', "x", mark("expandable_blockquote", 0, 1)),
        (
            '<a href="https://a.example/?x=1&amp;y=2">x</a>',
            "x",
            mark("text_link", 0, 1, url="https://a.example/?x=1&y=2"),
        ),
        ("<a href='a.example'>x</a>", "x", mark("text_link", 0, 1, url="http://a.example/")),
        ("<a>a.example</a>", "a.example", mark("text_link", 0, 9, url="http://a.example/")),
        ('<a href="tg://user?id=501">Ольга</a>', "Ольга", mark("text_mention", 0, 5, user={"id": 501})),
        ('<pre><code class="language-python">x</code></pre>', "x", mark("pre", 0, 1, language="python")),
        ('<code class="language-python"><pre>x</pre></code>', "x", mark("pre", 0, 1, language="python")),
        ('<code class="language-python">x</code>', "x", mark("code", 0, 1)),
        (
            '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
            "👍",
            mark("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286"),
        ),
        (
            '<tg-time unix="1790000000" format="wDT">скоро</tg-time>',
            "скоро",
            mark("date_time", 0, 5, unix_time=1790000000, date_time_format="wDT"),
        ),
        ('<tg-time unix="1790000000">x</tg-time>', "x", mark("date_time", 0, 1, unix_time=1790000000)),
        ("<b\n>x</b >", "x", mark("bold", 0, 1)),
        ("<b>x</>", "x", mark("bold", 0, 1)),
    ],
)
def test_tags_with_attributes(markup: str, text: str, entity: dict[str, Any]) -> None:
    assert parsed(markup) == (text, [entity])


def test_offsets_count_utf16_units() -> None:
    assert parsed("👍ж<b>👨‍👩‍👧</b><i>я</i>") == (
        "👍ж👨‍👩‍👧я",
        [mark("bold", 3, 8), mark("italic", 11, 1)],
    )


def test_the_four_names_and_numbers_are_decoded_and_others_stay() -> None:
    text, entities = parsed("&lt;b&gt; &amp;amp; &quot;&#39;&#x1F44D;&quot &nbsp;&bogus; a & b &#0; &#xD; &")
    assert text == '<b> &amp; "\'👍" &nbsp;&bogus; a & b &#0; \r &'
    assert entities == []


def test_empty_tags_leave_no_entity_and_a_link_to_nowhere_leaves_its_text() -> None:
    assert parsed('<b></b><a href="nowhere">x</a>') == ("x", [])


@pytest.mark.parametrize(
    ("markup", "says"),
    [
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("ж <br>", 'Unsupported start tag "br" at byte offset 3'),
        ("1 < 2 и 3", 'Unsupported start tag "" at byte offset 2'),
        ("x<", "Unclosed start tag at byte offset 1"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x<i>y</b></i>", 'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</b y>", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=http://x>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<a ", 'Unclosed start tag "a" at byte offset 0'),
        ('<tg-emoji emoji-id="x">👍</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("<tg-time>x</tg-time>", 'Tag "tg-time" must have a valid attribute "unix" at byte offset 0'),
        (
            '<tg-time unix="1" format="rr">x</tg-time>',
            'Tag "tg-time" has an invalid attribute "format" at byte offset 0',
        ),
        ("&#55357;x", "Text contains invalid Unicode characters after decoding HTML entities"),
    ],
)
def test_wrong_markup_is_refused_with_the_byte_offset(markup: str, says: str) -> None:
    with pytest.raises(UnparsableError) as refused:
        parse_html(markup)
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("instagram.com/p/1", "http://instagram.com/p/1"),
        ("https://t.me/c/1/2", "https://t.me/c/1/2"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("javascript://a.example/", None),
        ("https://a b.example/", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_links_are_kept_as_the_server_keeps_them(url: str, kept: str | None) -> None:
    assert checked_link(url) == kept


def test_mentions_by_link() -> None:
    assert mentioned_user("tg://user?id=5000000502") == 5_000_000_502
    assert mentioned_user("tg://user?id=abc") is None
    assert mentioned_user("https://user?id=1") is None
