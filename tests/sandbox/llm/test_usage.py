"""Estimated tokens and the cache of prefixes."""

from __future__ import annotations

import pytest

from sandbox.llm import usage
from sandbox.llm.usage import PrefixCache, tokens_in


def test_four_characters_are_a_token() -> None:
    assert [tokens_in(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def test_a_short_prompt_is_never_cached() -> None:
    cache = PrefixCache()
    prompt = "x" * (1024 * 4 - 1)
    assert cache.count(prompt, "").written == 0
    assert cache.count(prompt, "").cached == 0


def test_the_longest_common_prefix_is_cached_in_steps() -> None:
    cache = PrefixCache()
    stable = "s" * (1300 * 4)
    first = cache.count(stable + "a" * 400, "done")
    second = cache.count(stable + "b" * 400, "done")
    assert (first.cached, first.written) == (0, 1400 // 128 * 128)
    assert second.cached == 1300 // 128 * 128
    assert second.cached + second.written <= second.input == 1400
    assert second.total == 1401


def test_another_beginning_shares_nothing() -> None:
    cache = PrefixCache()
    cache.count("a" * 8000, "")
    assert cache.count("b" + "a" * 8000, "").cached == 0


def test_the_cache_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "MOST_PREFIXES", 20)
    cache = PrefixCache()
    prompts = [f"{number:04}" * 2000 for number in range(5)]  # eight prefixes each
    for prompt in prompts:
        cache.count(prompt, "")
    assert len(cache._seen) == 20
    assert cache.count(prompts[-1], "").cached > 0
    assert cache.count(prompts[0], "").cached == 0
