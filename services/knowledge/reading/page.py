"""HTML pages: headings, text and tables; scripts, menus and forms are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.knowledge.reading.document import Section, passages_of
from services.knowledge.reading.remark import Part, Remark
from services.knowledge.reading.table import passages as table

_LEFT_OUT = "script, style, noscript, template, nav, footer, form, iframe, svg, head"
_BLOCKS = frozenset(
    ["p", "div", "li", "ul", "ol", "section", "article", "blockquote", "pre", "br", "dt", "dd"]
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def passages(title: str, text: str, skipped: list[Remark]) -> Iterator[dict[str, Any]]:
    """The page's passages in its order."""
    tree = LexborHTMLParser(text)
    for node in tree.css(_LEFT_OUT):
        node.decompose()
    headings: list[tuple[int, str]] = []
    words: list[str] = []

    def flush() -> Iterator[dict[str, Any]]:
        section = Section(tuple(named for _level, named in headings), _tidy("".join(words)))
        words.clear()
        yield from passages_of(title, [section])

    for node in _walk(tree.body):
        if node.tag == "table":
            yield from flush()
            named = " › ".join(named for _level, named in headings) or title
            told: list[Remark] = []
            yield from table(named, _rows(node), told)
            skipped.extend(replace(line, part=Part.TABLE, name=named) for line in told)
        elif node.tag in _HEADINGS:
            yield from flush()
            level = _HEADINGS[node.tag]
            headings = [(other, named) for other, named in headings if other < level]
            headings.append((level, " ".join(node.text(separator=" ").split())))
        elif node.tag in _BLOCKS:
            words.append("\n\n" if node.tag != "br" else "\n")
        elif node.tag == "-text":
            words.append(node.text(deep=False))
    yield from flush()


def _walk(root: LexborNode | None) -> Iterator[LexborNode]:
    """Nodes in the order of the page, without what is inside of tables and headings."""
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        yield node
        if node.tag == "table" or node.tag in _HEADINGS:
            continue
        waiting.extend(reversed(list(node.iter(include_text=True))))


def _rows(found: LexborNode) -> Iterator[list[str]]:
    for row in found.css("tr"):
        yield [" ".join(cell.text(separator=" ").split()) for cell in row.css("td, th")]


def _tidy(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(lines)
