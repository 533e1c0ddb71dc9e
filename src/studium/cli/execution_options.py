"""Options that say where tasks are computed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from studium.cli.option_groups import panel
from studium.errors import SettingError

if TYPE_CHECKING:
    from studium.execution.cluster import Certificates
    from studium.runs.execution import Execution

_option = panel("Computation")


@dataclass(frozen=True)
class ExecutionOptions:
    """Where tasks are computed; results never depend on it."""

    workers: Annotated[
        str | None,
        _option(
            "--workers",
            "N",
            "auto (default): in process for small work, else a worker per core; 0: in process; N: so many worker processes.",
        ),
    ] = None
    cluster: Annotated[
        str | None,
        _option("--cluster", "URL", "A Dask scheduler, tls://host:port, in place of local workers."),
    ] = None
    tls_ca: Annotated[
        Path | None,
        _option(
            "--tls-ca", "FILE", "Certificate of the cluster's authority, PEM. Default: Dask's own settings."
        ),
    ] = None
    tls_cert: Annotated[
        Path | None, _option("--tls-cert", "FILE", "Our certificate for the cluster, PEM.")
    ] = None
    tls_key: Annotated[Path | None, _option("--tls-key", "FILE", "Its private key, PEM.")] = None

    def execution(self) -> Execution:
        """Where to compute.

        Raises:
            SettingError: The options contradict each other.
        """
        from studium.runs.execution import Execution

        return Execution(_workers(self.workers), self.cluster, self._certificates())

    def _certificates(self) -> Certificates | None:
        from studium.execution.cluster import Certificates

        if self.tls_ca and self.tls_cert and self.tls_key:
            return Certificates(self.tls_ca, self.tls_cert, self.tls_key)
        if self.tls_ca or self.tls_cert or self.tls_key:
            raise SettingError(
                "--tls-ca, --tls-cert and --tls-key belong together, but only some are given: give all three, or none"
            )
        return None


def _workers(text: str | None) -> int | Literal["auto"]:
    if text is None or text == "auto":
        return "auto"
    if not text.isdecimal():
        raise SettingError(
            f"--workers is {text!r}, but it must be auto or a whole number: choose 0 to compute in process"
        )
    return int(text)
