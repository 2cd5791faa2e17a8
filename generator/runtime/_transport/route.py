"""How the default transport reaches the API: TLS and proxy."""

from typing import TYPE_CHECKING, NamedTuple

from .._errors import ConfigurationError
from .._support import LazyModule
from .proxies import Proxy, find_problem, find_proxy, parse_proxy

if TYPE_CHECKING:
    import ssl
else:
    ssl = LazyModule("ssl")


class Route(NamedTuple):
    """The TLS settings and the proxy of a client.

    Attributes:
        base_url: The base URL of the API.
        tls: How servers are verified; None for the certificates of the platform.
        given_proxy: The proxy of the argument.
        reads_environment: Whether the proxy comes from the environment.
        problem: What is wrong with the arguments, or None.
    """

    base_url: str
    tls: "ssl.SSLContext | None"
    given_proxy: Proxy | None
    reads_environment: bool
    problem: str | None

    @classmethod
    def of(cls, base_url: str, tls: "ssl.SSLContext | None", proxy: str | None, *, alone: bool) -> "Route":
        """Return the route for the arguments of a client. `alone` is False with a transport of the user."""
        found = parse_proxy(proxy) if proxy else None
        problem = _find_tls_problem(tls)
        if proxy and (proxy_problem := find_problem(found)):
            problem = f"proxy: {proxy_problem}"
        elif not alone and (proxy is not None or tls is not None):
            problem = "transport: expected neither tls nor proxy with it, because it has its own network"
        return cls(base_url, tls, found, proxy is None, problem)

    def check(self) -> None:
        """Raise if the arguments are invalid.

        This is not done by `of`, because a traceback of it may hold the proxy's password.

        Raises:
            ConfigurationError: The arguments are invalid, or not allowed with a transport.
        """
        if self.problem:
            raise ConfigurationError(self.problem)

    @property
    def uses_tls(self) -> bool:
        """Whether the API is reached over https."""
        return self.base_url.startswith("https:")

    def proxy(self) -> Proxy | None:
        """Return the proxy, if there is one.

        Raises:
            ConfigurationError: The environment names a proxy that the client cannot use.
        """
        return find_proxy(self.base_url) if self.reads_environment else self.given_proxy


def _find_tls_problem(tls: object) -> str | None:
    if tls is not None:
        from ssl import SSLContext  # noqa: PLC0415 - slow to import, and rarely given

        if not isinstance(tls, SSLContext):
            return f"tls: expected an ssl.SSLContext, got {type(tls).__name__}"
    return None
