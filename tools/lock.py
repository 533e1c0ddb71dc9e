"""Pin every version: install what pyproject.toml asks for into a fresh environment and write down what came.

PyTorch is installed first and by itself, at the version named here, so that an installer that offers a CPU build of it
takes that one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

TORCH = "torch==2.13.0"
HEADER = """\
# Every version pinned; made by `make lock`. The Makefile installs from here.
# torch is a CPU build where the installer offers one, else the platform's default build.
"""


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", TORCH], check=True)
        subprocess.run([*pip, "install", "--quiet", "setuptools", ".[dev]"], check=True)
        listed = subprocess.run(
            [*pip, "freeze", "--all", "--exclude", "studium", "--exclude", "pip"],
            check=True,
            capture_output=True,
        )
    # A local version such as 2.13.0+cpu exists in one index only; its public part exists everywhere.
    lines = [line.split("+")[0] for line in listed.stdout.decode().splitlines()]
    target.write_text(HEADER + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
