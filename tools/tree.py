"""The tree in docs/architecture.md, made from the first line of each file's docstring: one concept a file.

``python tools/tree.py`` writes it; ``python tools/tree.py --check`` fails when it is out of date.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "studium"
DOCUMENT = ROOT / "docs" / "architecture.md"
START, STOP = "<!-- tree -->\n", "<!-- end of tree -->\n"
ORDER = (
    "data",
    "models",
    "training",
    "execution",
    "validation",
    "studies",
    "introspection",
    "runs",
    "report",
    "web",
    "cli",
)


def tree() -> str:
    """The tree as Markdown: a heading a layer, a line a file."""
    parts = ["### `studium`\n\n" + "".join(map(_line, sorted(PACKAGE.glob("*.py"))))]
    for layer in ORDER:
        files = sorted((PACKAGE / layer).rglob("*.py"), key=lambda path: (len(path.parts), path))
        parts.append(f"### `studium.{layer}`\n\n" + "".join(map(_line, files)))
    return "\n".join(parts)


def _line(path: Path) -> str:
    summary = (ast.get_docstring(ast.parse(path.read_text())) or "").splitlines()[0]
    shown = path.relative_to(PACKAGE) if path.name == "__init__.py" else Path(path.name)
    return f"- `{shown}`: {summary}\n"


def current() -> str:
    """The document with the tree as it is now."""
    before, rest = DOCUMENT.read_text().split(START)
    return before + START + tree() + rest[rest.index(STOP) :]


def main(arguments: list[str]) -> int:
    known = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    if known != set(ORDER):
        print(f"tools/tree.py knows {sorted(ORDER)}, but the layers are {sorted(known)}", file=sys.stderr)
        return 1
    wanted = current()
    if arguments == ["--check"]:
        if wanted != DOCUMENT.read_text():
            print("docs/architecture.md is out of date: run `python tools/tree.py`", file=sys.stderr)
            return 1
        return 0
    DOCUMENT.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
