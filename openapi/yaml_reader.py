"""YAML as contracts are written in it: 1.2, as OpenAPI says, without duplicate keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable

_TAG = "tag:yaml.org,2002:"
_NUMBER = "-+.0123456789"

#: How plain scalars are read, with the characters that they begin with (YAML 1.2.2, section 10.3.2). PyYAML
#: reads YAML 1.1, in which `no` is false, `010` is 8, `12:30` is 750, and `1e3` is text.
_SCALARS = (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", _NUMBER),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        _NUMBER,
    ),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", "<<", "<"),
)


class _StrictLoader(yaml.SafeLoader):
    """A loader that refuses duplicate keys."""


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # PyYAML may lack libyaml
    """The same with the parser of libyaml, which takes a tenth of the time."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    # As text, because 200 and "200" are one key in JSON.
    # `<<` takes over the keys of another mapping, which its own ones override.
    own = [key for key, _ in node.value if key.tag != _TAG + "merge"]
    keys = [str(loader.construct_object(key, deep=True)) for key in own]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        where = f"line {node.start_mark.line + 1}"
        raise yaml.constructor.ConstructorError(None, None, f"{where}: duplicate keys {sorted(twice)}")
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0 if text[:2] in ("0o", "0x") else 10)


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    """Read a text. JSON may write a character as a pair of surrogates, which PyYAML leaves apart."""
    text: str = loader.construct_scalar(node)
    if re.search("[\ud800-\udbff][\udc00-\udfff]", text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return text


#: The tags of what JSON has, too; None stands for all others, which are errors. No date, no set, no bytes.
_TAGS = {None, *(_TAG + kind for kind in ("null", "bool", "int", "float", "str", "seq", "map"))}

for _loader in (_StrictLoader, _FastLoader):
    _known = _loader.yaml_constructors.items()
    _loader.yaml_constructors = {tag: construct for tag, construct in _known if tag in _TAGS}
    _loader.yaml_implicit_resolvers = {}
    for _kind, _pattern, _first in _SCALARS:
        _loader.add_implicit_resolver(_TAG + _kind, re.compile(f"(?:{_pattern})\\Z"), list(_first))
    _loader.add_constructor(_TAG + "map", _mapping)
    _loader.add_constructor(_TAG + "int", _integer)
    _loader.add_constructor(_TAG + "str", _text)


def parse_yaml(content: str | bytes) -> Any:  # noqa: ANN401 - any YAML
    """Parse YAML.

    Raises:
        yaml.YAMLError: It is not YAML, has a duplicate key, or is nested too deeply.
    """
    try:
        try:
            return yaml.load(content, _FastLoader)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError:
            # Its errors show the line.
            return yaml.load(content, _StrictLoader)  # noqa: S506 - a SafeLoader
    except RecursionError:
        raise yaml.YAMLError("nested too deeply") from None
    except ValueError as caught:
        raise yaml.YAMLError(str(caught)) from caught
