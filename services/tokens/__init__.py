"""Access tokens: checked daily and at start, refreshed while they can be, reported before they die."""
