import pytest

from generator.render.examples import Examples

BY_NAME = {
    "books.find": 'book = shelf.books.find("1")',
    "BooksApi": 'raw = shelf.books.with_raw_response.find("1")\nfor book in shelf.books.walk(): ...',
    "Shelf": "with Shelf() as shelf: ...",
    "AsyncShelf": 'async with AsyncShelf() as shelf:\n    await shelf.books.find("1")',
}


@pytest.fixture
def examples() -> Examples:
    return Examples(BY_NAME, ["books.find"])


def test_an_example_is_a_section(examples: Examples) -> None:
    (section,) = examples.section("books.find")
    assert section == 'Example:\n    ```python\n    book = shelf.books.find("1")\n    ```'
    assert examples.section("books.walk") == []


def test_the_asynchronous_client_awaits_the_operations_alone(examples: Examples) -> None:
    assert 'book = await shelf.books.find("1")' in examples.section("books.find", "Async")[0]
    (section,) = examples.section("BooksApi", "Async")
    assert 'raw = await shelf.books.with_raw_response.find("1")' in section
    assert "in shelf.books.walk()" in section


def test_an_example_of_its_own_stays_as_it_is(examples: Examples) -> None:
    assert "    await shelf.books.find" in examples.section("Shelf", "Async")[0]
    assert "await await" not in examples.section("Shelf", "Async")[0]
