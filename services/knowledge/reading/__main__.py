"""`python -m services.knowledge.reading PATH`: one file's passages as JSON, within bounds."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from services.knowledge.reading.apart import CPU_SECONDS, MEMORY, UNREADABLE, packed, packed_reason
from services.knowledge.reading.document import FileUnreadable
from services.knowledge.reading.file import read
from services.knowledge.reading.remark import Said


def main(path: Path) -> int:
    """0 with the passages on standard output, UNREADABLE with the reason there."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        document = read(path)
    except FileUnreadable as error:
        sys.stdout.buffer.write(packed_reason(error))
        return UNREADABLE
    except OSError:
        sys.stdout.buffer.write(packed_reason(FileUnreadable(path.name, Said.CANNOT_OPEN)))
        return UNREADABLE
    sys.stdout.buffer.write(packed(document))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
