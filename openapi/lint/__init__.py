"""The gate of the contract: `python -m openapi.lint` prints what four linters find in it."""
