"""Writes small real files as seeds: python3 tests/fuzz/seeds.py BUILD SAMPLES SEEDS

The unit tests of imaging make their files on the spot; with VQAGEN_SEEDS set they leave what they
prepare there. The samples are added, and for fuzz_prepare a byte of limits stands in front.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

build, samples, seeds = map(Path, sys.argv[1:4])
plain, chosen = seeds / "plain", seeds / "prepare"
for folder in (plain, chosen):
    folder.mkdir(parents=True, exist_ok=True)
for test in sorted((build / "tests").glob("unit_imaging_test_*")):
    subprocess.run([test], env={**os.environ, "VQAGEN_SEEDS": str(plain)}, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for path in samples.iterdir():
    shutil.copy(path, plain / path.name)
for number, path in enumerate(sorted(plain.iterdir())):
    (chosen / path.name).write_bytes(bytes([number % 16]) + path.read_bytes())
print(f"{len(list(plain.iterdir()))} seeds in {seeds}")
