"""What the business knows: read from files, kept as passages, offered to the model."""
