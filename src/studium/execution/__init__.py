"""Execution: tasks whose results are durable, and the places where they are computed."""

from studium.execution.durable import DurableEngine
from studium.execution.ledger import Ledger
from studium.execution.task import Task

__all__ = ["DurableEngine", "Ledger", "Task"]
