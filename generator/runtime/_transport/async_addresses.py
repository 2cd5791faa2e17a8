"""Like `addresses`, for the tasks of asyncio and trio."""

import socket
from concurrent.futures import Executor

import anyio

from .addresses import describe_failures, find_stagger, sort_addresses
from .async_wait import in_time
from .deadline import OutOfTimeError
from .interruptions import is_interruption
from .reasons import describe
from .resolver import NO_NAME, Address, UnreachableError, find_family, look_up
from .sockets import Owner, Want, begin_to_connect, check_connected, wait_in_task


async def open_socket(host: str, port: int, seconds: float | None, owner: Owner) -> socket.socket:
    """Connect to the address of a host that accepts first, within so many seconds.

    It ends when the owner is closed.

    Raises:
        OutOfTimeError: The time is up. The message names the addresses that were tried.
        UnreachableError: The host is unknown, or no address can be reached.
    """
    race = _Race()
    connected = await in_time(seconds, lambda: race.run(host, port, seconds), owner)
    if connected is None:
        why = describe_failures(race.addresses, race.failures)
        raise OutOfTimeError(why or f"{host}: no answer of the resolver")
    return connected[0]


async def _resolve(host: str, port: int) -> list[Address]:
    family = find_family(host)
    if family is not None:
        return [Address(family, (host, port))]
    try:
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as caught:
        if is_interruption(caught, socket.socket):
            raise
        why = NO_NAME if isinstance(caught, UnicodeError) else caught.strerror
    except RuntimeError as caught:
        if is_interruption(caught, Executor):
            raise
        # The event loop gets no thread while the interpreter shuts down.
        looked_up = look_up(host, port)
        if isinstance(looked_up, UnreachableError):
            raise looked_up from None
        return looked_up
    else:
        if found:
            return [Address(family, target) for family, *_, target in found]
        why = "the resolver knows no address"
    raise UnreachableError(f"{host}: {why}")


class _Race:
    """The attempts to connect to the addresses of a host. All but the winner are cancelled and closed.

    They raise nothing in their tasks, where it would become a group of exceptions.

    Attributes:
        addresses: The addresses of the host, in the order of the attempts.
        failures: Why addresses could not be reached.
    """

    def __init__(self) -> None:
        self.addresses: list[Address] = []
        self.failures: dict[Address, str] = {}
        self._winner: socket.socket | None = None
        self._interruption: BaseException | None = None

    async def run(self, host: str, port: int, seconds: float | None) -> socket.socket:
        """Return the first socket that is connected."""
        self.addresses = sort_addresses(await _resolve(host, port))
        stagger = find_stagger(len(self.addresses), seconds)
        try:
            async with anyio.create_task_group() as tasks:
                for address in self.addresses:
                    if self._winner is None and self._interruption is None:
                        ended = anyio.Event()
                        tasks.start_soon(self._try, address, ended, tasks.cancel_scope)
                        with anyio.move_on_after(stagger):
                            await ended.wait()
            return self._result()
        except BaseException:
            if self._winner is not None:
                self._winner.close()
            raise

    def _result(self) -> socket.socket:
        if self._interruption is not None:
            raise self._interruption
        if self._winner is None:
            raise UnreachableError(describe_failures(self.addresses, self.failures))
        return self._winner

    async def _try(self, address: Address, ended: anyio.Event, others: anyio.CancelScope) -> None:
        try:
            made = await _connect(address)
        except (anyio.get_cancelled_exc_class(), GeneratorExit):
            raise
        except BaseException as caught:  # noqa: BLE001 - raised by `run`
            if is_interruption(caught, socket.socket):
                self._interruption = caught
                others.cancel()
            else:
                self.failures[address] = describe(caught)
        else:
            if self._winner is None:
                self._winner = made
                others.cancel()
            else:
                made.close()
        finally:
            ended.set()


async def _connect(address: Address) -> socket.socket:
    made = begin_to_connect(address.family, address.target)
    try:
        await wait_in_task(made, Want.WRITE, None)
        check_connected(made)
    except BaseException:
        made.close()
        raise
    return made
