"""Changing a draft's text by replying to the bot."""
