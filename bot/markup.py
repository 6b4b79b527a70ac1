"""Building blocks of messages. Words of others are hostile: they are escaped, and cannot ping or command.

Telegram makes links of `@name` and `/command` wherever they stand. In a customer's words the first would
call a colleague of that name, and a tap on the second would send the command in a manager's name.
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from aiogram.utils.formatting import Code, DateTime, Text, TextLink

from bot.texts import Texts

ELLIPSIS: Final = "…"
LOOKALIKES: Final = {"@": "\uff20", "/": "\u2215"}  # as wide as the real ones, and they mean nothing
MARKED: Final = 20  # names and commands of one text that are linked; Telegram takes 100 entities a message
LONGEST_CLUSTER: Final = 32  # code points of one visible character that a cut will go back over
RECENT: Final = timedelta(hours=20)  # older times are shown with their date

_FIRST_MARK: Final = 0xE000  # private use: in no text of ours
_MARK = re.compile("([\ue000-\ue0ff])")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # Telegram shows them as spaces
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # would turn what follows around
_SEPARATORS = re.compile("\r\n|[\r\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")
_ACTIVE = re.compile(
    r"(?<![\w@])@(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9._]{0,28}[A-Za-z0-9_])?)"
    r"|(?<![\w/<>])(?P<command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)",
    re.ASCII,
)
_USERNAME = re.compile(r"[A-Za-z0-9._]{1,30}", re.ASCII)
_INVISIBLE = frozenset({"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"})  # categories of Unicode
_BLANKS = frozenset("\u3164\uffa0\u115f\u1160\u2800")  # letters and symbols that show nothing


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """At most `limit` units; a longer text ends with an ellipsis, never inside of a visible character."""
    if units(text) <= limit:
        return text
    if limit <= 0:
        return ""
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    end = len(kept)
    while end > max(len(kept) - LONGEST_CLUSTER, 0) and _belongs(text[end - 1], text[end]):
        end -= 1
    if end and _belongs(text[end - 1], text[end]):
        end = len(kept)  # a tower of accents: any place is as good
    return text[:end].rstrip() + ELLIPSIS


def clean(text: str) -> str:
    """The text without what would break the message around it; its words stay as they are."""
    text = _SEPARATORS.sub("\n", _SURROGATES.sub("\ufffd", text))
    return _DIRECTIONS.sub("", _CONTROLS.sub(" ", text))


def tidy(text: str) -> str:
    """A clean text without empty pages in it."""
    return _BLANK_LINES.sub("\n\n", clean(text)).strip()


def one_line(text: str, limit: int) -> str:
    """A clean text on one line of at most `limit` units."""
    return cut(" ".join(clean(text).split()), limit)


def shows_nothing(text: str) -> bool:
    """Whether a reader would see no character at all."""
    return all(unicodedata.category(char) in _INVISIBLE or char in _BLANKS for char in text)


def words(text: str) -> Text:
    """Somebody's words: names lead to Instagram, commands are only text. `text` is clean already.

    The answer is exactly as long as `text`.
    """
    nodes: list[object] = []
    begin = 0
    for place, found in enumerate(_ACTIVE.finditer(text)):
        nodes.append(text[begin : found.start()])
        begin = found.end()
        name = found["name"]
        if place >= MARKED:
            nodes.append(LOOKALIKES[found[0][0]] + found[0][1:])
        elif name is not None:
            nodes.append(TextLink(found[0], url=f"https://www.instagram.com/{name}/"))
        else:
            nodes.append(Code(found[0]))
    nodes.append(text[begin:])
    return Text(*(node for node in nodes if node != ""))


def said(text: str, limit: int) -> Text:
    """Somebody's words within a line."""
    return words(one_line(text, limit))


def profile(username: str) -> Text:
    """A name on Instagram that leads there."""
    if _USERNAME.fullmatch(username):
        return TextLink(username, url=f"https://www.instagram.com/{username}/")
    return said(username, 40)


def safe_url(url: str | None) -> str | None:
    """The address if a button and a link may carry it: https, a host, no spaces or quotes."""
    if not url or len(url) > 1024 or not url.isprintable() or re.search(r"[\s\"'<>\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme == "https" and "." in (parts.hostname or "") else None


def link(label: str, url: str) -> Text:
    """A link; `url` is a safe one."""
    return TextLink(label, url=html.escape(url))  # aiogram writes the address as it is into the attribute


def moment(at: datetime, now: datetime, *, seconds: bool = False) -> DateTime:
    """A time in each reader's own zone; old clients show it in UTC. Both are aware."""
    if seconds:
        return DateTime(f"{at:%H:%M:%S} UTC", unix_time=at, date_time_format="T")
    recent = abs(now - at) < RECENT
    shown = f"{at:%H:%M} UTC" if recent else f"{at:%d.%m %H:%M} UTC"
    return DateTime(shown, unix_time=at, date_time_format="t" if recent else "dt")


def filled(texts: Texts, key: str, /, **values: object) -> Text:
    """The text of `key` with strings or nodes in the places of its placeholders. Raises TextMissing."""
    marks = {name: chr(_FIRST_MARK + place) for place, name in enumerate(values)}
    nodes = dict(zip(marks.values(), values.values(), strict=True))
    pieces = _MARK.split(texts(key, **marks))
    return Text(*(nodes.get(piece, piece) for piece in pieces if piece))


def _belongs(before: str, char: str) -> bool:
    """Whether `char` is drawn into one picture with the character before it."""
    if "\u200d" in {before, char} or unicodedata.category(char)[0] == "M":
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True
    return "\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= char <= "\U0001f1ff"
