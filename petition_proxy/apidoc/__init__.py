"""The description of the app's own endpoints, made from their signatures and docstrings."""
