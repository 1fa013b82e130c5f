"""`make bench-peers`: an environment for each peer under `.venv-peers`, made once."""

from __future__ import annotations

import subprocess
import sys
import venv

from benchmarks.peers import HOME, PEERS


def main() -> None:
    """Make the environments that are missing; say what each holds, and go on past one that cannot be had."""
    wanted = sys.argv[1:] or list(PEERS)
    for name in wanted:
        peer = PEERS[name]
        stamp = HOME / name / ".ready"
        if stamp.exists() and stamp.read_text() == " ".join(peer.requirements):
            print(f"{name}: there")
            continue
        print(f"{name}: installing {' '.join(peer.requirements)}", flush=True)
        venv.create(HOME / name, with_pip=True, clear=True)
        install = [str(peer.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *peer.requirements]
        if subprocess.run(install).returncode:
            print(f"{name}: could not be installed, and will be left out")
            continue
        stamp.write_text(" ".join(peer.requirements))


if __name__ == "__main__":
    main()
