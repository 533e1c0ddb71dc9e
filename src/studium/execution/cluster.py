"""Clusters: workers on this machine, or a scheduler somewhere else, always with TLS between processes."""

from __future__ import annotations

import gc
import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studium.errors import ClusterError
from studium.execution import worker

if TYPE_CHECKING:
    from distributed import Client

_HOST = "127.0.0.1"
_SCHEME = "tls://"
_TRIES, _PAUSE = 10, 0.5  # of a call to all workers, and seconds between them
_SECONDS = 15  # to wait for a scheduler


@dataclass(frozen=True)
class Certificates:
    """Files that prove who one is to a cluster; PEM.

    Attributes:
        authority: Certificate of whoever signed both sides'.
        certificate: Our own.
        key: Its private key.
    """

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class Connected:
    """A cluster to which we are connected.

    Attributes:
        client: Where tasks are submitted.
        name: What it is, in words.
        is_here: Whether its workers are on this machine, and see its files.
        close: Lets go of it.
    """

    client: Client
    name: str
    is_here: bool
    close: Callable[[], None]


def local_workers(number: int) -> Connected:
    """Start worker processes on this machine, with one thread each.

    Nothing listens on any interface but the loopback, the dashboard is off, and each process proves itself by a certificate
    that lives as long as the cluster. A worker that dies is started again.

    Args:
        number: Workers.

    Raises:
        ClusterError: They could not start; as all processes that Python starts, they import the program's main script.
    """
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    _quieten()
    # For as long as the cluster lives: a worker that is started again reads them again.
    settings = dask.config.set(_SETTINGS)
    try:
        with _ctrl_c_is_ours():
            local = LocalCluster(
                n_workers=number,
                threads_per_worker=1,
                processes=True,
                host=_HOST,
                protocol=_SCHEME,
                security=Security.temporary(),
                memory_limit=0,  # the driver estimates first, and the system ends what asks for too much
                dashboard_address=f"{_HOST}:0",
                worker_dashboard_address=f"{_HOST}:0",
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
            )
    except RuntimeError as error:
        settings.__exit__(None, None, None)
        raise ClusterError(
            f"the {local_name(number)} could not start ({_reason(error)}): in a script, put what starts them behind "
            '`if __name__ == "__main__":`, or compute with 0 workers, in process'
        ) from error
    client = Client(local, set_as_default=False)

    def close() -> None:
        client.close()
        local.close()
        settings.__exit__(None, None, None)

    return Connected(client, local_name(number), True, close)


def local_name(number: int) -> str:
    """Workers on this machine, in words."""
    return f"{number} local worker{'s' if number > 1 else ''}"


def on_all(client: Client, function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """Call a function on all workers; one that dies or begins meanwhile is no reason to fail.

    Returns:
        What it gave, by address.
    """
    for _ in range(_TRIES):
        try:
            return dict(client.run(function, *arguments))
        except OSError:  # also of a connection that ended
            time.sleep(_PAUSE)
    return dict(client.run(function, *arguments))


def connect(url: str, certificates: Certificates | None = None) -> Connected:
    """Connect to a Dask scheduler.

    Args:
        url: ``tls://host:port``.
        certificates: Who we are; by default what Dask's own configuration says.

    Raises:
        ClusterError: The address is not one of TLS, nobody answers there, the certificates do not suffice, or there are no
            workers, or workers with other versions.
    """
    if not url.startswith(_SCHEME):
        raise ClusterError(
            f"the cluster is {url!r}, but only tls://host:port is accepted, since whoever reaches an open scheduler can run "
            "anything on its workers: start it with certificates"
        )
    from distributed import Client

    _quieten()
    security = _security(certificates)
    try:
        client = Client(url, security=security, timeout=_SECONDS, set_as_default=False)
    except (
        OSError,
        ValueError,
        TypeError,
        AssertionError,
    ) as error:  # an assertion: Dask's thread did not start
        words = (
            f"the cluster {url} cannot be reached ({_reason(error)}): check the address, that its scheduler runs, and "
            "that the certificates are of the same authority"
        )
        _let_go(error)
        raise ClusterError(words) from None
    try:
        _check_workers(client, url)
    except BaseException:
        client.close()
        raise
    return Connected(client, f"cluster {url}", False, client.close)


def _let_go(error: BaseException) -> None:
    # Frees the client that failed, which hangs on the frames of its exception. Were it found by the garbage collector while
    # another client starts, it would wait in the same thread for the lock that the other holds.
    error.__traceback__ = error.__cause__ = error.__context__ = None
    gc.collect()


_SETTINGS: dict[str, Any] = {
    # One thread each. Dask's own choice also gives every freed piece of memory back to the system, and a network that trains
    # asks for it again at each step.
    "distributed.nanny.pre-spawn-environ": dict.fromkeys(
        ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
    ),
    "distributed.scheduler.allowed-failures": 0,  # attempts are counted by the driver, which knows the tasks
    "distributed.scheduler.worker-saturation": 1.0,  # a worker that dies takes no waiting task with it
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.nanny.http.routes": [],
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.admin.tick.limit": "1h",  # a product of matrices that holds Python's lock is no alarm
    "logging.distributed": "critical",
}


def _security(certificates: Certificates | None) -> Any:
    from distributed.security import Security

    if certificates is None:
        return Security(require_encryption=True)
    files = (certificates.authority, certificates.certificate, certificates.key)
    for path in files:
        if not path.is_file():
            raise ClusterError(
                f"{path} is not there, but a cluster needs certificates: give the PEM files of yours"
            )
    authority, certificate, key = map(str, files)
    return Security(
        require_encryption=True, tls_ca_file=authority, tls_client_cert=certificate, tls_client_key=key
    )


def _check_workers(client: Client, url: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_SECONDS)
        found = on_all(client, worker.versions)
    except TimeoutError as error:
        raise ClusterError(f"the cluster {url} has no workers: start some there") from error
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"the workers of {url} lack {error.name}: install the same Studium there"
        ) from error
    own = worker.versions()
    for address, theirs in found.items():
        other = next((name for name in own if own[name] != theirs.get(name)), None)
        if other is not None:
            raise ClusterError(
                f"worker {address} has {other} {theirs.get(other)}, but here it is {own[other]}, and results would differ: "
                "install the same versions"
            )


def _reason(error: Exception) -> str:
    # The innermost exception that says something; the outer ones only say that they gave up.
    words, cause = str(error), error.__cause__ or error.__context__
    while cause is not None:
        words, cause = str(cause) or words, cause.__cause__ or cause.__context__
    return words


@contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    # A terminal sends Ctrl-C to all processes. What is blocked now stays blocked in the threads and processes that begin
    # now, and in those that they begin later; for us it comes as soon as it is no longer blocked.
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # the first process that Python starts begins with this one, which lifts the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _quieten() -> None:
    # Whatever concerns the user is said by the engine, once.
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
