"""`python -m app` is the `instachatico` command."""

from __future__ import annotations

from app.cli import main

main()
