"""Imports only go down.

Each file of the library may import only what stands above it in `LAYERS`, so that a newcomer can read the files in
that order and never meet what has not been read. Every import statement counts, also inside functions and under
`if TYPE_CHECKING:`.
"""

import ast
import importlib
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# In reading order. Some names are folders: files in one folder may import each other, but not in circles.
LAYERS = {
    "autograd": (
        "errors",
        "modes",
        "refusals",
        "primitives",
        "graph",
        "complexes",
        "broadcasting",
        "values",
        "capture",
        "ops",
        "masking",
        "replay",
        "forward",
        "mishaps",
        "numpy_calls",
        "attributes",
        "methods",
        "conversions",
        "names_of_others",
        "complex_methods",
        "tensor",
        "flat",
        "trees",
        "rows",
        "batching",
        "tracing",
        "transforms",
        "jacobians",
        "checkpointing",
        "checking",
        "viz",
        "compiler",
        "coverage",
    ),
    "nn": (
        "ranges",
        "randomness",
        "members",
        "hooks",
        "summaries",
        "module",
        "init",
        "activations",
        "losses",
        "layers",
        "optim",
        "utils",
        "regularization",
        "data",
        "metrics",
        "training",
        "diagnosis",
        "plotting",
        "serialization",
        "export",
        "parallel",
        "estimators",
        "demo",
    ),
}


def library_files(root: Path) -> dict[str, Path]:
    """The library's files under `root` by dotted module name; `a/b/__init__.py` is `a.b`."""
    files = {}
    for path in sorted(path for package in LAYERS for path in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def rank(module: str) -> int | None:
    """The place of `module` in its package's table, the package root standing below all; None if it has no place."""
    package, *inner = module.split(".")
    table = LAYERS[package]
    if not inner:
        return len(table)
    return table.index(inner[0]) if inner[0] in table else None


def imports(module: str, files: dict[str, Path]) -> Iterator[tuple[str, int]]:
    """Each module of the library that `module` imports, with the line where it does.

    `from a import b` imports the module `a.b` if there is one, else `a` itself, for a name defined there.
    """
    for statement in ast.walk(ast.parse(files[module].read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            source = statement.module or ""
            if statement.level:
                is_package = files[module].name == "__init__.py"
                parents = module.split(".")
                parents = parents[: len(parents) + is_package - statement.level]
                source = ".".join([*parents, source] if source else parents)
            inner = [f"{source}.{alias.name}" for alias in statement.names]
            names = [name if name in files else source for name in inner]
        else:
            continue
        for name in dict.fromkeys(names):
            if name.split(".")[0] in LAYERS:
                yield name, statement.lineno


def objection(importer: str, imported: str) -> str | None:
    """Why `importer` may not import `imported`, or None if it may."""
    package, other = importer.split(".")[0], imported.split(".")[0]
    if package == "autograd" and other == "nn":
        return "autograd never imports nn"
    if package != other:
        return None if imported == other else f"nn imports only what `{other}` itself offers"
    own, others = rank(importer), rank(imported)
    if imported == package:
        if importer == "nn.demo":  # shows users how to begin: with `import nn`
            return None
        return "the package root is for users; import the module that defines the name"
    if own is None or others is None or own >= others:
        return None
    return f"it stands below {importer} in LAYERS"


def violations(root: Path) -> list[str]:
    """One line for each breach of the layering in the library under `root`."""
    files = library_files(root)
    graph: dict[str, set[str]] = {module: set() for module in files}
    found = []
    for module, path in files.items():
        where = path.relative_to(root).as_posix()
        if rank(module) is None:
            found.append(f"{where}: has no place in LAYERS; add it to the table in tests/test_layering.py")
        for imported, line in imports(module, files):
            graph[module].add(imported)
            if reason := objection(module, imported):
                found.append(f"{where}:{line}: imports {imported}: {reason}")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append("import cycle: " + " <- ".join(error.args[1]))
    return found


def shadowing_modules(package: str, public_functions: Iterable[str], files: dict[str, Path]) -> list[str]:
    """Files of `package` with the name of a function it offers: importing one would put the module in its place."""
    return [str(files[f"{package}.{name}"]) for name in public_functions if f"{package}.{name}" in files]


def test_the_library_keeps_its_layers():
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    "package", [module for module, path in library_files(ROOT).items() if path.name == "__init__.py"]
)
def test_no_module_bears_the_name_of_a_public_function(package):
    namespace = importlib.import_module(package)
    functions = [name for name in getattr(namespace, "__all__", ()) if callable(getattr(namespace, name))]
    assert shadowing_modules(package, functions, library_files(ROOT)) == []


# The walker itself: it passes a right tree, and each single wrong line in it is found.

RIGHT = {
    "autograd/__init__.py": "from autograd.tensor import Tensor\nfrom .ops import trig",
    "autograd/errors.py": "import numpy as np",
    "autograd/graph.py": "from autograd.errors import ShapeError",
    "autograd/ops/__init__.py": "from autograd.ops import trig, hyperbolic",
    "autograd/ops/hyperbolic.py": "from . import trig\nfrom ..graph import Node",
    "autograd/ops/trig.py": "from autograd import errors",
    "autograd/replay.py": "def walk():\n    import autograd.ops.trig",
    "autograd/tensor.py": "from .replay import walk",
    "nn/__init__.py": "from nn.layers.linear import Linear\nfrom nn import module",
    "nn/module.py": "import autograd\nfrom autograd import Tensor",
    "nn/demo.py": "import nn",
    "nn/layers/__init__.py": "",
    "nn/layers/linear.py": "from ..module import Module",
}


def write_tree(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_walker_passes_a_right_tree(tmp_path):
    write_tree(tmp_path, RIGHT)
    assert violations(tmp_path) == []


@pytest.mark.parametrize(
    "name, text, breach",
    [
        ("autograd/graph.py", "from autograd.tensor import Tensor", "autograd/graph.py:1: imports autograd.tensor: it"),
        ("autograd/graph.py", "from .tensor import Tensor", "autograd/graph.py:1: imports autograd.tensor: it"),
        (
            "autograd/graph.py",
            "def f():\n    import autograd.tensor",
            "autograd/graph.py:2: imports autograd.tensor: it",
        ),
        ("autograd/replay.py", "from . import tensor", "autograd/replay.py:1: imports autograd.tensor: it"),
        ("autograd/ops/trig.py", "from ..replay import f", "autograd/ops/trig.py:1: imports autograd.replay: it"),
        ("autograd/ops/trig.py", "from . import hyperbolic", "import cycle: autograd.ops"),
        (
            "autograd/tensor.py",
            "from autograd import Tensor",
            "autograd/tensor.py:1: imports autograd: the package root",
        ),
        ("autograd/tensor.py", "from . import Tensor", "autograd/tensor.py:1: imports autograd: the package root"),
        ("autograd/__init__.py", "import nn.module", "autograd/__init__.py:1: imports nn.module: autograd never"),
        ("autograd/helpers.py", "", "autograd/helpers.py: has no place in LAYERS; add it"),
        ("nn/module.py", "import autograd.graph", "nn/module.py:1: imports autograd.graph: nn imports only"),
        ("nn/module.py", "from autograd.graph import Node", "nn/module.py:1: imports autograd.graph: nn imports only"),
        ("nn/module.py", "from autograd import graph", "nn/module.py:1: imports autograd.graph: nn imports only"),
        ("nn/module.py", "from nn.layers import linear", "nn/module.py:1: imports nn.layers.linear: it stands below"),
        ("nn/module.py", "import nn", "nn/module.py:1: imports nn: the package root"),
    ],
)
def test_walker_finds_a_wrong_line(tmp_path, name, text, breach):
    write_tree(tmp_path, RIGHT | {name: text})
    found = violations(tmp_path)
    assert any(line.startswith(breach) for line in found), found


def test_walker_finds_a_module_that_would_shadow_a_function(tmp_path):
    write_tree(tmp_path, RIGHT | {"autograd/compile.py": ""})
    files = library_files(tmp_path)
    assert shadowing_modules("autograd", ["grad", "compile"], files) == [str(tmp_path / "autograd/compile.py")]
    # A file deeper down shadows nothing: `autograd.trig` and `autograd.ops.trig` can live side by side.
    assert shadowing_modules("autograd", ["trig"], files) == []
