"""Exported models that are looked into, each opened once, and one look at a time: PyTorch's threads are everybody's."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studium.errors import ModelFileError, StudiumError
from studium.runs import RunFolder
from studium.web.inside.choice import Pictures
from studium.web.inside.maximizing import Maximizing
from studium.web.library import Library
from studium.web.remembered import Remembered

if TYPE_CHECKING:
    from studium.web.inside.looking import OpenModel

_KEPT = 4  # models with their data


class Models:
    """Opens the exported models of runs. PyTorch is imported when the first is.

    Args:
        library: Where the runs are.

    Attributes:
        maximizing: Maximizations, in the background.
        pictures: Pictures that were uploaded or drawn.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._open: Remembered[OpenModel] = Remembered(_KEPT)
        self._lock = threading.RLock()
        self._warming: threading.Thread | None = None
        self.maximizing = Maximizing()
        self.pictures = Pictures()

    def open(self, run: str, step: str) -> OpenModel:
        """The exported model of a step, with its data.

        Raises:
            RunFolderError: There is no such run or step.
            ModelFileError: The step has no model, or it is damaged.
        """
        from studium.web.inside.looking import open_model

        folder = self._library.folder(run)
        path = model_path(folder, step)
        settings = _settings(folder, step)
        with self._lock:
            files = [path / name for name in ("model.json", "weights.safetensors")]
            return self._open.get((run, step), files, lambda: open_model(path, settings, self._lock))

    def warm(self) -> None:
        """Import PyTorch while nobody waits for it."""
        if self._warming is None:
            self._warming = threading.Thread(target=_import_heavy, daemon=True)
            self._warming.start()


def model_path(folder: RunFolder, step: str) -> Path:
    """The folder of a step's exported model.

    Args:
        folder: The run.
        step: Name of a step; it must be one of the run's, so that it leads nowhere else.

    Raises:
        ModelFileError: There is no such step, or it has no model.
    """
    if step not in {each.name for each in folder.finished()}:
        raise ModelFileError(
            f"the run {folder.name} has no finished step of this name: choose one from its list"
        )
    path = folder.step_path(step)
    if not (path / "model.json").is_file():
        raise ModelFileError(f"step {step} has no exported model: choose a step that trains a network")
    return path


def _settings(folder: RunFolder, step: str) -> dict[str, Any]:
    try:
        steps = folder.plan.get("steps", ())
    except StudiumError:  # the model can be looked into without
        return {}
    return next((dict(each) for each in steps if each.get("name") == step), {})


def _import_heavy() -> None:
    import studium.web.inside.looking  # noqa: F401
