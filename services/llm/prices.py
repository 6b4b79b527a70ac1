"""What tokens cost. A price list with a date: an unknown model has no price, which is not zero."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.llm.port import Usage

AS_OF = "2026-11-23"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: Decimal
    cached: Decimal
    output: Decimal


def _price(fresh: str, cached: str, output: str) -> Price:
    return Price(Decimal(fresh), Decimal(cached), Decimal(output))


# Source: the datasheet's table of AS_OF (platform notes, LLM §1).
PRICES: dict[str, Price] = {
    "gpt-6-luna": _price("0.10", "0.01", "0.50"),
    "gpt-6.1-terra": _price("1", "0.05", "5"),
    "gpt-6-sol": _price("2", "0.2", "10"),
    "gpt-6.1-sol": _price("2", "0.1", "10"),
    "gpt-5.6-luna": _price("0.2", "0.02", "1.2"),
    "gpt-5.6-terra": _price("2", "0.2", "12"),
    "gpt-5.4-mini": _price("0.75", "0.075", "4.5"),
    "offline-stand-in": _price("0", "0", "0"),
}


def cost(model: str, usage: Usage) -> Decimal | None:
    """US dollars of one call; None when the model has no known price or the tokens are not told."""
    price = PRICES.get(model)
    if price is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached = min(usage.cached_tokens or 0, usage.input_tokens)
    fresh = usage.input_tokens - cached
    total = fresh * price.input + cached * price.cached + usage.output_tokens * price.output
    return total / Decimal(1_000_000)
