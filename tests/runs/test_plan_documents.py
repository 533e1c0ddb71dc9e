"""``docs/plans.md`` names every kind of step and every setting."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from studium.config import Frozen
from studium.runs import load_plan
from studium.runs.plan import STEPS

DOCUMENT = Path(__file__).parents[2] / "docs" / "plans.md"


@pytest.mark.parametrize("kind", STEPS)
def test_each_kind_of_step_and_each_setting_is_explained(kind: str) -> None:
    explained = set(re.findall(r"`([a-z_]+)`", DOCUMENT.read_text()))
    assert kind in explained
    fields = STEPS[kind].model_fields
    assert set(fields) - explained == set()
    for field in fields.values():
        for table in get_args(field.annotation):
            if isinstance(table, type) and issubclass(table, Frozen):
                assert set(table.model_fields) - explained == set()


def test_the_example_is_a_plan(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    (tmp_path / "flowers.toml").write_text(example)
    assert [step.kind for step in load_plan(tmp_path / "flowers.toml", "full")[0].steps] == [
        "train",
        "inspect",
    ]
