"""A search that goes on: from the plan that its run wrote, and from the trainings that are there."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from studium.runs import RunFolder
from studium.runs.resume import resume_run
from tests.runs.tiny_search import searched_run


def test_the_plan_of_a_run_keeps_the_order_in_which_parameters_are_drawn() -> None:
    [step] = tomllib.loads(searched_run().plan_text)["steps"]
    assert list(step["parameters"]) == ["layers", "units1", "units2", "lr"]


def test_a_search_that_is_lost_is_made_again_from_its_trainings(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(searched_run().path, tmp_path / "run"))
    shutil.rmtree(folder / "studies")
    resume_run(folder)
    again = RunFolder(folder)
    assert again.state.tasks is not None
    assert again.state.tasks.computed == 0
    before = searched_run().search("networks").search.model_dump(exclude={"seconds"})
    assert again.search("networks").search.model_dump(exclude={"seconds"}) == before
