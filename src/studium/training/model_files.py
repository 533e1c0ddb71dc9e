"""Model files: a folder with ``weights.safetensors`` and ``model.json``; nothing in it is ever executed."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import torch
from pydantic import BaseModel, ValidationError
from torch import Tensor

from studium.errors import InputError, ModelFileError, OutputError
from studium.files import atomic_directory, check_writable, write_atomic
from studium.training.evaluation import Scores
from studium.training.model import Model
from studium.training.model_record import (
    FORMAT,
    VERSION,
    ModelRecord,
    NormalisationRecord,
    ScoreRecord,
    seal,
)
from studium.training.model_weights import Shapes, most_bytes, pack, unpack, weight_shapes

RECORD, WEIGHTS, TEST_ROWS = "model.json", "weights.safetensors", "test_rows.safetensors"

_FILES = {RECORD, WEIGHTS, TEST_ROWS}
_MOST_RECORD_BYTES = 16 << 20
_ROWS = "rows"  # name of the only tensor in TEST_ROWS
_CURE = "restore it from a copy, or train the model again"


def save_model(model: Model, path: Path | str) -> None:
    """Write a model; its folder appears whole or not at all.

    The folder holds ``model.json``, ``weights.safetensors`` and, when rows of the training data were kept for testing,
    ``test_rows.safetensors``.

    Args:
        model: What to write.
        path: The folder. An older model there is replaced.

    Raises:
        OutputError: There is something else at this place.
        UnavailableError: The place cannot be written; an older model is intact then.
    """
    folder = Path(path).resolve()
    check_model_place(folder)
    contents = {WEIGHTS: pack(model.weights)}
    if model.test_rows is not None:
        contents[TEST_ROWS] = pack({_ROWS: torch.from_numpy(model.test_rows).long()})
    record = _record(model, {name: _digest(content) for name, content in contents.items()})
    with atomic_directory(folder) as temporary:
        for name, content in contents.items():
            write_atomic(temporary / name, content)
        write_atomic(temporary / RECORD, json.dumps(record.model_dump(mode="json"), indent=1) + "\n")


def load_model(path: Path | str) -> Model:
    """Read a model and check everything about it.

    Args:
        path: The folder.

    Raises:
        ModelFileError: It is missing, truncated, foreign, damaged, edited, of a newer format, or contradicts itself.
    """
    try:
        return _load(Path(path))
    except OSError as error:
        raise ModelFileError(
            f"{path} cannot be read ({error.strerror}): check the path and its permissions"
        ) from error


def _load(folder: Path) -> Model:
    if not folder.is_dir():
        raise ModelFileError(
            f"there is no model folder {folder}: correct the path, or train with --out {folder}"
        )
    record = _read_record(folder)
    return Model(
        spec=record.spec,
        weights=_read_weights(folder, record),
        normalisation=record.normalisation.restore(record.inputs),
        schema=record.inputs,
        task=record.task,
        class_names=record.class_names,
        target_names=record.target_names,
        config=record.config,
        training=record.training,
        data=record.data,
        environment=record.environment,
        test_rows=_read_rows(folder, record),
        scores={part: _scores(score) for part, score in record.scores.items()},
        name=record.name,
    )


def check_model_place(path: Path | str) -> None:
    """Make sure, before any work is spent, that a model can be written to a folder.

    Args:
        path: The folder; it may be missing, empty, or hold an older model and nothing else.

    Raises:
        OutputError: It holds something else, is a file, or cannot be written.
    """
    folder = Path(path).resolve()
    check_writable(folder.parent)
    try:
        entries = {entry.name for entry in folder.iterdir()}
    except NotADirectoryError:
        entries = {folder.name}
    except OSError:  # it is not there, or what is wrong is said below
        entries = set()
    if entries and not (entries <= _FILES and _is_model(folder)):
        raise OutputError(
            f"{path} is there already and is not a Studium model, and only a model is ever replaced: choose another "
            "folder"
        )
    check_writable(folder)


class _Head(BaseModel):
    """What tells the kind of a file before the rest is understood."""

    format: str
    version: int


def _is_model(folder: Path) -> bool:
    try:
        return _Head.model_validate_json(_read(folder / RECORD, _MOST_RECORD_BYTES)).format == FORMAT
    except (ModelFileError, ValidationError, OSError):
        return False


def _record(model: Model, files: dict[str, str]) -> ModelRecord:
    return ModelRecord(
        name=model.name,
        spec=model.spec,
        config=model.config,
        task=model.task,
        inputs=model.schema,
        class_names=model.class_names,
        target_names=model.target_names,
        normalisation=NormalisationRecord.of(model.normalisation),
        training=model.training,
        data=model.data,
        scores={part: _score_record(scores) for part, scores in model.scores.items()},
        environment=model.environment,
        n_test_rows=0 if model.test_rows is None else len(model.test_rows),
        files=files,
    ).sealed()


def _read_record(folder: Path) -> ModelRecord:
    path = folder / RECORD
    content = _read(path, _MOST_RECORD_BYTES)
    try:
        head = _Head.model_validate_json(content)
    except ValidationError as error:
        raise ModelFileError(f"{path} is not the description of a Studium model: {_CURE}") from error
    if head.format != FORMAT:
        raise ModelFileError(f"{path} has the format {head.format!r}, but {FORMAT!r} is needed: {_CURE}")
    if head.version > VERSION:
        raise ModelFileError(
            f"{path} has format version {head.version}, but this Studium reads versions up to {VERSION}: update Studium"
        )
    try:
        record = ModelRecord.model_validate_json(content)
    except ValidationError as error:
        raise ModelFileError(f"{path} is damaged ({_first(error)}): {_CURE}") from error
    if seal(json.loads(content)) != record.checksum:
        raise ModelFileError(f"{path} was changed after it was written, its checksum is another: {_CURE}")
    return record


def _read_weights(folder: Path, record: ModelRecord) -> dict[str, Tensor]:
    try:
        shapes = weight_shapes(record.spec)
    except (InputError, ValueError) as error:
        raise ModelFileError(
            f"{folder / RECORD} describes a network that cannot be used ({error}); {_CURE}"
        ) from error
    return _read_tensors(folder / WEIGHTS, record, shapes, getattr(torch, record.config.precision))


def _read_rows(folder: Path, record: ModelRecord) -> np.ndarray | None:
    if not record.n_test_rows:
        return None
    rows = _read_tensors(folder / TEST_ROWS, record, {_ROWS: (record.n_test_rows,)}, torch.int64)[_ROWS]
    if int(rows[0]) < 0 or bool((rows.diff() <= 0).any()):
        raise ModelFileError(
            f"{folder / TEST_ROWS} holds row numbers that are negative or not in order; {_CURE}"
        )
    return rows.numpy()


def _read_tensors(path: Path, record: ModelRecord, shapes: Shapes, dtype: torch.dtype) -> dict[str, Tensor]:
    content = _read(path, most_bytes(shapes, dtype))
    if record.files.get(path.name) != _digest(content):
        raise ModelFileError(
            f"{path} is truncated or was changed, its SHA-256 is not the one in {RECORD}: {_CURE}"
        )
    try:
        return unpack(content, shapes, dtype)
    except ValueError as error:
        raise ModelFileError(f"{path} {error}; {_CURE}") from error


def _read(path: Path, most: int) -> bytes:
    """Content of a file of the model, which has at most so many bytes."""
    if not path.is_file():
        raise ModelFileError(f"{path.parent} is not a Studium model, it has no file {path.name}: {_CURE}")
    if path.stat().st_size > most:
        raise ModelFileError(f"{path} has more than the {most:,} bytes that it can have: {_CURE}")
    return path.read_bytes()


def _first(error: ValidationError) -> str:
    # Not the value: it may be as large as the file.
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"][:6])
    return f"{place or 'content'}: {first['msg']}"[:200]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _score_record(scores: Scores) -> ScoreRecord:
    loss, metric = (value if math.isfinite(value) else None for value in (scores.loss, scores.metric))
    return ScoreRecord(loss=loss, metric=metric, metric_name=scores.metric_name, n=scores.n)


def _scores(record: ScoreRecord) -> Scores:
    loss, metric = (math.nan if value is None else value for value in (record.loss, record.metric))
    return Scores(loss, metric, record.metric_name, record.n)
