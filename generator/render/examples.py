"""The examples that stand in docstrings."""

import re
import textwrap
from collections.abc import Iterable, Mapping


class Examples:
    """Examples by the name of what they show."""

    def __init__(self, by_name: Mapping[str, str], methods: Iterable[str]) -> None:
        """Take the examples of a client.

        Args:
            by_name: The code by public name.
            methods: What the asynchronous client has to await, as `tag.method`.
        """
        self._by_name = by_name
        calls = (name.replace(".", r"\.(?:with_raw_response\.)?") for name in methods)
        self._awaited = re.compile(rf"\b(\w+\.(?:{'|'.join(calls) or '(?!)'})\()")

    def section(self, name: str, prefix: str = "") -> list[str]:
        """The section of a docstring with the example of a name; none when it has none.

        Args:
            name: What it shows.
            prefix: `Async` for the asynchronous class of the name: an example of its own, or one that awaits.
        """
        found = prefix + name if prefix + name in self._by_name else name
        if found not in self._by_name:
            return []
        code = self._by_name[found]
        return [_section(self._awaited.sub(r"await \1", code) if prefix and found == name else code)]


def _section(code: str) -> str:
    return "Example:\n" + textwrap.indent(f"```python\n{code.strip()}\n```", " " * 4)
