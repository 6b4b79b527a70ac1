"""From Telegram to the rows and back: receiving, handling, and what follows after the commit."""
