"""``studium data``."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import answer, complaint, run


def test_the_built_in_data_is_listed() -> None:
    listed = answer("data", "list")["datasets"]
    assert [each["name"] for each in listed] == ["curve", "digits", "fashion-mnist"]
    shown = run("data", "list").stdout
    assert all(each["name"] in shown for each in listed)


def test_data_is_described() -> None:
    facts = answer("data", "show", "digits")
    assert (facts["rows"], facts["training"], facts["test"]) == (1797, 1442, 355)
    assert sum(facts["classes"].values()) == 1797
    assert facts["input_shape"] == [1, 8, 8]
    assert "0 (178), 1 (182)" in " ".join(run("data", "show", "digits").stdout.split())


def test_a_table_is_described(flowers: str) -> None:
    facts = answer("data", "show", flowers, "--target", "size")
    assert facts["task"] == "regression"
    assert facts["inputs"] == ["colour=blue", "colour=red", "kind=k0", "kind=k1", "kind=k2"]
    assert list(facts["targets"]) == ["size"]
    assert "size (" in run("data", "show", flowers, "--target", "size").stdout


def test_the_cache_is_named(own_place: Path) -> None:
    assert run("data", "path").stdout.strip() == str(own_place / "cache")


def test_a_foreign_file_is_not_added(flowers: str, own_place: Path) -> None:
    assert "flowers.csv has the content of no known file" in complaint("data", "add", flowers)
    assert not (own_place / "cache").exists()
