#!/usr/bin/env python3
"""How a run grows: the same kind of items ten thousand and a million times, small images, an endpoint at
zero latency with canned answers. Prints, for each number of items, the peak memory, the CPU an item, the
time to the first call, and how long the same command takes to say that nothing is left. The first number
is measured again at the end, and the mean of both taken, since machines drift.

  scale.py [--items 10000,1000000] [--images 100] [--vqagen build/release/vqagen]

A million items take about ten minutes and 3 GB of disk (in TMPDIR). Python's standard library is enough.
"""
import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Simulator:
    def __init__(self, vqagen):
        self.process = subprocess.Popen([vqagen, "simulate", "--port", "0", "--answers", "canned"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.base = re.search(r"http://127\.0\.0\.1:\d+", self.process.stdout.readline())[0]

    def requests(self):
        with urllib.request.urlopen(self.base + "/stats", timeout=30) as reply:
            return json.load(reply)["requests"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def write_images(folder, count):
    """One small sample under many names: a byte behind the picture makes another picture of it."""
    folder.mkdir()
    sample = (ROOT / "samples/images/great-circle.jpg").read_bytes()
    for number in range(count):
        (folder / f"{number:05}.jpg").write_bytes(sample + str(number).encode())


def write_questions(path, items, images):
    """Questions on one image stand together, as they do in a folder's order."""
    each = max(items // images, 1)
    with open(path, "w", encoding="utf-8") as lines:
        for number in range(items):
            lines.write(json.dumps({"id": f"q{number}", "image": f"images/{number // each % images:05}.jpg",
                                    "question": f"What object is shown in picture number {number}?",
                                    "question_type": "fill_in_blank"}) + "\n")


def watch_first_call(simulator, begun, before, found):
    while not found and time.monotonic() - begun < 60:
        if simulator.requests() > before:
            found.append(time.monotonic() - begun)
        time.sleep(0.02)


def generate(vqagen, questions, out, simulator):
    """The run's own report, its wall time, and the seconds until the first call came."""
    before, found, begun = simulator.requests(), [], time.monotonic()
    watcher = threading.Thread(target=watch_first_call, args=(simulator, begun, before, found))
    process = subprocess.Popen([vqagen, "generate", questions, "-o", out, "--base-url", simulator.base + "/v1",
                                "--model", "canned", "--concurrency", "32", "--quiet"])
    watcher.start()
    process.wait()
    wall = time.monotonic() - begun
    found.append(-1)
    watcher.join()
    if process.returncode != 0:
        sys.exit(f"vqagen ended with {process.returncode}")
    return json.loads((out / "run.json").read_text(encoding="utf-8")), wall, found[0]


def measure(vqagen, work, items, images, simulator):
    questions, out = work / f"{items}.jsonl", work / f"out{items}"
    write_questions(questions, items, images)
    report, wall, first = generate(vqagen, questions, out, simulator)
    again, again_wall, _ = generate(vqagen, questions, out, simulator)
    if again["this_run"]["requests"] != 0 or again["items"]["accepted"] != items:
        sys.exit("going on asked something, or items are missing")
    run, later = report["this_run"], again["this_run"]
    row = {"items": items, "seconds": wall, "peak_mib": run["peak_memory_kib"] / 1024,
           "cpu_us": run["cpu_seconds"] / items * 1e6, "first_call": first,
           "again_seconds": again_wall, "again_mib": later["peak_memory_kib"] / 1024}
    questions.unlink()
    shutil.rmtree(out)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", default="10000,1000000")
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--vqagen", type=Path, default=ROOT / "build/release/vqagen")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="vqagen-scale-"))
    simulator = Simulator(options.vqagen)
    print(f"{'items':>9} {'seconds':>8} {'peak MiB':>9} {'CPU us an item':>15} {'first call s':>13} "
          f"{'going on s':>11} {'its MiB':>8}")
    rows = []
    try:
        write_images(work / "images", options.images)
        sizes = [int(size) for size in options.items.split(",")]
        for items in sizes + (sizes[:1] if len(sizes) > 1 else []):
            row = measure(options.vqagen, work, items, options.images, simulator)
            rows.append(row)
            print(f"{row['items']:>9} {row['seconds']:>8.1f} {row['peak_mib']:>9.1f} {row['cpu_us']:>15.1f} "
                  f"{row['first_call']:>13.2f} {row['again_seconds']:>11.2f} {row['again_mib']:>8.1f}", flush=True)
    finally:
        simulator.stop()
        shutil.rmtree(work)
    if len(rows) > 1:
        few = {name: (rows[0][name] + rows[-1][name]) / 2 for name in ("peak_mib", "cpu_us")}
        many = rows[-2]
        print(f"{many['items']} items beside {rows[0]['items']}: memory {many['peak_mib'] / few['peak_mib']:.3f} "
              f"(wanted 1.10 at most), CPU an item {many['cpu_us'] / few['cpu_us']:.3f} (wanted 1.05 at most)")


if __name__ == "__main__":
    main()
