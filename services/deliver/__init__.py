"""Effects on Instagram: planned with a decision, sent once, read back before any doubt is repeated."""
