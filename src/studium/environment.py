"""What a result depends on besides its description: versions, machine, threads."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

import torch
from threadpoolctl import threadpool_info

from studium.config import Frozen
from studium.errors import SettingError

_PACKAGES = ("studium", "torch", "numpy", "scikit-learn", "polars", "safetensors")


class Environment(Frozen):
    """Where a result was computed. Nothing in it identifies a person or a machine by name.

    Attributes:
        versions: Of Python and of the packages that numbers depend on, by name; ``unknown`` for one that is not installed.
        system: Operating system and processor architecture, for example ``Linux x86_64``.
        cpu_capability: The widest instructions that PyTorch uses, for example ``AVX2``; kernels, and with them last bits,
            depend on it.
        blas: Library and kernel of NumPy's matrix products, for example ``openblas SkylakeX``; likewise.
        cores: Logical processors of the machine.
        threads: PyTorch threads of a training.
        cuda: Name of the CUDA device, when there is one.
    """

    versions: dict[str, str]
    system: str
    cpu_capability: str
    blas: str
    cores: int
    threads: int
    cuda: str | None = None


def current_environment(threads: int | None = None) -> Environment:
    """The environment of this process.

    Args:
        threads: PyTorch threads of the training; by default those that PyTorch would use now.

    Example:
        >>> sorted(current_environment().versions)
        ['numpy', 'polars', 'python', 'safetensors', 'scikit-learn', 'studium', 'torch']
    """
    return Environment(
        versions={"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
        system=f"{platform.system()} {platform.machine()}",
        cpu_capability=torch.backends.cpu.get_cpu_capability(),
        blas=_blas(),
        cores=os.cpu_count() or 1,
        threads=threads or torch.get_num_threads(),
        cuda=torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    )


@contextmanager
def torch_threads(number: int) -> Iterator[None]:
    """Let PyTorch use a number of threads for a while, in the calling thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16 by instructions of its own (AVX512-BF16), instead of emulating it.

    Other instructions for bfloat16 are not counted, because nothing was measured with them.
    """
    capabilities: dict[str, object] = getattr(
        torch.cpu, "get_capabilities", dict
    )()  # newer versions of PyTorch tell
    return bool(capabilities.get("avx512_bf16", False))


def resolve_device(name: str) -> torch.device:
    """The device of a name.

    Args:
        name: ``auto`` (CUDA when present, else the CPU), ``cpu`` or ``cuda``.

    Raises:
        SettingError: There is no CUDA device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingError("device is 'cuda', but no CUDA device is present: choose auto or cpu")
    return torch.device(name)


def _blas() -> str:
    found = (each for each in threadpool_info() if each["user_api"] == "blas")
    return next(
        (f"{each['internal_api']} {each.get('architecture', '')}".strip() for each in found), "unknown"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
