"""`python -m benchmarks`."""

from benchmarks._cli import app

app(prog_name="python -m benchmarks")
