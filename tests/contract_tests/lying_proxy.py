"""The proxy of the mutants as tests use it: with lies of their own, and with a list of what was asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mutants import LyingProxy, Request, Response

__all__ = ["Proxy", "Request", "Response"]


def _truth(told: Response, _: Request) -> Response:
    return told


@dataclass
class Proxy:
    """The proxy and what passed through it."""

    target: str
    rewrite: Callable[[Request], Request] = lambda asked: asked
    """What the right server is asked instead."""
    lie: Callable[[Response, Request], Response] = _truth
    """What is told instead of its answer."""
    asked: list[Request] = field(default_factory=list)
    base_url: str = ""

    @contextmanager
    def listening(self) -> Iterator["Proxy"]:
        def answer(asked: Request, forward: Callable[[Request], Response]) -> Response:
            return self.lie(forward(self.rewrite(asked)), asked)

        with LyingProxy(self.target, answer, on_request=self.asked.append).listening() as proxy:
            self.base_url = proxy.base_url
            yield self
