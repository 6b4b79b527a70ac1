"""Stand-ins of Instagram, Telegram and the language model that speak HTTP, and the page to play both sides.

Nothing here imports the product: the product reaches the stand-ins over HTTP only, exactly as it
reaches the real services, and so do the tests.
"""
