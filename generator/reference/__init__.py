"""The reference of the client as one HTML page, out of its public names and their docstrings."""
