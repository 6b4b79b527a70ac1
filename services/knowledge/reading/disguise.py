"""Whether a file is what its name says, and not larger inside than it looks."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from services.knowledge.reading.document import FileUnreadable
from services.knowledge.reading.remark import Said

LARGEST_TEXT = 5 * 1024 * 1024
LARGEST_FILE = 20 * 1024 * 1024  # what Telegram lets a bot download
MOST_MEMBERS = 5_000
LARGEST_INSIDE = 200 * 1024 * 1024
LARGEST_RATIO = 100  # office files shrink to a tenth; a bomb to a thousandth

TEXTS = frozenset({".md", ".txt", ".csv", ".html", ".htm"})
ZIPPED = {".docx": "word/", ".xlsx": "xl/"}
OLD = frozenset({".xls"})
SUFFIXES = TEXTS | ZIPPED.keys() | OLD | {".pdf"}

_PDF, _ZIP, _OLE = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # how Office keeps a file with a password


def admit_name(name: str, size: int) -> None:
    """Raise FileUnreadable for what need not even be opened: the wrong kind, or `size` bytes are too many."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise FileUnreadable(name, Said.WRONG_KIND)
    largest = LARGEST_TEXT if suffix in TEXTS else LARGEST_FILE
    if size > largest:
        raise FileUnreadable(name, Said.TOO_LARGE, most=largest // 2**20)


def admit(path: Path) -> None:
    """Raise FileUnreadable for what should not even be parsed. Reads the beginning of the file only."""
    name, suffix = path.name, path.suffix.lower()
    admit_name(name, path.stat().st_size)
    with path.open("rb") as file:
        begins = file.read(1024)
    if suffix in ZIPPED:
        _zipped(path, begins)
    elif (suffix == ".pdf" and _PDF not in begins) or (suffix in OLD and not begins.startswith(_OLE)):
        raise FileUnreadable(name, Said.DISGUISED, suffix=suffix)
    elif suffix in TEXTS and begins.startswith((_PDF, _ZIP, _OLE)):
        raise FileUnreadable(name, Said.NOT_TEXT, suffix=suffix)


def _zipped(path: Path, begins: bytes) -> None:
    name, suffix = path.name, path.suffix.lower()
    if begins.startswith(_OLE) and _ENCRYPTED in path.read_bytes():
        raise FileUnreadable(name, Said.PASSWORD)
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError, ValueError):
        raise FileUnreadable(name, Said.DAMAGED) from None
    inside = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if len(members) > MOST_MEMBERS or inside > LARGEST_INSIDE or inside / packed > LARGEST_RATIO:
        raise FileUnreadable(name, Said.LARGE_INSIDE)
    if not any(member.filename.startswith(ZIPPED[suffix]) for member in members):
        raise FileUnreadable(name, Said.DISGUISED, suffix=suffix)
