"""The executor of `inspect` steps."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from studium.data import Dataset
from studium.errors import InputError, UnknownNameError
from studium.files import write_atomic
from studium.introspection.activations import ActivationsInspector
from studium.introspection.inputs import choose_input
from studium.introspection.layers import find_layer
from studium.introspection.maximization import maximize
from studium.introspection.maximization.targets import find_targets
from studium.introspection.model_data import ModelData
from studium.introspection.weights import inspect_weights
from studium.models import CNNSpec, MLPSpec
from studium.runs.inspect_steps import InspectStep
from studium.runs.inspection_record import InspectionRecord
from studium.runs.prepared import PreparedStep, ShareDone
from studium.runs.resolution import StepError
from studium.runs.step_base import DataStep, Step
from studium.runs.step_folders import StepFolders
from studium.runs.untrained import untrained_model
from studium.training.engine import Engine
from studium.training.model import Model
from studium.training.model_files import RECORD, load_model

EXPORTING = ("train", "compare", "search")
"""Kinds of steps that export a model."""

_FIFTH = 4  # of the output, from 0: the unit that the source shows
_TABLE_SECONDS, _IMAGE_SECONDS = 1.5, 8.0
_WEIGHTS_SHARE, _INPUTS_SHARE = 0.2, 0.5  # of the step, that are done after the weights, and after the inputs


@runtime_checkable
class KnowsNetworks(Protocol):
    """A prepared step that knows beforehand which networks it may export."""

    @property
    def networks(self) -> tuple[MLPSpec | CNNSpec, ...]:
        """The networks; it exports one of them."""


@dataclass(frozen=True, eq=False)
class PreparedInspection:
    """An `inspect` step whose settings are checked.

    Attributes:
        step: Every default written out.
        source: The step whose model is looked into.
        own_notices: What the reader must know of this step.
    """

    step: InspectStep
    source: PreparedStep
    own_notices: tuple[str, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader must know."""
        return self.own_notices

    @property
    def pool(self) -> Dataset:
        """The data of the step that trains."""
        return self.source.pool

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the data, by name."""
        return self.source.checksums

    @property
    def seconds(self) -> float:
        """A rough guess of the time it takes."""
        return _IMAGE_SECONDS if len(self.pool.input_shape) == 3 else _TABLE_SECONDS

    def run(self, folders: StepFolders, engine: Engine, progress: ShareDone) -> None:
        """Look into the model and write what is seen; nothing is trained.

        Args:
            folders: Where to write, and where the model is.
            engine: Not used.
            progress: Called with the share that is done.
        """
        path = folders.run / "models" / self.step.of
        found = self._record(load_model(path), progress) if (path / RECORD).exists() else self._nothing()
        write_atomic(folders.study / "inspection.json", found.model_dump_json() + "\n")

    def _nothing(self) -> InspectionRecord:
        return InspectionRecord(of=self.step.of, seconds=0.0)

    def _record(self, model: Model, progress: ShareDone) -> InspectionRecord:
        started = time.perf_counter()
        weights = inspect_weights(model, data=self.pool)
        progress(_WEIGHTS_SHARE)
        inspector = ActivationsInspector(model, self.pool)
        views = tuple(inspector.inspect(text) for text in self.step.inputs or (None,))
        progress(_INPUTS_SHARE)

        def maximized(done: int, total: int) -> None:
            progress(_INPUTS_SHARE + (1 - _INPUTS_SHARE) * done / total)

        step, units = self.step, self.step.units
        found = (
            maximize(model, step.layer, units, data=self.pool, seed=step.seed, progress=maximized)
            if units
            else None
        )
        return InspectionRecord(
            of=step.of,
            model=model.name,
            weights=weights,
            activations=views,
            maximization=found,
            seconds=time.perf_counter() - started,
        )


def prepare_inspect(step: InspectStep, earlier: Sequence[tuple[Step, PreparedStep]]) -> PreparedInspection:
    """Check everything about an `inspect` step.

    Args:
        step: The step.
        earlier: The steps before it in the plan: as the plan says, and prepared.

    Raises:
        StepError: It asks for something that cannot be; says which key.
    """
    asked, source = _source(step, earlier)
    chosen = step
    notices: tuple[str, ...] = ()
    if isinstance(asked, DataStep) and isinstance(source.step, DataStep) and asked.data != source.step.data:
        chosen = step.model_copy(update={"inputs": (), "units": None})  # they are those of other data
        notices = (f"{step.name} shows the first test row and the fifth unit of the replacement",)
    if chosen.units is None:
        chosen = chosen.model_copy(update={"units": (min(_FIFTH, _fewest_units(chosen, source) - 1),)})
    for spec in _networks(source):
        _check(chosen, untrained_model(source.pool, spec), source.pool)
    return PreparedInspection(chosen, source, notices)


def _source(step: InspectStep, earlier: Sequence[tuple[Step, PreparedStep]]) -> tuple[Step, PreparedStep]:
    exporting = {asked.name: (asked, each) for asked, each in earlier if asked.kind in EXPORTING}
    if step.of in exporting:
        return exporting[step.of]
    kinds = {asked.name: asked.kind for asked, _ in earlier}
    if step.of in kinds:
        raise StepError(
            ("of",),
            f"of is {step.of!r}, but a step of kind {kinds[step.of]!r} exports no model to look into: name a step of kind "
            f"{', '.join(EXPORTING[:-1])} or {EXPORTING[-1]}",
        )
    if not exporting:
        raise StepError(
            ("of",), f"of is {step.of!r}, but no step before it exports a model: put it behind one that does"
        )
    raise StepError(("of",), str(UnknownNameError("earlier step that exports a model", step.of, exporting)))


def _networks(source: PreparedStep) -> tuple[MLPSpec | CNNSpec, ...]:
    """The networks that may be exported; where nobody knows them, one that has nothing but an output layer."""
    if isinstance(source, KnowsNetworks):
        return source.networks
    return (MLPSpec(input_shape=source.pool.input_shape, n_outputs=source.pool.n_outputs, hidden=()),)


def _fewest_units(step: InspectStep, source: PreparedStep) -> int:
    with _said_of("layer"):
        return min(find_layer(spec, step.layer).n_units for spec in _networks(source))


def _check(step: InspectStep, model: Model, pool: Dataset) -> None:
    """Make sure that a step can look at a model.

    Raises:
        StepError: It cannot.
    """
    with _said_of("layer"):
        layer = find_layer(model.spec, step.layer)
    if step.units:
        with _said_of("units"):
            find_targets(model, layer, step.units)
    with _said_of("inputs"):
        for text in step.inputs:
            choose_input(model, text, ModelData(model, pool))


@contextmanager
def _said_of(key: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise StepError((key,), str(error)) from error
