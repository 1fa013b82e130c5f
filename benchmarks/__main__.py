"""``python -m benchmarks``; ``--help`` says what can be chosen."""

from benchmarks import environment

if __name__ == "__main__":
    environment.fix()  # before NumPy loads its BLAS
    from benchmarks.cli import main

    main()
