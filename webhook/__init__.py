"""All that arrives over HTTP: Instagram's webhooks, Telegram's updates, health and metrics."""
