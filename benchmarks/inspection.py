"""Looking inside `cnn` on Fashion-MNIST: its weights, and what it makes of one image."""

from __future__ import annotations

from benchmarks.maximization.speed import report_speed
from benchmarks.timing import in_turn
from studium.data import open_dataset
from studium.introspection.activations import ActivationsInspector
from studium.introspection.survey import UnitSurvey
from studium.introspection.weights import inspect_weights
from studium.models import preset
from studium.report.activations_page import activations_page
from studium.report.inspection import render_inspection
from studium.report.weights_page import weights_page
from studium.training import TrainConfig
from studium.training.model_training import train_model

_IMAGE = "coat:1"


def main() -> None:
    data = open_dataset("fashion-mnist")
    spec = preset("cnn", data.input_shape, data.n_outputs)
    model = train_model(data, spec, TrainConfig(epochs=1), name="cnn").model
    assert model is not None
    inspector = ActivationsInspector(model, data)
    inspector.inspect(_IMAGE)  # surveys the test set once
    times = in_turn(
        {
            "weights": lambda: inspect_weights(model),
            "weights page": lambda: render_inspection(weights_page(inspect_weights(model))),
            "activations": lambda: inspector.inspect(_IMAGE, attributions=False),
            "with attribution": lambda: inspector.inspect(_IMAGE),
            "activations page": lambda: render_inspection(activations_page([inspector.inspect(_IMAGE)])),
            "survey": lambda: UnitSurvey(model, data),
        },
        rounds=5,
    )
    print(f"weights view of cnn: {times['weights']} (at most 1 s); as a page: {times['weights page']}")
    print(
        f"activations of cnn for one image: {times['activations']} (at most 0.2 s); with attribution by three methods: "
        f"{times['with attribution']}; as a page: {times['activations page']}"
    )
    print(f"all units over the 10,000 test images, once for all inputs: {times['survey']}")
    report_speed(model, data)
