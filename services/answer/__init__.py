"""Drafting an answer from what the business knows, and checking it in code."""
