"""Steps that study: one or two parameters, optimisers, structures."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from studium.runs.references import BestReference, RangeReference
from studium.runs.step_base import DataStep, NetworkStep, Settings

Sampler = Literal["grid", "qmc", "random", "tpe"]


class ReplicatedStep(DataStep):
    """A step whose scores come from folds x seeds, the same for everything that it compares.

    Attributes:
        folds: Folds of each repetition, at least 2; by default 5 on up to 20,000 training rows.
        hold_out: Share of the training rows to score on, in (0, 1), in place of folds; by default 0.2 on more rows.
        seeds: Repetitions, each with other folds and streams; by default 3 with folds, 5 without.
    """

    folds: int | None = Field(default=None, ge=2)
    hold_out: float | None = Field(default=None, gt=0, lt=1)
    seeds: int | None = Field(default=None, ge=1, le=1000)

    @model_validator(mode="after")
    def _folds_or_hold_out(self) -> Self:
        if self.folds is not None and self.hold_out is not None:
            raise ValueError("folds and hold_out are two ways to the same scores; give one of them")
        return self


class StudyStep(NetworkStep, ReplicatedStep):
    """Vary one or two parameters of a network's training, everything else equal.

    Attributes:
        parameters: One or two, as after ``studium study --parameter``. Where momentum varies the optimiser is ``momentum``
            by default.
        sampler: How points are drawn; by default quasi-random where two parameters vary over ranges, else a grid.
        points: Values of a grid along each range, or points of other samplers; by default 17 for one parameter, 9 x 9 or 64
            for two; where rows are held out 9, 5 x 5 or 24.
        reference: Somebody else's good range of the only parameter.
    """

    kind: Literal["study"] = "study"
    parameters: tuple[str, ...] = Field(min_length=1)
    sampler: Sampler | None = None
    points: int | None = Field(default=None, ge=1, le=100_000)
    reference: RangeReference | None = None

    @model_validator(mode="after")
    def _reference_is_of_one_parameter(self) -> Self:
        if self.reference is not None and len(self.parameters) > 1:
            raise ValueError(
                "a reference is the good range of one parameter; study one, or leave reference out"
            )
        return self


class TunedStep(ReplicatedStep):
    """A comparison in which every contender is tuned with the same budget, then scored on fresh folds and seeds.

    Attributes:
        points: Quasi-random points tried for each contender; by default 24; 6 where a training is long; 4 where rows are
            held out.
        tuning_seeds: Repetitions of the folds that choose a contender's values.
        reference: What somebody else found best.
    """

    points: int | None = Field(default=None, ge=1, le=100_000)
    tuning_seeds: int = Field(default=1, ge=1, le=1000)
    reference: BestReference | None = None


class OptimizersStep(NetworkStep, TunedStep):
    """Compare optimisers on one network, each tuned over its own ranges.

    Attributes:
        optimizers: At least two.
    """

    kind: Literal["optimizers"] = "optimizers"
    optimizers: tuple[str, ...] = ("sgd", "momentum", "rmsprop", "adam")


class CompareStep(TunedStep):
    """Compare structures, each tuned; retrain the winner on all training rows, test it once, and export it.

    Attributes:
        models: Names of presets, at least two; by default those that the source compares on such data.
        config: What differs from the default train config of each.
    """

    kind: Literal["compare"] = "compare"
    models: tuple[str, ...] = ()
    config: Settings = Field(default={})
