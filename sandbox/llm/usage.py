"""Token counts: estimated from characters, with a cache of prompt prefixes like the real one."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

CHARACTERS_PER_TOKEN = 4
LEAST_CACHED = 1024  # tokens: shorter prompts are never cached (OpenAI's prompt caching guide)
STEP = 128  # tokens: cached prefixes grow in these steps (same guide)
MOST_PREFIXES = 20_000  # remembered; the oldest go first


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `cached` and `written` are parts of `input`."""

    input: int
    cached: int
    written: int
    output: int

    @property
    def total(self) -> int:
        return self.input + self.output


def tokens_in(text: str) -> int:
    """About a token for four characters, at least one for any text."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


@dataclass
class PrefixCache:
    """Prefixes of prompts seen so far, as digests."""

    _seen: OrderedDict[bytes, None] = field(default_factory=OrderedDict)

    def count(self, prompt: str, output: str) -> Usage:
        """Count a call and remember its prompt for the next one."""
        total = tokens_in(prompt)
        cached = written = 0
        for length, digest in _prefixes(prompt, total):
            if digest in self._seen:
                cached = length
                self._seen.move_to_end(digest)
            else:
                written = length - cached
                self._seen[digest] = None
        while len(self._seen) > MOST_PREFIXES:
            self._seen.popitem(last=False)
        return Usage(input=total, cached=cached, written=written, output=tokens_in(output))


def _prefixes(prompt: str, total: int) -> list[tuple[int, bytes]]:
    """Each cacheable prefix as its length in tokens and its digest, shortest first."""
    running = hashlib.sha256()
    found: list[tuple[int, bytes]] = []
    for length in range(STEP, total + 1, STEP):
        if length * CHARACTERS_PER_TOKEN > len(prompt):
            break
        running.update(
            prompt[(length - STEP) * CHARACTERS_PER_TOKEN : length * CHARACTERS_PER_TOKEN].encode()
        )
        if length >= LEAST_CACHED:
            found.append((length, running.digest()[:16]))
    return found
