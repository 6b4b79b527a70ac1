"""The server's HTML: few tags, no forgiveness, offsets of errors in bytes of UTF-8."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from sandbox.telegram.entities import DATE_TIME_FORMAT, Entity

STYLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
TAGS = frozenset(STYLE_TAGS) | {"a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}
NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
SPACE = frozenset(b" \t\r\n\0\x0b")
LONGEST_REFERENCE = 10  # "&#" and its digits must be shorter than this
LINK_SCHEMES = frozenset({"http", "https", "ftp", "tg", "ton", "tonsite"})


class UnparsableError(ValueError):
    """Markup that the server refuses; the text is its reason."""


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int  # UTF-16 units before it
    written: int  # bytes of plain text before it


def parse_html(markup: str) -> tuple[str, list[Entity]]:
    """Plain text and its entities, in the order in which they close."""
    return _Parser(markup).parse()


def checked_link(url: str) -> str | None:
    """The address as the server keeps it, None when it takes it for none and drops the link."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in LINK_SCHEMES or not host or any(char.isspace() for char in url):
        return None
    if parts.scheme in {"http", "https", "ftp"}:
        if "." not in host.strip("."):
            return None
        if not parts.path:
            parts = parts._replace(path="/")
    return parts.geturl()


def mentioned_user(url: str) -> int | None:
    """The id in `tg://user?id=…`."""
    if not url.lower().startswith("tg://user?"):
        return None
    ids = parse_qs(urlsplit(url).query).get("id", [""])
    return int(ids[0]) if ids[0].isascii() and ids[0].isdigit() and int(ids[0]) else None


class _Parser:
    def __init__(self, markup: str) -> None:
        encoded = markup.encode()
        self._end = len(encoded)
        self._raw = encoded + b"\0"  # the end reads as a NUL, which no loop below runs past
        self._at = 0
        self._text = bytearray()
        self._units = 0
        self._open: list[_OpenTag] = []
        self._entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        while self._at < self._end:
            if self._here() == "<":
                if self._raw[self._at + 1] == ord("/"):
                    self._close()
                else:
                    self._start()
            elif not (self._here() == "&" and self._reference()):
                self._copy()
        if self._open:
            raise UnparsableError(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        for entity in self._entities:
            if entity.type == "code":
                entity.extra.clear()  # a language belongs to <pre> only
        return self._text.decode(), self._entities

    def _here(self) -> str:
        return chr(self._raw[self._at])

    def _copy(self) -> None:
        byte = self._raw[self._at]
        if byte & 0xC0 != 0x80:  # not inside of a character; four bytes are a surrogate pair
            self._units += 2 if byte >= 0xF0 else 1
        self._text.append(byte)
        self._at += 1

    def _reference(self) -> bool:
        char = self._decode_reference()
        if char is None:
            return False
        if "\ud800" <= char <= "\udfff":
            raise UnparsableError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        self._units += 2 if ord(char) > 0xFFFF else 1
        self._text += char.encode()
        return True

    def _decode_reference(self) -> str | None:
        """The character at `&…;` (the semicolon may lack), moving behind it; None leaves an ampersand."""
        begin = end = self._at + 1
        if self._raw[begin] == ord("#"):
            base, begin = (16, begin + 2) if self._raw[begin + 1] in b"x" else (10, begin + 1)
            digits = b"0123456789abcdefABCDEF" if base == 16 else b"0123456789"
            end = begin
            while self._raw[end] in digits:
                end += 1
            code = int(self._raw[begin:end] or b"0", base)
            if not 0 < code < 0x10FFFF or end - self._at >= LONGEST_REFERENCE:
                return None
            char = chr(code)
        else:
            while chr(self._raw[end]).isascii() and chr(self._raw[end]).isalpha():
                end += 1
            named = NAMED.get(self._raw[begin:end])
            if named is None:
                return None
            char = named
        self._at = end + 1 if self._raw[end] == ord(";") else end
        return char

    def _start(self) -> None:
        begin = self._at
        self._at += 1
        name = self._word(b">").lower()
        if self._at >= self._end:
            raise UnparsableError(f"Unclosed start tag at byte offset {begin}")
        if name not in TAGS:
            raise UnparsableError(f'Unsupported start tag "{name}" at byte offset {begin}')
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise UnparsableError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        if name == "tg-time":
            _check_time(attributes, begin)
        self._open.append(_OpenTag(name, attributes, self._units, len(self._text)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            self._skip_space()
            if self._here() == ">":
                self._at += 1
                return attributes
            if self._at >= self._end:
                raise UnparsableError(f'Unclosed start tag "{tag}" at byte offset {begin}')
            name = self._word(b"=>")
            if not name:
                raise UnparsableError(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
            self._skip_space()
            if self._here() != "=":
                if (tag, name) == ("blockquote", "expandable"):
                    attributes[name] = ""
                    continue
                raise UnparsableError(
                    f'Expected equal sign in declaration of an attribute of the tag "{tag}" '
                    f"at byte offset {begin}"
                )
            self._at += 1
            self._skip_space()
            attributes[name] = self._value()
            if self._at >= self._end:
                raise UnparsableError(f"Unclosed start tag at byte offset {begin}")

    def _value(self) -> str:
        begin = self._at
        quote = self._here()
        if quote not in "'\"":
            while chr(self._raw[self._at]).isascii() and (self._here().isalnum() or self._here() in ".-"):
                self._at += 1
            if self._raw[self._at] not in SPACE and self._here() != ">":
                raise UnparsableError(f"Unexpected end of name token at byte offset {begin}")
            return self._raw[begin : self._at].decode().lower()
        self._at += 1
        value = bytearray()
        while self._at < self._end and self._here() != quote:
            char = self._decode_reference() if self._here() == "&" else None
            if char is None:
                value.append(self._raw[self._at])
                self._at += 1
            else:
                value += char.encode(errors="replace")
        if self._at < self._end:
            self._at += 1
        return value.decode()

    def _close(self) -> None:
        begin = self._at
        if not self._open:
            raise UnparsableError(f"Unexpected end tag at byte offset {begin}")
        self._at += 2
        name = self._word(b">").lower()
        self._skip_space()
        if self._here() != ">":
            raise UnparsableError(f"Unclosed end tag at byte offset {begin}")
        self._at += 1
        opened = self._open.pop()
        if name and name != opened.name:
            raise UnparsableError(
                f'Unmatched end tag at byte offset {begin}, expected "</{opened.name}>", found "</{name}>"'
            )
        if self._units > opened.offset:
            self._mark(opened)

    def _mark(self, tag: _OpenTag) -> None:
        length = self._units - tag.offset
        match tag.name:
            case "a":
                entity = self._link(tag, length)
            case "code" | "pre":
                entity = self._code(tag, length)
            case "blockquote":
                kind = "expandable_blockquote" if "expandable" in tag.attributes else "blockquote"
                entity = Entity(kind, tag.offset, length)
            case "tg-emoji":
                emoji = tag.attributes.get("emoji-id", "")
                if not (emoji.isascii() and emoji.isdigit() and int(emoji)):
                    raise UnparsableError("Invalid custom emoji identifier specified")
                entity = Entity("custom_emoji", tag.offset, length, {"custom_emoji_id": emoji})
            case "tg-time":
                shown = {"date_time_format": tag.attributes["format"]} if tag.attributes.get("format") else {}
                moment = int(tag.attributes["unix"])
                entity = Entity("date_time", tag.offset, length, {"unix_time": moment, **shown})
            case _:
                entity = Entity(STYLE_TAGS[tag.name], tag.offset, length)
        if entity is not None:
            self._entities.append(entity)

    def _link(self, tag: _OpenTag, length: int) -> Entity | None:
        url = tag.attributes.get("href") or self._text[tag.written :].decode()
        user_id = mentioned_user(url)
        if user_id is not None:
            return Entity("text_mention", tag.offset, length, {"user": {"id": user_id}})
        link = checked_link(url)
        return None if link is None else Entity("text_link", tag.offset, length, {"url": link})

    def _code(self, tag: _OpenTag, length: int) -> Entity | None:
        """`<pre><code class="language-…">` is one block, either way round."""
        language = tag.attributes.get("class", "").removeprefix("language-") if tag.name == "code" else ""
        inner = self._entities[-1] if self._entities else None
        if inner is not None and (inner.offset, inner.length) == (tag.offset, length):
            if tag.name == "pre" and inner.type == "code" and inner.extra:
                inner.type = "pre"
                return None
            if tag.name == "code" and inner.type == "pre" and language:
                inner.extra["language"] = language
                return None
        return Entity(tag.name, tag.offset, length, {"language": language} if language else {})

    def _word(self, ends: bytes) -> str:
        begin = self._at
        while self._raw[self._at] not in SPACE and self._raw[self._at] not in ends:
            self._at += 1
        return self._raw[begin : self._at].decode(errors="replace")

    def _skip_space(self) -> None:
        while self._at < self._end and self._raw[self._at] in SPACE:
            self._at += 1


def _check_time(attributes: dict[str, str], begin: int) -> None:
    # The wording of these two is not known from the server's source.
    moment = attributes.get("unix", "")
    if not (moment.isascii() and moment.isdigit() and int(moment) < 2**31):
        raise UnparsableError(f'Tag "tg-time" must have a valid attribute "unix" at byte offset {begin}')
    if not DATE_TIME_FORMAT.fullmatch(attributes.get("format", "")):
        raise UnparsableError(f'Tag "tg-time" has an invalid attribute "format" at byte offset {begin}')
