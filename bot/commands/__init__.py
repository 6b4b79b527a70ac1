"""Commands: `/start`, `/help`, `/queue`, `/stats`."""
