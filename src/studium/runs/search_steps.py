"""Steps that search a space."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from studium.runs.references import Reference
from studium.runs.step_base import NetworkStep
from studium.runs.study_steps import ReplicatedStep
from studium.studies.space_file import Parameters, Points


class SearchStep(NetworkStep, ReplicatedStep):
    """Search a space; measure the leading trials again; retrain the winner on all training rows, test it once, export it.

    Attributes:
        space: ``mlp``, ``mlp-plus``, ``cnn``, ``cnn-plus``, or a TOML file; by default ``cnn`` on images, else ``mlp``. What
            the step says itself goes before what the space says.
        model: Preset that every point starts from. Its usual training, but with a learning rate that falls from the start
            (``cosine``), unless ``config`` or ``parameters`` name another schedule or a ``warmup_share``.
        parameters: What varies.
        most_parameters: Largest number of trainable numbers of a network.
        first: Points to try before any other, each with the values of some parameters.
        hand_made: Presets that the winner is measured against; none, if the list is empty; by default those
            that the source compares on such data.
        trials: Trials that count: points that can be built and were not tried before.
        sampler: ``tpe``, ``gp``, ``qmc``, ``random`` or ``grid``.
        on_invalid: ``resample``: a point that cannot be built is replaced by another; ``prune``: it counts as a trial.
        rungs: How often the trials of a batch are compared; 1 trains each to its end.
        keep: One in so many trials goes on from a rung.
        batch: Trials that advance together; by default 20 where networks train as one program, else 10.
        seeds: Repetitions of folds or of the hold-out split for each trial; by default 1.
        leading: Trials that are measured again on fresh rows and seeds; by default 5, or 2 where a training is long.
        fresh_seeds: Repetitions of that measurement.
        refits: Final trainings of the winner, each with another seed; the first is exported.
        refit_epochs: Epochs of these, and of the measurement of the leading trials; by default those of the search, or four
            times the usual epochs of a small regression when ``config`` does not give any.
        ensemble: Networks that are exported together beside the winner, from the leading trials that are not worse than it;
            0: none.
        reference: Somebody else's numbers for the network that was found.
    """

    kind: Literal["search"] = "search"
    space: str = ""
    model: str = ""
    parameters: Parameters = Field(default={})
    most_parameters: int | None = Field(default=None, ge=1)
    first: Points = ()
    hand_made: tuple[str, ...] | None = None
    trials: int = Field(default=50, ge=1, le=100_000)
    sampler: Literal["tpe", "gp", "qmc", "random", "grid"] = "tpe"
    on_invalid: Literal["resample", "prune"] = "resample"
    rungs: int = Field(default=3, ge=1, le=10)
    keep: int = Field(default=4, ge=2, le=100)
    batch: int | None = Field(default=None, ge=1, le=10_000)
    leading: int | None = Field(default=None, ge=1, le=1000)
    fresh_seeds: int = Field(default=3, ge=1, le=1000)
    refits: int = Field(default=3, ge=1, le=1000)
    refit_epochs: int | None = Field(default=None, ge=1)
    ensemble: int = Field(default=0, ge=0, le=1000)
    reference: Reference | None = None
