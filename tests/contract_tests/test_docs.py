"""What is undocumented fails here."""

from pathlib import Path

import contract_tests
from callr_sms_contract.cli import commands
from tests.docs.pages import DOCS

FOLDER = Path(contract_tests.__file__).parent
PAGES = {page.name: page.read_text("utf-8") for page in (DOCS / "contract-tests").glob("*.md")}
RUNNING = PAGES["running.md"]


def test_every_option_is_documented_and_no_other() -> None:
    commands = {"": commands.contract_tests, "merge": commands.merge, "har": commands.har, "judge": commands.judge}
