"""The same networks by other means: JAX, pytabkit, scikit-learn, skorch. Imported by the benchmarks only."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from studium.data import Dataset, fit_normalisation
from studium.models import initial_weights
from studium.training import Member

Measured = tuple[float, int]
"""Seconds, and members x epochs trained in them."""

_GRID_VALUES, _GRID_EPOCHS = 6, 200


def jax_population(data: Dataset, members: list[Member]) -> Callable[[], Measured]:
    """All members as one program: ``jit`` of a ``scan`` over epochs of a ``vmap`` over members, Adam by hand.

    Compiling is not counted: the first call compiles, and the benchmark warms up.
    """
    import jax
    import jax.numpy as jnp

    config = members[0].config
    size = config.batch_size or len(members[0].train)
    n_steps = -(-len(members[0].train) // size)
    stacks = [_stacked(data, member) for member in members]
    x, y, held_x, held_y = (jnp.asarray(np.stack(parts)) for parts in zip(*stacks, strict=True))
    weights = [initial_weights(member.spec, member.seed) for member in members]
    start = {name: jnp.asarray(np.stack([each[name].numpy() for each in weights])) for name in weights[0]}
    rates = jnp.asarray([member.config.learning_rate for member in members])
    keys = jax.random.split(jax.random.key(0), len(members))

    def network(p: dict[str, Any], inputs: Any) -> Any:
        hidden = jax.nn.relu(inputs @ p["linear1.weight"].T + p["linear1.bias"])
        hidden = jax.nn.relu(hidden @ p["linear2.weight"].T + p["linear2.bias"])
        return hidden @ p["output.weight"].T + p["output.bias"]

    def loss(p: dict[str, Any], inputs: Any, targets: Any) -> Any:
        return jnp.mean((network(p, inputs) - targets) ** 2)

    def step(state: Any, inputs: Any, targets: Any, rate: Any) -> Any:
        p, m, v, t = state
        gradient = jax.grad(loss)(p, inputs, targets)
        t = t + 1
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradient)
        p = jax.tree.map(
            lambda w, a, b: w - rate * (a / (1 - 0.9**t)) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8), p, m, v
        )
        return p, m, v, t

    def epoch(state: Any, key: Any, inputs: Any, targets: Any, vx: Any, vy: Any, rate: Any) -> Any:
        if n_steps == 1:
            state = step(state, inputs, targets, rate)
        else:
            order = jax.random.permutation(key, len(inputs))[: n_steps * size].reshape(n_steps, size)
            state, _ = jax.lax.scan(
                lambda s, rows: (step(s, inputs[rows], targets[rows], rate), None), state, order
            )
        return state, loss(state[0], vx, vy)

    @jax.jit
    def train(p: Any, keys: Any) -> Any:
        zeros = jax.tree.map(jnp.zeros_like, p)
        state = (p, zeros, zeros, jnp.zeros(len(members)))

        def one(state: Any, number: Any) -> Any:
            own = jax.vmap(jax.random.fold_in, (0, None))(keys, number)
            return jax.vmap(epoch)(state, own, x, y, held_x, held_y, rates)

        return jax.lax.scan(one, state, jnp.arange(config.epochs))

    def run() -> Measured:
        begin = time.perf_counter()
        jax.block_until_ready(train(start, keys))
        return time.perf_counter() - begin, len(members) * config.epochs

    return run


def _stacked(data: Dataset, member: Member) -> tuple[np.ndarray, ...]:
    found = fit_normalisation(data, member.train)
    x, y = found.inputs(data.inputs).numpy(), found.targets(data.targets).numpy()
    return x[member.train], y[member.train], x[member.validation], y[member.validation]


def pytabkit_folds(data: Dataset, epochs: int, batch_size: int | None) -> Measured:
    """Five folds fused by pytabkit's simplified RealMLP, with hidden layers of 64 and relu; one learning rate."""
    from pytabkit import RealMLP_TD_S_Regressor

    for name in ("lightning", "lightning.pytorch", "lightning.fabric", "pytorch_lightning"):
        logging.getLogger(name).setLevel(logging.ERROR)
    rows = data.training_pool
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = RealMLP_TD_S_Regressor(
            device="cpu",
            random_state=0,
            n_cv=5,
            n_refit=0,
            hidden_sizes=[64, 64],
            act="relu",
            n_epochs=epochs,
            batch_size=batch_size or 80,
            lr=1e-3,
            verbosity=0,
        )
        begin = time.perf_counter()
        model.fit(
            data.inputs.numpy()[rows].astype(np.float32), data.targets.numpy()[rows, 0].astype(np.float32)
        )
    return time.perf_counter() - begin, 5 * epochs


def grid_searches(data: Dataset, n_folds: int) -> dict[str, Measured]:
    """scikit-learn's and skorch's networks under ``GridSearchCV`` with two jobs."""
    import torch
    from sklearn.model_selection import GridSearchCV
    from sklearn.neural_network import MLPRegressor
    from skorch import NeuralNetRegressor

    from studium.models import MLPSpec, build

    rows = data.training_pool
    x = data.inputs.numpy()[rows].astype(np.float32)
    y = data.targets.numpy()[rows].astype(np.float32)
    rates = np.geomspace(1e-4, 1e-2, _GRID_VALUES).tolist()
    scikit = MLPRegressor(
        hidden_layer_sizes=(64, 64),
        batch_size=len(x),
        max_iter=_GRID_EPOCHS,
        tol=0,
        n_iter_no_change=_GRID_EPOCHS,
    )
    network = build(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(64, 64)), 0)
    skorch = NeuralNetRegressor(
        network,
        optimizer=torch.optim.Adam,
        max_epochs=_GRID_EPOCHS,
        batch_size=-1,
        train_split=None,
        verbose=0,
    )
    searches = {
        "scikit-learn MLPRegressor": (
            GridSearchCV(scikit, {"learning_rate_init": rates}, cv=n_folds, n_jobs=2),
            y[:, 0],
        ),
        "skorch NeuralNetRegressor": (GridSearchCV(skorch, {"lr": rates}, cv=n_folds, n_jobs=2), y),
    }
    measured = {}
    for name, (search, targets) in searches.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            begin = time.perf_counter()
            search.fit(x, targets)
        measured[name] = (time.perf_counter() - begin, (len(rates) * n_folds + 1) * _GRID_EPOCHS)
    return measured
