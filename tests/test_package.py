"""The package as a whole: what it exports, how it is layered, what its documents say."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import studium

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "studium"


def test_every_public_name_is_there_and_no_other() -> None:
    assert set(studium.__all__) == set(studium._HOME)
    for name in studium.__all__:
        assert getattr(studium, name).__doc__


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, studium; print([name for name in ('torch', 'numpy', 'polars', 'pydantic') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_version_stands_in_one_place_and_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == studium.__version__
    assert f"## [{studium.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_lock_pins_every_direct_dependency_inside_its_range() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        Requirement(text) for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    ]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    normalised = {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    for requirement in wanted:
        assert requirement.specifier.contains(normalised[requirement.name.lower()]), requirement


def test_the_architecture_document_names_every_file() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    files = [path for path in PACKAGE.rglob("*.py") if path.name not in ("__init__.py", "__main__.py")]
    missing = [str(path.relative_to(PACKAGE)) for path in files if f"`{path.stem}" not in text]
    assert missing == []


def test_the_readme_example_runs_and_its_links_exist() -> None:
    text = (ROOT / "README.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert examples
    for example in examples:
        subprocess.run([sys.executable, "-W", "error", "-c", example], check=True, capture_output=True)
    for target in re.findall(r"\]\(([^)#]+?)\)", text):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_no_source_file_loads_code_from_data() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        for word in ("import pickle", "torch.load", "joblib", "allow_pickle=True", "eval(", "exec("):
            found = re.search(rf"(?<![\w.]){re.escape(word)}", text)
            assert found is None, (path, word)
