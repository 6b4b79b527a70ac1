"""Alerts in Telegram: one message per cause, counted up and edited, never a flood."""
