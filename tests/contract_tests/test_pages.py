"""The commands of the pages about the contract tests, and the report that the README shows."""

import dataclasses
import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from mutants import MUTANTS, LyingProxy
from tests.client.test_receivers import SECRET, receiver
from tests.conftest import RunningEmulator
from tests.contract_tests.test_cli import environment
from tests.docs.commands import run_block, run_line
from tests.docs.pages import Block, run_by

BLOCKS = run_by("tests/contract_tests/test_pages.py")
BASE_URL = "http://127.0.0.1:8767/rest/v1.1"
RECEIVER = "http://127.0.0.1:5000/callr"
#: The options and files count here, so a run is short.
FEW_REQUESTS = "--phase examples --operation listSms --max-seconds 900"


#: By their texts: what two pages show is run once.
COMMANDS = {block.text: block for block in BLOCKS if block.info == "sh"}


@pytest.mark.parametrize("block", COMMANDS.values(), ids=str)
def test_the_commands_run(block: Block, emulator: RunningEmulator, tmp_path: Path) -> None:
    text = block.text.replace(BASE_URL, emulator.base_url)
    text = re.sub(r"(?<=callr-sms-contract)(?= +--| +#|$)", f" {FEW_REQUESTS}", text, flags=re.MULTILINE)
    options = f'--callr-contract-options "{FEW_REQUESTS}"'
    text = text.replace("pytest --callr-contract", f"pytest -p no:cacheprovider {options} --callr-contract")
    text = text.replace("callr-sms-contract client", "callr-sms-contract client --only response-none-reset")
    (program,) = [block for block in BLOCKS if block.info == "python send"]
    (tmp_path / "send.py").write_text(program.text, "utf-8")
    account = {"CALLR_LOGIN": emulator.login, "CALLR_PASSWORD": emulator.password}
    with ExitStack() as stack:
        if RECEIVER in text:
            url, _ = stack.enter_context(receiver("flask", tmp_path))
            text = text.replace(RECEIVER, url)
        run_block(dataclasses.replace(block, text=text), tmp_path, account | {"CALLR_WEBHOOK_SECRET": SECRET})


def test_a_wrong_server_is_reported_as_the_readme_shows(emulator: RunningEmulator, tmp_path: Path) -> None:
    (block,) = [block for block in BLOCKS if block.info == "text"]
    with LyingProxy(emulator.base_url, MUTANTS["gsm-each-154"].make()).listening() as proxy:
        line = f"callr-sms-contract --base-url {proxy.base_url} --phase examples --operation sendSms"
        account = environment(emulator.login, emulator.password)
        printed = run_line(f"{line} --operation getSms", tmp_path, account, code=1)
    pattern = re.escape(block.text.replace(BASE_URL, proxy.base_url)).replace("…", ".*")
    assert re.search(pattern, printed), printed
