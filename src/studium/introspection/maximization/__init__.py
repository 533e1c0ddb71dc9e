"""Activation maximization: the input that makes a unit of a trained network fire most, beside the strongest real ones.

The weights are frozen; the input is optimised (Erhan, Bengio, Courville and Vincent 2009, "Visualizing Higher-Layer Features
of a Deep Network"). Letters: N inputs that are optimised side by side, U units, S starts a unit; C channels, H height,
W width; F features of a table.
"""

from studium.introspection.maximization.maximize import maximize
from studium.introspection.maximization.random_image import random_image
from studium.introspection.maximization_results import Maximization
from studium.introspection.maximization_settings import MaximizationSettings, default_settings

__all__ = ["Maximization", "MaximizationSettings", "default_settings", "maximize", "random_image"]
