"""The error of a helper whose client was closed before it had ended."""

from .._errors import ClientClosedError


def ended(operation: str, goal: str, *, last_result: object = None) -> ClientClosedError:
    """Return the error of an operation that was closed before it reached its goal."""
    error = ClientClosedError(f"the client was closed before {goal}")
    error.operation = operation
    error.last_result = last_result
    return error
