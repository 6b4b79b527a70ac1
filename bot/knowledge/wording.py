"""Files and documents in words. Names and titles come from outside: escaped, bounded, pinging nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiogram.utils.formatting import Code, Text

from bot.markup import filled, one_line, said
from bot.texts import Texts
from db.models import Account, Upload
from db.models.knowledge import UploadState
from services.knowledge.keeping import Change
from services.knowledge.reading import Remark

LONGEST_NAME: Final = 64  # UTF-16 units
LONGEST_VALUE: Final = 80
_KINDS: Final = ("products", "pairs", "texts")


def named(name: str) -> Text:
    """A file's name; as code, for a name may look like a person's or like a command."""
    return Code(one_line(name, LONGEST_NAME))


def owner(texts: Texts, account: Account | None) -> Text:
    """Whose knowledge it is; None is every account's."""
    if account is None:
        return Text(texts("knowledge.everyone"))
    return Code(f"@{one_line(account.username, LONGEST_NAME)}")


def counted(texts: Texts, counts: Mapping[str, Any]) -> str:
    """How much of each kind: products, pairs, passages of text."""
    found = [texts.plural(f"knowledge.count.{kind}", counts[kind]) for kind in _KINDS if counts.get(kind)]
    return ", ".join(found)


def worded(texts: Texts, remark: Remark) -> Text:
    """One remark about a file."""
    values = {name: said(str(value), LONGEST_VALUE) for name, value in remark.values.items()}
    says = filled(texts, f"knowledge.said.{remark.said}", **values)
    if remark.part is None:
        return says
    return filled(texts, f"knowledge.part.{remark.part}", name=said(remark.name, LONGEST_VALUE), says=says)


def refusal(texts: Texts, name: str, remark: Remark) -> str:
    """Why a file cannot be used, and that nothing changed."""
    return filled(texts, "knowledge.refused", name=named(name), says=worded(texts, remark)).as_html()


def report(texts: Texts, upload: Upload, whose: Text | None) -> str:
    """What became of a file; `whose` is told where there are several accounts."""
    name = named(upload.name)
    if upload.state is UploadState.REFUSED:
        return refusal(texts, upload.name, Remark.unpacked(upload.report["problem"]))
    if upload.state is not UploadState.READ:
        return filled(texts, "knowledge.failed", name=name).as_html()
    lines = [filled(texts, f"knowledge.{upload.report['change']}", name=name)]
    if whose is not None:
        lines.append(filled(texts, "knowledge.whose", account=whose))
    if upload.report["change"] == Change.UNCHANGED:
        return "\n".join(line.as_html() for line in lines)
    lines.append(Text("📖 ", counted(texts, upload.report)))
    remarks = [Remark.unpacked(packed) for packed in upload.report["remarks"]]
    if remarks:
        lines.append(Text(texts("knowledge.left_out")))
        lines += [Text("• ", worded(texts, remark)) for remark in remarks]
    more = upload.report["left_out"] - len(remarks)
    if more > 0:
        lines.append(Text(texts("knowledge.more", n=more)))
    return "\n".join(line.as_html() for line in lines)
