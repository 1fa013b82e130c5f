"""`make bench-peers`: an environment for each peer under `.venv-peers`."""

from __future__ import annotations

import subprocess
import sys
import venv

from benchmarks.contestants import CONTESTANTS, HOME


def main() -> None:
    """Make the environments named, or all; go on past one that cannot be had. What is there already is kept."""
    for name in sys.argv[1:] or [name for name, contestant in CONTESTANTS.items() if contestant.requirements]:
        peer = CONTESTANTS[name]
        print(f"{name}: {' '.join(peer.requirements)}", flush=True)
        if not peer.python.exists():
            venv.create(HOME / name, with_pip=True)
        pip = [str(peer.python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        if subprocess.run([*pip, *peer.pip_options, *peer.requirements]).returncode:
            print(f"{name}: could not be installed, and will be left out")


if __name__ == "__main__":
    main()
