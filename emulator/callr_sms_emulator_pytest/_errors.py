"""The one error of the fixtures."""


class CallrEmulatorError(Exception):
    """The emulator did not start, does not respond, or refused a request.

    Attributes:
        message: What is wrong; the message of the emulator if it responded.
        status: The HTTP status of its response; None if there was none.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message if status is None else f"{status}: {message}")
        self.message = message
        self.status = status
