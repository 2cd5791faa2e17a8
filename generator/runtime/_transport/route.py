"""How the default transport reaches the API."""

from typing import TYPE_CHECKING, NamedTuple

from .._errors import ConfigurationError
from .._lazy import LazyModule
from .proxies import EXPECTED, Proxy, find_proxy, parse_proxy

if TYPE_CHECKING:
    import ssl
else:
    ssl = LazyModule("ssl")


class Route(NamedTuple):
    """How servers are reached.

    Attributes:
        base_url: The address of the API.
        tls: How to verify servers; None is by the certificates of the platform.
        given_proxy: The proxy that was asked for.
        reads_environment: Whether the environment may name one instead.
        problem: What is wrong with them, if anything.
    """

    base_url: str
    tls: "ssl.SSLContext | None" = None
    given_proxy: Proxy | None = None
    reads_environment: bool = True
    problem: str | None = None

    @classmethod
    def of(cls, base_url: str, tls: "ssl.SSLContext | None", proxy: str | None, *, alone: bool) -> "Route":
        """The route by the arguments of a client; `alone` is whether it brings no transport of its own."""
        found = parse_proxy(proxy) if proxy else None
        problem = _find_problem(tls)
        if proxy and found is None:
            problem = f"proxy: {EXPECTED}"
        elif not alone and (proxy is not None or tls is not None):
            problem = "transport: it has a network of its own; expected no tls and no proxy"
        return cls(base_url, tls, found, proxy is None, problem)

    def check(self) -> None:
        """Raise what is wrong with it. Apart from `of`, whose frame may hold the proxy's password.

        Raises:
            ConfigurationError: The arguments cannot be used, or not along with a transport.
        """
        if self.problem:
            raise ConfigurationError(self.problem)

    @property
    def uses_tls(self) -> bool:
        """Whether the API is reached over https."""
        return self.base_url.startswith("https:")

    def proxy(self) -> Proxy | None:
        """The proxy that all goes through, if any.

        Raises:
            ConfigurationError: The environment names one that the client cannot use.
        """
        return find_proxy(self.base_url) if self.reads_environment else self.given_proxy


def _find_problem(tls: object) -> str | None:
    if tls is not None:
        from ssl import SSLContext  # noqa: PLC0415 - slow to import, and seldom given

        if not isinstance(tls, SSLContext):
            return f"tls: expected an ssl.SSLContext, got {type(tls).__name__}"
    return None
