"""The tests themselves: what they start with, and what they say when something was not built."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import built

PROBE = "from signal import *; print(*map(getsignal, (SIGINT, SIGTERM, SIGHUP)), sep='|')"
ONE_TEST = f"{Path(__file__).name}::test_a_program_starts_with_the_default_signals"


def test_a_program_starts_with_the_default_signals() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout.strip() == f"{signal.default_int_handler}|{signal.SIG_DFL}|{signal.SIG_DFL}"


@pytest.mark.parametrize("flags", [[], ["-p", "xdist.plugin", "-n", "1"]], ids=["alone", "in a worker"])
def test_so_it_does_where_the_shell_ignores_them(flags: list[str]) -> None:
    """As in a background job of a shell without job control, and under nohup."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    own["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = (
        "1"  # most of the time would go into plugins that one test ignores
    )
    pytest_itself = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *flags, ONE_TEST]
    done = subprocess.run(  # noqa: S603 - our own command
        ["/bin/sh", "-c", 'trap "" INT TERM HUP; exec "$@"', "sh", *pytest_itself],
        cwd=Path(__file__).parent,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("path", built.TARGETS, ids=built.TARGETS.values())
def test_what_was_not_built_is_named_with_the_target_that_builds_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: False)
    place = re.escape(str(path.relative_to(built.ROOT)))
    with pytest.raises(
        pytest.fail.Exception, match=f"^{place} was not built: run `make {built.TARGETS[path]}`$"
    ):
        built.built(path)


@pytest.mark.parametrize("path", built.TARGETS, ids=built.TARGETS.values())
def test_the_target_builds_it(path: Path) -> None:
    """Its prerequisites name a variable of the Makefile that holds this path, or a file in it."""
    makefile = (built.ROOT / "Makefile").read_text(encoding="utf-8")
    files = dict(re.findall(r"^([A-Z_]+) := (\S+)$", makefile, re.MULTILINE))
    rule = re.search(rf"^{built.TARGETS[path]}:(.*?) ##", makefile, re.MULTILINE)
    assert rule is not None
    needed = [built.ROOT / files[name] for name in re.findall(r"\$\((\w+)\)", rule[1])]
    assert any(each.is_relative_to(path) for each in needed)
