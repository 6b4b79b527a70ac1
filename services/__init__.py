"""What the product does. Knows neither the web server nor Telegram's library; writes through `db` only."""
