"""The credentials of an API that needs no authentication."""


class Credentials:
    """No credentials."""

    __slots__ = ()

    def check(self) -> None:
        """Do nothing: there is nothing to check."""

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that a request needs."""
        return ()

    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters that a request needs."""
        return ()
