"""Presses of a card's buttons."""
