"""Labelled comments: through the real steps in a scratch database, and what came of them in figures."""
