"""Fixtures of the client's tests."""

import socket
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points

import pytest

from callr_sms_client import Callr
from tests.client.commands import Done, settings_of
from tests.client.support import NotingTransport, RawServer, serving
from tests.conftest import RunningEmulator


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each asynchronous test on both event loops."""
    return str(request.param)


@pytest.fixture
def callr(emulator: RunningEmulator) -> Iterator[Callr]:
    """A client of the emulator."""
    with Callr(emulator.login, emulator.password, base_url=emulator.base_url) as client:
        yield client


@pytest.fixture
def transport() -> NotingTransport:
    """A transport that notes what would have been sent."""
    return NotingTransport()


@pytest.fixture
def offline(transport: NotingTransport) -> Iterator[Callr]:
    """A client that sends nothing."""
    with Callr("login", "password", transport=transport) as client:
        yield client


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The installed command, run in this process against a server with one response."""
    (command,) = entry_points(group="console_scripts", name="callr-sms")
    main = command.load()

    def call(response: bytes, *arguments: str) -> Done:
        def behave(_: RawServer, connection: socket.socket) -> None:
            connection.sendall(response)
            connection.close()

        with serving(behave) as server:
            for name, value in settings_of(server).items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr("sys.argv", ["callr-sms", *arguments])
            with pytest.raises(SystemExit) as caught:
                main()
        return Done(caught.value.code, *capsys.readouterr(), server.requests)

    return call
