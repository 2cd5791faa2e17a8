"""The pytest plugin: it does nothing, and imports almost nothing, until it is asked for."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from callr_sms_contract_pytest._case import ContractCase
    from callr_sms_contract_pytest._run import ContractRun

_CASE = "callr_contract_case"
_VARIABLES = ("CALLR_LOGIN", "CALLR_PASSWORD")
_NODE = "callr-contract"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("callr-contract", "contract tests of the CALLR SMS REST API")
    group.addoption(
        "--callr-contract",
        metavar="URL",
        help="Test whether the server at this base URL keeps the contract; one test for each operation and "
        "check. The credentials are read from CALLR_LOGIN and CALLR_PASSWORD.",
    )
    group.addoption(
        "--callr-contract-options",
        metavar="OPTIONS",
        default="",
        help='More options of callr-sms-contract, such as "--profile full --rate 10".',
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse options that cannot be read, before anything is collected."""
    try:
        shlex.split(config.getoption("callr_contract_options"))
    except ValueError as error:
        raise pytest.UsageError(
            f"--callr-contract-options: it cannot be read ({error}); expected options as a shell has them"
        ) from None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests of the server that the command line names; -k and -m select among them, too."""
    if config.getoption("callr_contract"):
        path = Path(__file__).with_name("suite.py")
        module = pytest.Module.from_parent(session, path=path, name=_NODE, nodeid=_NODE)
        items.extend(session.genitems(module))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of the fixture into one for each operation and check."""
    if _CASE in metafunc.fixturenames:
        from callr_sms_contract_pytest._names import NAMES  # noqa: PLC0415 - rarely used

        metafunc.parametrize(_CASE, NAMES, indirect=True)


@pytest.fixture(scope="session")
def callr_contract_url(pytestconfig: pytest.Config) -> str:
    """The base URL of the server; override it to start a server and to return or yield its URL."""
    return pytestconfig.getoption("callr_contract") or ""


@pytest.fixture(scope="session")
def callr_contract_account() -> tuple[str, str]:
    """Login and password; override it for a server of your own, whose account is no secret."""
    login, password = (os.environ.get(name, "") for name in _VARIABLES)
    return login, password


@pytest.fixture(scope="session")
def callr_contract_options(pytestconfig: pytest.Config) -> Sequence[str]:
    """More options of `callr-sms-contract`; override it to return, say, `["--profile", "full"]`."""
    return shlex.split(pytestconfig.getoption("callr_contract_options"))


@pytest.fixture(scope="session")
def _callr_contract_run(
    callr_contract_url: str,
    callr_contract_account: tuple[str, str],
    callr_contract_options: Sequence[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> ContractRun:
    from callr_sms_contract_pytest import _run  # noqa: PLC0415 - rarely used

    account: Mapping[str, str] = dict(zip(_VARIABLES, callr_contract_account, strict=True))
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of all workers
    return _run.run(callr_contract_url, account, callr_contract_options, folder)


@pytest.fixture
def callr_contract_case(request: pytest.FixtureRequest, _callr_contract_run: ContractRun) -> ContractCase:
    """One operation and check: the test calls its method `check`."""
    from callr_sms_contract_pytest import ContractCase  # noqa: PLC0415 - rarely used

    return ContractCase(request.param, _callr_contract_run)
