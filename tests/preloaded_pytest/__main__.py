"""Imports the modules of pytest, but no plugin of others: those are found when it runs, as always."""

import importlib
import sys
from typing import NoReturn

import pytest
from _pytest.config import default_plugins

for name in default_plugins:
    importlib.import_module(f"_pytest.{name}")


def main() -> NoReturn:
    """Run pytest with the arguments of this process."""
    sys.exit(pytest.console_main())


if __name__ == "__main__":
    main()
