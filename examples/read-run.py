"""The files of a run in Python, with numpy alone.

    node bin/schmetterling.js simulate --beta 4 --n 64 --time 10 --save-at linear:0:10:11 --out runs/python
    python3 examples/read-run.py runs/python

It computes the mean cosine and the energy of every frame anew from the positions, beside what the run has
written of them (docs/files.md has all files).
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/python")
times = np.load(folder / "times.npy")  # [frames]
positions = np.load(folder / "positions.npy")  # [frames, n, d]
settings = json.loads((folder / "run.json").read_text(encoding="utf-8"))["settings"]
with (folder / "diagnostics.csv").open(encoding="utf-8") as table:
    written = list(csv.DictReader(table))

frames, n, d = positions.shape
beta = settings["parameters"]["beta"]
print(f"{settings['dynamics']}, beta = {beta:g}: {frames} frames of {n} particles in {d} dimensions")
print("time  mean cosine  energy   largest difference to the file")
for time, x, row in zip(times, positions, written):
    cosines = x @ x.T
    mean = (cosines.sum() - np.trace(cosines)) / (n * (n - 1))
    energy = np.mean(np.exp(beta * cosines) - 1) / (2 * beta)
    error = max(abs(mean - float(row["cosine_mean"])), abs(energy - float(row["energy"])))
    print(f"{time:<5g} {mean:<12.6f} {energy:<8.5g} {error:.0e}")
