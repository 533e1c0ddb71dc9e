"""Whole studies, as users run them."""

from __future__ import annotations

from benchmarks.timing import in_turn
from studium.data import open_dataset
from studium.models import preset
from studium.studies import StudyPlan, parse_dimension, run_study
from studium.training import Trainer
from studium.training.defaults import default_config
from studium.validation import k_fold


def main() -> None:
    data = open_dataset("curve")
    spec = preset("net", data.input_shape, data.n_outputs)
    plan = StudyPlan(
        "learning rate", "net", (spec, default_config(spec, data)), (parse_dimension("lr=1e-5:1:log"),)
    )
    replicates = k_fold(data, n_folds=5, n_seeds=3)
    found = in_turn(
        {"study": lambda: run_study(data, plan, replicates, Trainer(data))}, rounds=3, warm_up=False
    )
    print(f"learning rate of net on curve, 17 values x 5 folds x 3 seeds x 1000 epochs: {found['study']}")
