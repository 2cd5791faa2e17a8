"""The examples in docstrings."""

import re
import textwrap
from collections.abc import Iterable, Mapping


class Examples:
    """The examples of a client, by the public name that they show."""

    def __init__(self, by_name: Mapping[str, str], methods: Iterable[str]) -> None:
        """Store the examples of a client.

        Args:
            by_name: The code by public name.
            methods: The methods that the asynchronous client awaits, as `tag.method`.
        """
        self._by_name = by_name
        calls = (name.replace(".", r"\.(?:with_raw_response\.)?") for name in methods)
        self._awaited = re.compile(rf"\b(\w+\.(?:{'|'.join(calls) or '(?!)'})\()")

    def section(self, name: str, prefix: str = "") -> list[str]:
        """Return the section of a docstring with the example of a name; empty without one.

        Args:
            name: The public name.
            prefix: `Async` for the asynchronous class: its own example, or the other one with `await`.
        """
        found = prefix + name if prefix + name in self._by_name else name
        if found not in self._by_name:
            return []
        code = self._by_name[found]
        if prefix and found == name:
            code = self._awaited.sub(r"await \1", code)
        return ["Example:\n" + textwrap.indent(f"```python\n{code.strip()}\n```", " " * 4)]
