"""Repositories: all SQL of the product, a module per noun. They flush; the edge commits."""
