"""What tests compare with: what PyTorch computed, as `record_references.py` wrote it down, and the global generator."""

import json
from pathlib import Path
from typing import Any

import numpy as np

REFERENCE: dict[str, Any] = json.loads(Path(__file__).with_name("references.json").read_text(encoding="utf-8"))


def global_state() -> str:
    """The state of NumPy's global generator, which the library never touches."""
    return repr(np.random.get_state())  # noqa: NPY002
