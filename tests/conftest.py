"""Fixtures that every part's tests may use."""

import gc
import importlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import preloaded
from tests.built import LINTERS, built
from tests.emulator.databases import FOLDER, end_shared_server

START_LINE = "callr-sms-emulator: listening on "


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Make two workers more than there are cores: many tests wait for what does not come, or comes late."""
    return (os.cpu_count() or 1) + 2


def pytest_configure(config: pytest.Config) -> None:
    """Name the folders of what all workers share, which they inherit; nothing is started yet."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        os.environ[FOLDER] = str(Path(tempfile.gettempdir(), f"callr-tests-{os.getpid()}"))
    held = ExitStack()
    config.add_cleanup(held.close)
    if not is_worker:
        held.enter_context(preloaded.shared_by_workers())
    if _runs_tests(config):
        held.enter_context(preloaded.in_use())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, after all workers have ended."""
    if not hasattr(config, "workerinput"):
        end_shared_server(Path(os.environ.pop(FOLDER)))


def _runs_tests(config: pytest.Config) -> bool:
    """Return whether tests run in this process; with workers, they run there."""
    return hasattr(config, "workerinput") or config.getoption("dist", "no") == "no"


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Keep what lasts as long as the run from the garbage collector: modules, and ten thousand tests.

    A full collection looked at 300,000 objects, took 0.3 s, and came after every few hundred requests.
    """
    if not _runs_tests(session.config):
        return (yield)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        # When it is imported, it looks for referrers of an object of trio's, and finds none that is frozen.
        importlib.import_module("hypothesis")
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def default_signals() -> None:
    """Start every program of the tests with the default actions of the signals that tests send.

    A program inherits which signals are ignored: shells start background jobs with SIGINT ignored, nohup
    with SIGHUP. A signal that has a handler gets its default action back in every program that is started.
    This handler does nothing, so the tests themselves still ignore the signal.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session")
def linters() -> None:
    """The linters of the contract, which also compare contracts; fail where they are not installed."""
    built(LINTERS)


@dataclass(frozen=True)
class RunningEmulator:
    """A `callr-sms-emulator serve` process: where it listens and whom it lets in."""

    base_url: str
    login: str
    password: str = field(repr=False)


def _read_base_url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(START_LINE):
            return line.removeprefix(START_LINE).strip()
    message = f"the emulator ended with exit code {process.wait()} before it listened"
    raise RuntimeError(message)


@pytest.fixture(scope="session")
def emulator() -> Iterator[RunningEmulator]:
    """One emulator process for the session (for each worker under xdist), in memory, on a free port.

    Tests share its account: look for what you sent by its hash, not for an empty list.
    """
    options = ("--port", "0", "--database", ":memory:", "--exit-on-stdin-close")
    command = [sys.executable, "-m", "callr_sms_emulator", "serve", *options]
    # A developer's own CALLR_EMULATOR_… settings must not change what the tests see.
    clean = {key: value for key, value in os.environ.items() if not key.startswith("CALLR_")}
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean
    ) as process:
        try:
            yield RunningEmulator(_read_base_url(process), "emulator", "emulator")
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
