"""How the default transport reaches the API."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ._errors import ConfigurationError
from ._lazy import LazyModule
from ._proxies import Proxy, find_proxy, read_proxy

if TYPE_CHECKING:
    import ssl
else:
    ssl = LazyModule("ssl")


@dataclass(frozen=True, slots=True)
class Route:
    """How servers are reached.

    Attributes:
        base_url: The address of the API.
        tls: How to verify servers; None is by the certificates of the platform.
        explicit_proxy: The proxy that was asked for.
        reads_environment: Whether the environment may name one instead.
    """

    base_url: str
    tls: "ssl.SSLContext | None" = field(default=None, repr=False)
    explicit_proxy: Proxy | None = None
    reads_environment: bool = True

    @classmethod
    def of(cls, base_url: str, tls: "ssl.SSLContext | None", proxy: str | None, *, alone: bool) -> "Route":
        """The route by the arguments of a client; `alone` is whether it brings no transport of its own.

        Raises:
            ConfigurationError: They cannot be used, or not along with a transport.
        """
        _check_tls(tls)
        given = proxy is not None
        explicit = read_proxy("proxy", proxy) if proxy else None
        del proxy  # it may hold a password
        if not alone and (given or tls is not None):
            raise ConfigurationError("transport: it has a network of its own; expected no tls and no proxy")
        return cls(base_url, tls, explicit, not given)

    @property
    def uses_tls(self) -> bool:
        """Whether the API is reached over https."""
        return self.base_url.startswith("https:")

    def proxy(self) -> Proxy | None:
        """The proxy that all goes through, if any.

        Raises:
            ConfigurationError: The environment names one that the client cannot use.
        """
        return find_proxy(self.base_url) if self.reads_environment else self.explicit_proxy


def _check_tls(tls: object) -> None:
    if tls is not None:
        from ssl import SSLContext  # noqa: PLC0415 - slow to import, and seldom given

        if not isinstance(tls, SSLContext):
            raise ConfigurationError(f"tls: expected an ssl.SSLContext, got {type(tls).__name__}")
