"""Where the page is served: a place of this machine alone, unless the user says otherwise."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from studium.errors import SettingError

LOOPBACK = "127.0.0.1"
_WILDCARDS = ("", "*", "0.0.0.0", "::")  # noqa: S104 - refused, not bound
_HTTP = 80


@dataclass(frozen=True)
class Address:
    """A host and a port.

    Attributes:
        host: An address or a name of this machine.
        port: From 1.
    """

    host: str
    port: int

    @property
    def hosts(self) -> frozenset[str]:
        """Everything that a browser may send as ``Host``; anything else is somebody else's name for this machine."""
        names = {self._written, "localhost"} if is_loopback(self.host) else {self._written}
        with_port = {f"{name}:{self.port}" for name in names}
        return frozenset(with_port | names if self.port == _HTTP else with_port)

    @property
    def url(self) -> str:
        """The page's address, without a path."""
        return f"http://{self._written}:{self.port}"

    @property
    def _written(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host.lower()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("192.168.0.7")
        (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_host(host: str, *, allow_remote: bool) -> None:
    """Make sure that the user knows who can reach the page.

    Raises:
        SettingError: Others could reach it, and the user has not allowed that; or it stands for many addresses.
    """
    if host in _WILDCARDS:
        raise SettingError(
            f"--host is {host!r}, but the page is served at one address, so that requests for another name can be refused: "
            "give the address by which others reach this machine"
        )
    if not is_loopback(host) and not allow_remote:
        raise SettingError(
            f"--host is {host!r}, but other machines could reach the page there, and what they send is not encrypted: add "
            f"--allow-remote if that is meant, or leave --host out for {LOOPBACK}"
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: Where.
        port: Which; 0 for any that is free.

    Raises:
        SettingError: The port is in use or not allowed, or the host is not this machine's.
    """
    try:
        family, kind, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
    except OSError as error:
        raise _cannot(host, port, error) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen()
    except OSError as error:
        listening.close()
        raise _cannot(host, port, error) from error
    return listening


def _cannot(host: str, port: int, error: OSError) -> SettingError:
    if error.errno == errno.EADDRINUSE:
        return SettingError(
            f"port {port} of {host} is in use, but a port serves one page: stop the other server, or choose another "
            "port with --port"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return SettingError(
            f"port {port} is kept for the system, but a page needs one of its own: choose one from 1024 with --port"
        )
    reason = error.strerror or str(error)
    return SettingError(f"--host is {host!r}, but this machine cannot listen there ({reason}): leave it out")
