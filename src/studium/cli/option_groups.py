"""Options in groups: one dataclass for each group that commands share, one option a field."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

import typer


def panel(title: str) -> Callable[..., Any]:
    """A maker of options that help shows under one title.

    Args:
        title: The title.

    Returns:
        A function of an option's name, its metavar (``None`` for a switch), its help, and Typer's other arguments.
    """

    def option(name: str, metavar: str | None, text: str, **more: Any) -> Any:
        return typer.Option(name, metavar=metavar or "", help=text, rich_help_panel=title, **more)

    return option


def takes_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options.

    A parameter whose annotation is a dataclass becomes one option per field; the command gets the dataclass.

    Args:
        command: A function with annotations as Typer wants them, apart from these parameters.
    """
    signature = inspect.signature(command, eval_str=True)
    parameters = signature.parameters.values()
    groups = {each.name: each.annotation for each in parameters if _is_group(each.annotation)}

    def call(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        command(**values)

    expanded = [
        option
        for each in parameters
        for option in (_options(groups[each.name]) if each.name in groups else [_keyword_only(each)])
    ]
    vars(call)["__signature__"] = signature.replace(parameters=expanded)
    call.__name__, call.__doc__, call.__module__ = command.__name__, command.__doc__, command.__module__
    call.__annotations__ = {}  # those of the signature count
    return call


def _is_group(annotation: Any) -> bool:
    return is_dataclass(annotation)


def _options(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]


def _keyword_only(parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
