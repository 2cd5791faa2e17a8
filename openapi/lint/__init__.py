"""The lint of the contract: `python -m openapi.lint` prints the findings of four linters."""
