"""The credentials of an API that asks for none."""


class Credentials:
    """Nothing."""

    __slots__ = ()

    def check(self) -> None:
        """Find nothing wrong."""

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that a request needs."""
        return ()

    def query(self) -> tuple[tuple[str, str], ...]:
        """The query parameters that a request needs."""
        return ()
