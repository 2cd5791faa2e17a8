"""Names, patterns and docstrings."""

from __future__ import annotations

import ast
import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import ContractError
from generator.parser.naming import argument_name, attribute_name, class_name, constant_name, method_name
from generator.parser.patterns import translate
from generator.render.docstrings import docstring, section


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SMS", "Sms"),
        ("SMS.Options", "SmsOptions"),
        ("SMS.OptionsAsSent.Webhook", "SmsOptionsAsSentWebhook"),
        ("HTTPNote", "HttpNote"),
        ("status-change", "StatusChange"),
        ("OAuth2Token", "OAuth2Token"),
    ],
)
def test_class_names(name: str, expected: str) -> None:
    assert class_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("from", "from_"),
        ("class", "class_"),
        ("self", "self_"),
        ("hash", "hash"),
        ("X-Trace-Id", "x_trace_id"),
        ("pageSize", "page_size"),
        ("2fa", "n2_fa"),
        ("__init__", "init"),
    ],
)
def test_argument_names(name: str, expected: str) -> None:
    assert argument_name(name, "here") == expected


def test_an_attribute_hides_no_method_of_models() -> None:
    assert [attribute_name(name, "here") for name in ("to_dict", "fromDict", "property")] == [
        *("to_dict_", "from_dict_", "property_"),
    ]


@pytest.mark.parametrize(
    ("operation_id", "tag", "expected"),
    [
        ("sendSms", "SMS", "send"),
        ("sendSmsByQuery", "SMS", "send_by_query"),
        ("listSms", "SMS", "list"),
        ("list_pets", "Pets", "list"),
        ("getPet", "Pets", "get"),
        ("pets", "Pets", "pets"),
        ("import", "Pets", "import_"),
    ],
)
def test_method_names(operation_id: str, tag: str, expected: str) -> None:
    assert method_name(operation_id, tag, "here") == expected


def test_constant_names() -> None:
    assert constant_name("PhoneNumber") == "PHONE_NUMBER"


@given(st.text())
def test_a_name_is_an_identifier_or_refused(name: str) -> None:
    try:
        made = argument_name(name, "here")
    except ContractError:
        return
    assert made.isidentifier()
    assert not made.startswith("_")


@pytest.mark.parametrize(
    ("pattern", "matches", "misses"),
    [
        ("^[0-9]{2}$", ["12"], ["12\n", "123", "١٢"]),
        (r"^\d+$", ["12"], ["١٢", "12\n"]),
        (r"^a.c$", ["abc"], ["a\nc", "a\u2028c"]),
        (r"^a\sc$", ["a c", "a\u00a0c", "a\ufeffc"], ["abc"]),
        (r"^a[\s-]c$", ["a c", "a-c", "a\u3000c"], ["abc"]),
        (r"^a\Sc$", ["abc"], ["a c", "a\u00a0c"]),
        (r"^[$.^]$", ["$", "."], ["x"]),
        (r"^\$$", ["$"], ["$\n"]),
        (r"^a/b\/c$", ["a/b/c"], []),
        (r"^(?:a|b)(?=c)", ["ac"], ["ad"]),
        (r"\u00e9", ["été"], ["e"]),
        (r"[\]]$", ["]"], ["["]),
    ],
)
def test_patterns(pattern: str, matches: list[str], misses: list[str]) -> None:
    made = re.compile(translate(pattern, "here"), re.ASCII)
    assert [text for text in matches if not made.search(text)] == []
    assert [text for text in misses if made.search(text)] == []


@pytest.mark.parametrize(
    "pattern", [r"\p{L}", r"\cA", r"(?<x>y)", r"(?P<x>y)", r"(?i)x", r"\A", r"\Z", "(", "\\"]
)
def test_patterns_that_python_does_not_support(pattern: str) -> None:
    with pytest.raises(ContractError, match="here: "):
        translate(pattern, "here")


@given(st.text())
def test_no_text_ends_its_docstring(text: str) -> None:
    code = f"def f():\n    {docstring(text, 4, [section('Args', [('x', text)])])}\n"
    tree = ast.parse(code)
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Send an SMS", '"""Send an SMS."""'),
        ("One. Two.", '"""One.\n\nTwo.\n"""'),
        ("One.\n\n- a\n- b\n  goes on", '"""One.\n\n- a\n- b goes on\n"""'),
        ("- a\n- b", '"""See below.\n\n- a\n- b\n"""'),
    ],
)
def test_docstrings(text: str, expected: str) -> None:
    assert docstring(text) == expected


@pytest.mark.parametrize("end", ['"', '"""', ' """ "', '"""\n" ', "\\", '\\"'])
def test_a_docstring_ends_where_its_text_does(end: str) -> None:
    """An escape that loses its character would be a warning, and an error in later versions of Python."""
    for text in (f"It is {end}", f"First.\n\nThen {end}"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = ast.literal_eval(docstring(text))
        assert "".join(found.split()).rstrip('."') == "".join(text.split()).rstrip('"')
