"""The statements of the page about databases, run on a server."""

from callr_sms_emulator import open_store
from tests.docs.pages import run_by
from tests.emulator.databases import PostgresqlDatabase

BLOCKS = run_by("tests/emulator/postgresql/test_page.py")


def test_statements_of_the_page_make_a_database_that_can_be_used(postgresql: PostgresqlDatabase) -> None:
    server, name = postgresql.server, f"page_{postgresql.name}"
    make, permit = (block.text.replace(" sms", f" {name}").splitlines() for block in BLOCKS)
    for statement in make:
        server.execute(statement.rstrip(";"))
    url = server.url(name, f"{name}:secret")
    open_store(url).close()
    for statement in permit:
        server.execute(statement.rstrip(";"), database=name)
    open_store(url).close()
