"""What a user gets from `pip install readgrad`, and what `import autograd, nn` brings into the process."""

import importlib.metadata
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Prints the distributions that own the modules which the import brought in. Warnings at import are errors.
IMPORTED_DISTRIBUTIONS = """
import importlib.metadata, json, sys
before = set(sys.modules)
import autograd, nn
brought_in = {name.partition(".")[0] for name in set(sys.modules) - before}
owners = importlib.metadata.packages_distributions()
print(json.dumps(sorted({owner for name in brought_in for owner in owners.get(name, [])})))
"""


def run_python(*arguments: str) -> str:
    result = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_import_needs_only_the_base_dependencies():
    base = {re.split(r"[^\w-]", requirement)[0] for requirement in PROJECT["dependencies"]}
    imported = json.loads(run_python("-W", "error", "-c", IMPORTED_DISTRIBUTIONS))
    assert set(imported) <= base | {PROJECT["name"]}


def test_installed_version_is_the_one_in_pyproject():
    try:
        installed = importlib.metadata.version(PROJECT["name"])
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("runs from a checkout that is not installed")
    assert installed == PROJECT["version"]


def test_wheel_and_sdist_hold_both_packages_and_nothing_else(tmp_path):
    run_python("-m", "hatchling", "build", "--directory", str(tmp_path))

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
    assert {name.split("/")[0] for name in in_wheel} == {"autograd", "nn", f"readgrad-{PROJECT['version']}.dist-info"}
    assert {"autograd/__init__.py", "autograd/py.typed", "nn/__init__.py", "nn/py.typed"} <= in_wheel

    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        in_sdist = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {name.split("/")[0] for name in in_sdist if "/" in name} == {"autograd", "nn"}
    assert {"autograd/py.typed", "nn/py.typed", "LICENSE", "README.md", "pyproject.toml"} <= in_sdist
