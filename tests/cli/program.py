"""Running the program, in this process and in one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from studium.cli.app import app


def run(*arguments: str, code: int = 0) -> Result:
    """Run a command in this process; it must exit with this code."""
    result = CliRunner().invoke(app, list(arguments), prog_name="studium")
    assert result.exit_code == code, result.output
    return result


def answer(*arguments: str, code: int = 0) -> dict[str, Any]:
    """The one JSON object on standard output of a command."""
    return parsed(run(*arguments, "--json", code=code).stdout)


def complaint(*arguments: str, code: int = 2) -> str:
    """The one line on standard error of a command that fails; there is nothing on standard output."""
    result = run(*arguments, code=code)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.removesuffix("\n")


def parsed(text: str) -> dict[str, Any]:
    """JSON without NaN and infinities, and nothing beside it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    content = json.loads(text, parse_constant=refuse)
    assert isinstance(content, dict)
    assert text.count("\n") == 1
    return content


def process(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a new process."""
    command = [sys.executable, "-m", "studium", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
