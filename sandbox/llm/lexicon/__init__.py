"""Tables of cues, one module a category. Data only: how they are weighed is in `classification`."""
