"""The one error of the fixtures."""


class CallrEmulatorError(Exception):
    """The emulator did not start, does not answer, or refused what was asked.

    Attributes:
        message: What is wrong, in the emulator's own words where it answered.
        status: The HTTP status of its answer; None where there was no answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message if status is None else f"{status}: {message}")
        self.message = message
        self.status = status
