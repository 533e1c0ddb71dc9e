"""A cluster whose scheduler and workers are processes of their own, as a user starts them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studium.execution.cluster import Certificates


@contextmanager
def cluster(
    certificates: Certificates, directory: Path, n_workers: int = 2, caches: list[Path] | None = None
) -> Iterator[str]:
    """A scheduler and workers, over TLS.

    Args:
        certificates: Of all of them.
        directory: Where workers keep their files.
        n_workers: Workers, one process and thread each.
        caches: The cache of each worker; by default all share ours.

    Yields:
        The scheduler's address.
    """
    files = [
        "--tls-ca-file",
        certificates.authority,
        "--tls-cert",
        certificates.certificate,
        "--tls-key",
        certificates.key,
    ]
    programs: list[subprocess.Popen[str]] = []
    try:
        scheduler = _started(
            ["scheduler", "--protocol", "tls", "--host", "tls://127.0.0.1:0", "--no-dashboard", *files],
            directory,
            None,
        )
        programs.append(scheduler)
        address = _address(scheduler)
        for number in range(n_workers):
            cache = caches[number] if caches else None
            arguments = ["worker", address, "--no-dashboard", "--no-nanny", "--nthreads", "1", *files]
            programs.append(_started(arguments, directory, cache))
        yield address
    finally:
        for program in reversed(programs):
            program.kill()
            program.communicate()


def _started(arguments: list[object], directory: Path, cache: Path | None) -> subprocess.Popen[str]:
    own = {} if cache is None else {"STUDIUM_CACHE": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + str(arguments[0]), *map(str, arguments[1:])],
        cwd=directory,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | own,
    )


def _address(scheduler: subprocess.Popen[str]) -> str:
    assert scheduler.stderr is not None
    said = []
    for line in scheduler.stderr:
        said.append(line)
        if found := re.search(r"Scheduler at:\s+(tls://\S+)", line):
            return found[1]
    raise AssertionError("".join(said))
