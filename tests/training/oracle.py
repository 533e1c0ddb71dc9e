"""Plain PyTorch: the loop that anybody would write for one network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn

from studium.data import Dataset
from studium.models import Dropout, build
from studium.seeding import numpy_stream
from studium.training import Member

_OPTIMIZERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "sgd": (torch.optim.SGD, ()),
    "momentum": (torch.optim.SGD, ("momentum",)),
    "nesterov": (torch.optim.SGD, ("momentum",)),
    "rmsprop": (torch.optim.RMSprop, ("momentum", "alpha", "eps")),
    "adam": (torch.optim.Adam, ("betas", "eps")),
    "adamw": (torch.optim.AdamW, ("betas", "eps")),
}


def plain_training(
    dataset: Dataset, member: Member
) -> tuple[Mapping[str, torch.Tensor], list[float], list[float]]:
    """Weights, training losses and validation losses of each epoch; constant schedule, no early stopping."""
    config, dtype = member.config, getattr(torch, member.config.precision)
    inputs, targets = _normalised(dataset, member, dtype)
    network = build(member.spec, member.seed).to(dtype)
    stream = numpy_stream(member.seed, "dropout")
    for layer in network.modules():
        if isinstance(layer, Dropout):
            layer.stream = stream
    criterion, optimizer = _criterion(member), _optimizer(member, network)
    shuffle = numpy_stream(member.seed, "shuffle")
    size = config.batch_size or len(member.train)
    training, validation = [], []
    for _ in range(config.epochs):
        rows = shuffle.permutation(member.train) if size < len(member.train) else member.train
        total = 0.0
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            network.train()
            loss = criterion(network(inputs[part]), targets[part])
            total += loss.item() * len(part)
            penalty = sum(p.abs().sum() for p in network.parameters() if p.dim() > 1)
            optimizer.zero_grad()
            (loss + config.l1 * penalty).backward()
            if config.gradient_clip:
                nn.utils.clip_grad_norm_(network.parameters(), config.gradient_clip)
            optimizer.step()
        training.append(total / len(rows))
        network.eval()
        with torch.no_grad():
            if len(member.validation):
                validation.append(
                    criterion(network(inputs[member.validation]), targets[member.validation]).item()
                )
    return {name: tensor.detach() for name, tensor in network.state_dict().items()}, training, validation


def _normalised(dataset: Dataset, member: Member, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    raw = dataset.inputs.flatten(1).double().numpy()
    if len(dataset.input_shape) == 3:  # one mean and deviation for a channel
        grey = raw / 255
        train = grey[member.train]
        scaled = (grey - train.mean()) / train.std()
    else:
        scaled = StandardScaler().fit(raw[member.train]).transform(raw)
    inputs = torch.from_numpy(scaled).to(dtype).view(-1, *dataset.input_shape)
    if dataset.task == "classification":
        return inputs, dataset.targets
    labels = dataset.targets.numpy()
    return inputs, torch.from_numpy(StandardScaler().fit(labels[member.train]).transform(labels)).to(dtype)


def _criterion(member: Member) -> nn.Module:
    config = member.config
    if config.loss == "cross_entropy":
        return nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)
    return {"mse": nn.MSELoss(), "mae": nn.L1Loss(), "huber": nn.HuberLoss(delta=config.huber_delta)}[
        config.loss or ""
    ]


def _optimizer(member: Member, network: nn.Module) -> torch.optim.Optimizer:
    config = member.config
    values = {
        "momentum": config.effective_momentum,
        "alpha": config.alpha,
        "eps": config.epsilon,
        "betas": (config.beta1, config.beta2),
    }
    kind, names = _OPTIMIZERS[config.optimizer]
    extra: dict[str, Any] = {name: values[name] for name in names}
    if config.optimizer == "nesterov" and config.effective_momentum > 0:
        extra["nesterov"] = True
    optimizer: torch.optim.Optimizer = kind(
        network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, **extra
    )
    return optimizer


def largest_difference(ours: Mapping[str, torch.Tensor], theirs: Mapping[str, torch.Tensor]) -> float:
    """Largest difference of any weight, relative to the largest weight of its tensor."""
    assert ours.keys() == theirs.keys()
    return max(float((ours[name] - theirs[name]).abs().max() / theirs[name].abs().max()) for name in theirs)


def table(n_rows: int = 53, n_features: int = 3, n_targets: int = 2, seed: int = 0) -> Dataset:
    """A small regression table with features on very different scales."""
    from studium.data import Column, TableSchema

    stream = np.random.default_rng(seed)
    inputs = stream.normal(size=(n_rows, n_features)) * 10.0 ** np.arange(n_features) + 5
    targets = np.sin(inputs[:, :1]) @ np.ones((1, n_targets)) + 0.1 * stream.normal(size=(n_rows, n_targets))
    columns = tuple(Column(name=f"f{index}") for index in range(n_features))
    names = tuple(f"t{index}" for index in range(n_targets))
    return Dataset(
        "table",
        "regression",
        torch.from_numpy(inputs),
        torch.from_numpy(targets),
        TableSchema(columns=columns),
        target_names=names,
    )


def classes(n_rows: int = 61, n_classes: int = 3, seed: int = 0) -> Dataset:
    """Small pictures of 1 x 4 x 4 pixels in three classes."""
    from studium.data import ImageSchema

    stream = np.random.default_rng(seed)
    labels = np.arange(n_rows) % n_classes
    pixels = stream.integers(0, 200, size=(n_rows, 1, 4, 4)) + 20 * labels[:, None, None, None]
    return Dataset(
        "pictures",
        "classification",
        torch.from_numpy(pixels.astype(np.uint8)),
        torch.from_numpy(labels),
        ImageSchema(channels=1, height=4, width=4),
        class_names=tuple("abc"[:n_classes]),
    )
