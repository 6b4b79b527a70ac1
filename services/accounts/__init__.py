"""Instagram accounts: how they are connected, kept connected, and let go."""
