"""A graphviz drawing that renders with or without the `dot` program.

Imported when something is drawn: `import autograd` does not pay for importing graphviz.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import graphviz

from autograd.errors import MissingExtraError


class Drawing(graphviz.Digraph):  # type: ignore[misc]  # graphviz has no types
    """A `graphviz.Digraph`; `pipe`, `render` and the display in notebooks use `dot`, or else pygraphviz.

    `drawing.source` is the DOT text, `drawing.pipe(format="png")` the picture's bytes,
    `drawing.render("graph", format="svg")` writes the files `graph` (DOT text) and `graph.svg`, and
    `drawing.render(outfile="graph.png")` writes `graph.png` and `graph.gv`.
    """

    def pipe(self, format: str | None = None, **options: Any) -> Any:
        """The picture as bytes, or as text if an `encoding` is given; options as `graphviz.Digraph.pipe` has them.

        Raises `MissingExtraError` if there is neither `dot` nor pygraphviz.
        """
        try:
            return super().pipe(format, **options)
        except graphviz.ExecutableNotFound:
            picture = _drawn(self.source, format or self.format, options.get("engine") or self.engine)
        encoding = options.get("encoding")
        return picture if encoding is None else picture.decode(encoding)

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        **options: Any,
    ) -> str:
        """Write the DOT text and the picture; return the picture's path. Options as `graphviz.Digraph.render` has them.

        Raises `MissingExtraError` if there is neither `dot` nor pygraphviz.
        """
        try:
            return super().render(filename, directory=directory, view=view, cleanup=cleanup, format=format, **options)
        except graphviz.ExecutableNotFound:
            outfile = options.get("outfile")
            if outfile is not None and format is None:
                format = Path(outfile).suffix[1:]
            picture = _drawn(self.source, format or self.format, options.get("engine") or self.engine)
        # The DOT file was written, and `filepath` set, before `dot` turned out to be missing.
        if outfile is None:
            path = Path(f"{self.filepath}.{format or self.format}")
        else:
            path = Path(self.directory if directory is None else "", outfile)
        path.write_bytes(picture)
        if cleanup:
            Path(self.filepath).unlink()
        if view:
            graphviz.view(path)
        return os.fspath(path)


# pygraphviz runs Graphviz as C code in the calling process, where nothing can catch what its font library prints about
# the machine's font settings: so in a process of its own.
_DRAW = """
import sys, pygraphviz
source = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(pygraphviz.AGraph(string=source).draw(format=sys.argv[1], prog=sys.argv[2]))
"""


def _drawn(source: str, format: str, engine: str) -> bytes:
    """The picture of a DOT text, drawn by pygraphviz, whose wheels bundle Graphviz."""
    if importlib.util.find_spec("pygraphviz") is None:
        raise MissingExtraError(
            "rendering a graph needs Graphviz: apt install graphviz (the `dot` program), or pip install "
            "'readgrad[viz]' (Graphviz as a wheel)"
        )
    command = [sys.executable, "-P", "-c", _DRAW, format, engine]
    process = subprocess.run(command, input=source.encode(), capture_output=True)
    if process.returncode:
        raise RuntimeError(f"pygraphviz could not draw {format}: {process.stderr.decode(errors='replace').strip()}")
    return process.stdout
