"""What a training step costs: the engine beside hand-written NumPy. Run ``python -m benchmarks``; read README.md."""
