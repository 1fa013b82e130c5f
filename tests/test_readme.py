"""The picture in README.md is the one that its first example draws.

`python -m tests.test_readme` draws it anew, after a change to the example or to `draw`.
"""

import doctest
import runpy
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "notebooks" / "images" / "line"


def drawn() -> Any:
    """`picture` of README's first example, run from a file named `line.py`, which the picture mentions."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = [example.source for example in doctest.DocTestParser().get_examples(readme)]
    last = next(i for i, source in enumerate(examples) if source.startswith("picture = "))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "line.py")
        script.write_text("".join(examples[: last + 1]), encoding="utf-8")
        return runpy.run_path(str(script))["picture"]


def test_picture_is_what_the_example_draws():
    # The DOT text: how it is rendered depends on the machine's Graphviz and fonts.
    assert drawn().source == PICTURE.with_suffix(".gv").read_text(encoding="utf-8")


def test_readme_shows_the_picture():
    assert f"({PICTURE.relative_to(ROOT).as_posix()}.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert PICTURE.with_suffix(".svg").is_file()


if __name__ == "__main__":
    drawn().render(outfile=PICTURE.with_suffix(".svg"))
