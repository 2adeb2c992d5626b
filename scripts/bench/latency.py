#!/usr/bin/env python3
"""How near a run that waits for its endpoint comes to the ideal, calls times mean latency by calls at
once, with the first and the last 2 % of the run left out; and what a prefix cache bills for it.

  latency.py [--concurrency 64,512] [--vqagen build/release/vqagen]

The endpoint is `vqagen simulate` at 0.5 s, lognormal. The images are the samples under many names, each
with a draft, answers and wrong options, so that calls stand on each other. Python's standard library.
"""
import argparse
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def write_images(folder, count):
    folder.mkdir()
    samples = sorted((ROOT / "samples/images").iterdir())
    for number in range(count):
        sample = samples[number % len(samples)]
        (folder / f"{number:05}{sample.suffix}").write_bytes(sample.read_bytes() + str(number).encode())


def run(vqagen, images, out, concurrency):
    simulator = subprocess.Popen([vqagen, "simulate", "--port", "0", "--latency", "lognormal:0.5,0.4"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    base = re.search(r"http://127\.0\.0\.1:\d+", simulator.stdout.readline())[0]
    try:
        done = subprocess.run([vqagen, "generate", images, "-o", out, "--base-url", base + "/v1", "--model", "m",
                               "--concurrency", str(concurrency), "--quiet"], check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"vqagen ended with {done.returncode}")
        with urllib.request.urlopen(base + "/stats", timeout=30) as reply:
            return json.load(reply)
    finally:
        simulator.send_signal(signal.SIGTERM)
        simulator.wait()


def efficiency(store, concurrency):
    """Calls that ended within the middle 96 % of the run, beside those that could have."""
    with sqlite3.connect(store) as database:
        calls = database.execute("SELECT when_ms, latency_ms FROM calls WHERE replied").fetchall()
    ends = sorted(when for when, _ in calls)
    begun = min(when - latency for when, latency in calls)
    whole = ends[-1] - begun
    first, last = begun + 0.02 * whole, begun + 0.98 * whole
    inside = [latency for when, latency in calls if first <= when <= last]
    mean = sum(inside) / len(inside)
    return len(calls), mean, len(inside) / ((last - first) / mean * concurrency)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concurrency", default="64,512")
    parser.add_argument("--vqagen", type=Path, default=ROOT / "build/release/vqagen")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="vqagen-latency-"))
    print(f"{'at once':>8} {'calls':>8} {'mean ms':>8} {'of the ideal':>13} {'input tokens':>13} {'of them cached':>15}")
    try:
        for concurrency in map(int, options.concurrency.split(",")):
            images, out = work / f"images{concurrency}", work / f"out{concurrency}"
            write_images(images, 24 * concurrency)  # some 200 latencies: the last chains of calls take five
            stats = run(options.vqagen, images, out, concurrency)
            calls, mean, share = efficiency(out / "run.db", concurrency)
            tokens = stats["tokens"]
            print(f"{concurrency:>8} {calls:>8} {mean:>8.1f} {share:>13.3f} {tokens['input']:>13} "
                  f"{tokens['cached'] / tokens['input']:>15.3f}", flush=True)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
