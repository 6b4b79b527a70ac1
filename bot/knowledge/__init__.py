"""Knowledge in Telegram: files sent to the bot, what is in use, and taking it away."""
