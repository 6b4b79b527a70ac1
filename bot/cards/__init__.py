"""The card: one Telegram message per draft, with what is needed to decide and the buttons that decide."""
