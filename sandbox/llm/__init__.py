"""The language model's stand-in: an OpenAI-compatible server that thinks by rules, tables and templates.

It is no language model and says so everywhere: the model is called `offline-stand-in` and every answer
carries the header `x-offline-stand-in: not an LLM`. The same request always gets the same words.
"""

from __future__ import annotations

from sandbox.llm.language_model import LanguageModel, LanguageModelConfig

__all__ = ["LanguageModel", "LanguageModelConfig"]
