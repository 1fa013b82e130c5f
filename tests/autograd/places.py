"""Lines of test files, found by a comment at their end: what an error message should point at."""

from pathlib import Path


def line_of(file: str, comment: str) -> int:
    """The number of the one line of `file` that ends in `# comment`."""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    (number,) = [n for n, line in enumerate(lines, 1) if line.endswith(f"# {comment}")]
    return number


def place(file: str, comment: str) -> str:
    """How an error message names that line."""
    return f"{file}:{line_of(file, comment)}: "
