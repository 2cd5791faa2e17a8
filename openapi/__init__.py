"""The contract of the API, and what reads it: the gate that checks it, and its reference page."""
