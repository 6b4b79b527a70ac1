"""What a comment is about, and who should see it."""
