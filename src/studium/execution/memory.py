"""How much memory a task needs, by arithmetic, before it is begun."""

from __future__ import annotations

import math

import psutil

from studium.data import Dataset
from studium.execution.task import Task
from studium.models import layers, n_parameters
from studium.training import Member

_STATE = 6  # numbers kept for each parameter: itself, gradient, two moments, the best so far, scratch
_SAVED = 3  # numbers kept for each output of a layer: before and after its activation, and its slope
_WHOLE = 1024  # rows evaluated at a time


def task_bytes(task: Task, dataset: Dataset) -> int:
    """Bytes that training a task needs at most, beside the program and the dataset; an estimate from above.

    Args:
        task: What is to be trained.
        dataset: Where its rows are.
    """
    numbers = sum(map(_numbers, task.group.members))
    rows = len({id(member.train) for member in task.group.members})
    copies = (
        rows * dataset.inputs.numel() if task.group.fused and dataset.inputs.dtype.is_floating_point else 0
    )
    return (numbers + copies) * _itemsize(task.group.members[0])


def available_bytes() -> int:
    """Memory that new work can have on this machine now."""
    return int(psutil.virtual_memory().available)


def total_bytes() -> int:
    """Memory of this machine."""
    return int(psutil.virtual_memory().total)


def _numbers(member: Member) -> int:
    batch = min(member.config.batch_size or len(member.train), len(member.train))
    outputs = sum(math.prod(layer.output_shape) for layer in layers(member.spec))
    inputs = math.prod(member.spec.input_shape)
    at_once = batch * (_SAVED * outputs + inputs) + _WHOLE * (outputs + inputs)
    return _STATE * n_parameters(member.spec) + at_once


def _itemsize(member: Member) -> int:
    return 8 if member.config.precision == "float64" else 4
