"""From a file to passages. `read` blocks and trusts the file; `read_apart` does neither."""

from __future__ import annotations

from services.knowledge.reading.apart import read_apart
from services.knowledge.reading.disguise import SUFFIXES, admit_name
from services.knowledge.reading.document import FileUnreadable, ReadDocument
from services.knowledge.reading.file import read
from services.knowledge.reading.remark import Part, Remark, Said

__all__ = [
    "SUFFIXES",
    "FileUnreadable",
    "Part",
    "ReadDocument",
    "Remark",
    "Said",
    "admit_name",
    "read",
    "read_apart",
]
