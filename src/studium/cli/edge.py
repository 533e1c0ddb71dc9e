"""The edge: where errors become a sentence on standard error and an exit code, once for all commands."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from studium.cli.messages import forward_log, say
from studium.cli.option_errors import option_error
from studium.errors import StudiumError

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130
"""Exit codes beside 0."""

_ORDER = (
    *("data", "train", "cv", "study", "compare", "search", "inspect", "evaluate", "predict"),
    *("run", "resume", "verify", "report", "export", "serve"),
)


class Edge(TyperGroup):
    """The outermost command group: no exception leaves it but ``SystemExit``."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # never left to Typer, whose messages take many lines
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line and exit; without arguments, show the help."""
        arguments = list(sys.argv[1:] if args is None else args) or ["--help"]
        forward_log()
        try:
            code = super().main(
                arguments,
                prog_name,
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
        except KeyboardInterrupt:
            code = INTERRUPTED
        except Exception as error:
            if "--debug" in arguments or os.environ.get("STUDIUM_DEBUG", "0") not in ("", "0"):
                traceback.print_exc()
            sentence, code = explain_error(error, arguments)
            say("error", sentence)
        if code == INTERRUPTED:
            say("interrupted", "what was finished is kept, and nothing is half-written")
        sys.exit(code if isinstance(code, int) else 0)

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands in the order in which work proceeds."""
        known = super().list_commands(ctx)
        return sorted(known, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))


def explain_error(error: Exception, arguments: Sequence[str] = ()) -> tuple[str, int]:
    """The sentence for an exception of a command line, and the exit code."""
    if isinstance(error, StudiumError):
        return str(error), error.exit_code
    if isinstance(error, typer.TyperException):
        return _usage(error, arguments), WRONG_USAGE
    pydantic = sys.modules.get("pydantic")  # not imported for this
    if pydantic is not None and isinstance(error, pydantic.ValidationError):
        return str(option_error(error)), WRONG_USAGE
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"Studium failed unexpectedly ({reason}): set STUDIUM_DEBUG=1 to see where", FAILED


def _usage(error: typer.TyperException, arguments: Sequence[str]) -> str:
    command = getattr(getattr(error, "ctx", None), "command_path", "studium")
    near = getattr(error, "possibilities", None)
    wrong = getattr(error, "option_name", None)
    if near and wrong:
        return f"there is no option {wrong!r}; did you mean {near[0]!r}? see `{command} --help`"
    option = next(iter(getattr(getattr(error, "param", None), "opts", ())), "")
    value = _given(option, arguments)
    if value is not None:
        return f"{option} is {value!r}, but {_lower(error.message)}: see `{command} --help`"
    sentence = _lower(error.format_message())
    return f"{sentence}{'' if sentence.endswith('?') else ':'} see `{command} --help`"


def _given(option: str, arguments: Sequence[str]) -> str | None:
    """The value that an option was given."""
    given = None  # of an option that is given twice, the last value counts
    for position, argument in enumerate(arguments):
        if argument == option:
            given = next(iter(arguments[position + 1 :]), None)
        elif option and argument.startswith(f"{option}="):
            given = argument.partition("=")[2]
    return given


def _lower(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}".rstrip(".")
