"""The sandbox's page: customers on the left, managers on the right, the product's inside below."""

from __future__ import annotations

from sandbox.page.server import Page, PageConfig, PagePerson

__all__ = ["Page", "PageConfig", "PagePerson"]
