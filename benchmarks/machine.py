"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import torch

from studium.environment import current_environment


def describe() -> str:
    """Processor, cores, versions and the measured peak of matrix products."""
    one, every = peak_gflops(1), peak_gflops(os.cpu_count() or 1)
    return (
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, torch {torch.__version__}, "
        f"NumPy's products by {current_environment().blas}; "
        f"float32 matrix products of 2048: {one:.0f} GFLOP/s on one thread, {every:.0f} on all"
    )


def peak_gflops(n_threads: int, side: int = 2048, repetitions: int = 5) -> float:
    """Best rate of a large float32 matrix product, in 1e9 operations a second."""
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    left, right = torch.randn(2, side, side)
    fastest = min(_seconds(left, right) for _ in range(repetitions))
    torch.set_num_threads(before)
    return 2 * side**3 / fastest / 1e9


def _seconds(left: torch.Tensor, right: torch.Tensor) -> float:
    start = time.perf_counter()
    left @ right
    return time.perf_counter() - start


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
