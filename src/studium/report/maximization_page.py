"""The page of ``studium inspect maximize``."""

from __future__ import annotations

from studium.data import TableSchema
from studium.introspection.maximization_results import Maximization
from studium.introspection.maximization_settings import IMAGE_REGULARISERS, MaximizationSettings
from studium.report.figures.maximized_activations import (
    draw_maximized_activations,
    maximized_activations_data,
    reach_words,
)
from studium.report.figures.maximized_images import draw_maximized_images, maximized_images_data
from studium.report.figures.maximized_mosaic import draw_maximized_mosaic
from studium.report.figures.maximized_rows import draw_maximized_rows, maximized_rows_data, rows_table
from studium.report.inspection import Inspection, Part
from studium.report.numbers import count, listed

_OUTPUT = "output"
_MOST_CARDS = 32  # units whose pictures are drawn; more make a page slow


def maximization_page(result: Maximization) -> Inspection:
    """What the page says of a maximization."""
    reach = maximized_activations_data(result)
    return Inspection(
        title=f"What makes {_layer_words(result)} of {result.model} fire",
        about=_about(result),
        notices=missing_words(result),
        summary=(reach_words(reach), _method(result)),
        parts=(*_inputs(result), _reach(result)),
    )


def regulariser_words(settings: MaximizationSettings) -> str:
    """What was on, in words."""
    on = [
        f"{name.replace('_', ' ')} {getattr(settings, name):g}"
        if name != "fourier"
        else "Fourier parameterisation"
        for name in ("l2", *IMAGE_REGULARISERS, "diversity", "norm")
        if getattr(settings, name)
    ]
    return listed(on) if on else "none"


def _layer_words(result: Maximization) -> str:
    return "the output layer" if result.layer == _OUTPUT else result.layer


def _about(result: Maximization) -> str:
    steps = count(result.settings.steps, "step")
    starts = count(result.settings.seeds, "start")
    return f"{count(len(result.units), 'unit')} of layer {result.layer}, {starts} each, {steps}, seed {result.seed}"


def missing_words(result: Maximization) -> tuple[str, ...]:
    """What the reader must know when there was no data, with the cure."""
    if result.data is not None:
        return ()
    return (
        "the data of the training is not at hand, so no real inputs are shown, and what is usual is taken from "
        f"{result.reference}: give the data with --data",
    )


def _method(result: Maximization) -> str:
    table = isinstance(result.inputs, TableSchema)
    kind, usual = (
        ("rows", "ranges of the columns") if table else ("images", "usual grey values and frequencies")
    )
    return (
        f"The weights are frozen and {kind} are optimised until the {result.quantity} of a unit is as large as it gets. "
        f"Regularisers: {regulariser_words(result.settings)}. The {usual} come from {result.reference}."
    )


def _inputs(result: Maximization) -> tuple[Part, ...]:
    if isinstance(result.inputs, TableSchema):
        data = maximized_rows_data(result)
        drawings = tuple(draw_maximized_rows("maximized-rows", data))
        return (Part("rows", "Rows that make a unit fire", tables=(rows_table(data),), figures=drawings),)
    cards = tuple(
        draw_maximized_images(f"maximized-{place}", maximized_images_data(result, unit))
        for place, unit in enumerate(result.units[:_MOST_CARDS])
    )
    glance = (draw_maximized_mosaic("maximized-mosaic", result),) if len(result.units) > _MOST_CARDS else ()
    return (Part("images", "Images that make a unit fire", _reading(result), figures=glance, small=cards),)


def _reading(result: Maximization) -> tuple[str, ...]:
    key = f"Orange frames: optimised. Blue frames: the strongest real images. Below each: the {result.quantity}."
    if result.units[0].real is None:
        key = f"Below each image: the {result.quantity}."
    if len(result.units) <= _MOST_CARDS:
        return (key,)
    cut = f"The first {_MOST_CARDS} of {len(result.units)} units are shown beside real images; --unit chooses others."
    return (f"{key} {cut}",)


def _reach(result: Maximization) -> Part:
    drawing = draw_maximized_activations("maximized-activations", maximized_activations_data(result))
    words = (
        "A large activation alone proves nothing, since noise can reach it, too; what counts is what the input shows, and "
        "whether it means the same to other networks."
    )
    return Part("reach", "How strongly they fire", (words,), figures=(drawing,))
