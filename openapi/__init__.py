"""The contract of the API, the lint that checks it, and its reference page."""
