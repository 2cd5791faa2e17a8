"""The reference of the client: an HTML page from its public names and their docstrings."""
