"""Writing: the old file or the new one, never half of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studium.errors import UnavailableError
from studium.files import atomic_directory, remove_partial, write_atomic

FULL = (
    "import resource, sys\n"
    "from pathlib import Path\n"
    "from studium.errors import UnavailableError\n"
    "from studium.files import atomic_directory, write_atomic\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
    "path = Path(sys.argv[1])\n"
    "try:\n"
    "    write_atomic(path, b'x' * 1001)\n"
    "except UnavailableError as error:\n"
    "    print(error)\n"
    "write_atomic(path.with_name('fits'), b'x' * 1000)\n"
)


def test_what_does_not_fit_leaves_the_old_file_and_says_path_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "result"
    write_atomic(path, "old")
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"cannot write {path} (File too large): 1,001 bytes must fit there")
    assert path.read_text() == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["fits", "result"]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    for name in ("one", "two"):
        with atomic_directory(path) as new:
            (new / name).touch()
            assert not (path / name).exists()
        assert [each.name for each in path.iterdir()] == [name]
    with pytest.raises(ZeroDivisionError), atomic_directory(path):
        raise ZeroDivisionError
    assert [each.name for each in path.iterdir()] == ["two"]
    assert list(tmp_path.iterdir()) == [path]


KILLED = (
    "import os, sys\n"
    "from pathlib import Path\n"
    "import studium.files as files\n"
    "os.fsync = lambda handle: os.kill(os.getpid(), 9)\n"
    "if sys.argv[2] == 'file':\n"
    "    files.write_atomic(Path(sys.argv[1]) / 'file', b'content')\n"
    "with files.atomic_directory(Path(sys.argv[1]) / 'folder') as new:\n"
    "    files.write_atomic(new / 'file', b'content')\n"
)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_a_killed_writer_leaves_behind_is_found(tmp_path: Path, what: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), what], check=False)
    assert done.returncode == -9
    assert len(list(tmp_path.iterdir())) == 1
    assert remove_partial(tmp_path) >= 1
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match=r"cannot write .*/file/inside .*: 7 bytes must fit there"):
        write_atomic(tmp_path / "file" / "inside", b"content")
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208 - hidden files too
