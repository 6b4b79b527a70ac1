"""What managers decide about a draft, racing safely with colleagues."""
