"""Everything that a manager sees and presses in Telegram."""
