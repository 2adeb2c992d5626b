#!/usr/bin/env python3
"""Whole runs side by side: vqagen and the Python yardstick, one folder of 12-megapixel JPEGs, one
endpoint that costs next to nothing, four given questions an image.

Needs Debian's python3-pil and python3-aiohttp, and photographs: --photos names a folder, else those of
plasma-workspace-wallpapers and mate-backgrounds are used. Run it with /usr/bin/python3.

  whole_run.py [--images 12] [--rounds 3] [--concurrency 32] [--vqagen build/release/vqagen]

The two take turns, so that a machine whose speed drifts treats both alike. Prints a row a run and the
medians of items a second, CPU seconds and peak memory, as ratios.
"""
import argparse
import json
import multiprocessing
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
FOLDERS = ["/usr/share/wallpapers", "/usr/share/backgrounds"]


def photographs(folders):
    """Pictures of at least 12 megapixels, largest first; each name once."""
    found = {}
    for folder in folders:
        for path in Path(folder).rglob("*"):
            if path.suffix.lower() in (".jpg", ".jpeg", ".png") and path.is_file():
                try:
                    with Image.open(path) as image:
                        if image.width * image.height >= 12_000_000:
                            found[str(path)] = image.width * image.height
                except OSError:
                    continue
    return sorted(found, key=found.get)


def make_folder(target, sources, count):
    """`count` JPEGs of 4000 x 3000: crops, never enlarged, each a little different."""
    target.mkdir()
    for number in range(count):
        with Image.open(sources[number % len(sources)]) as image:
            image = image.convert("RGB")
            scale = min(image.width / 4000, image.height / 3000)
            if scale >= 1:
                box = (int(4000 * scale), int(3000 * scale))
                image = image.crop((0, 0, *box)).resize((4000, 3000), Image.LANCZOS)
            image.save(target / f"{number:04}.jpg", quality=90)


def write_questions(path, folder):
    """What the yardstick asks: four questions an image, every fourth a fill-in."""
    with open(path, "w", encoding="utf-8") as lines:
        for image in sorted(folder.iterdir()):
            for number in range(4):
                kind = "fill_in_blank" if number == 3 else "multiple_choice"
                lines.write(json.dumps({"id": f"{image.name}#{number}", "image": str(image),
                                        "question": f"What is the dominant colour of part {number} of the picture?",
                                        "question_type": kind}) + "\n")


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_yardstick(folder, url, concurrency):
    done = subprocess.run(["/usr/bin/python3", str(HERE / "yardstick.py"), str(folder), url, "--concurrency",
                           str(concurrency)], capture_output=True, text=True, check=False)
    row = json.loads(done.stdout)
    return row["items"], row["seconds"], row["cpu_seconds"], row["max_rss_kib"]


def run_vqagen(binary, questions, url, concurrency, scratch):
    out = scratch / "out"
    shutil.rmtree(out, ignore_errors=True)
    cpu, begun = children_cpu(), time.monotonic()
    done = subprocess.run([binary, "generate", str(questions), "-o", str(out), "--base-url", url, "--model", "m",
                           "--concurrency", str(concurrency), "--quiet"], capture_output=True, text=True,
                          check=False)
    seconds, cpu = time.monotonic() - begun, children_cpu() - cpu
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    report = json.loads((out / "run.json").read_text())
    if report["items"]["accepted"] != report["items"]["total"]:
        sys.exit(f"not all items were accepted: {report['items']} {report['failures']}")
    return report["items"]["accepted"], seconds, cpu, report["this_run"]["peak_memory_kib"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--photos", action="append")
    parser.add_argument("--vqagen", default=str(HERE.parents[1] / "build/release/vqagen"))
    args = parser.parse_args()
    sources = photographs(args.photos or FOLDERS)
    if not sources:
        sys.exit("no photographs of 12 megapixels found; install plasma-workspace-wallpapers or name a folder "
                 "with --photos")
    scratch = Path(tempfile.mkdtemp(prefix="vqagen-bench-"))
    simulator = subprocess.Popen([args.vqagen, "simulate", "--port", "0", "--answers", "canned"],
                                 stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", simulator.stdout.readline())[0]
        folder, questions = scratch / "images", scratch / "questions.jsonl"
        # In a process of its own: memory that this one once held would count as its children's.
        maker = multiprocessing.Process(target=make_folder, args=(folder, sources, args.images))
        maker.start()
        maker.join()
        write_questions(questions, folder)
        rows = {"yardstick": [], "vqagen": []}
        print(f"{args.images} JPEGs of 4000 x 3000, 4 questions each, concurrency {args.concurrency}")
        print(f"{'':10} {'items':>6} {'seconds':>8} {'items/s':>8} {'cpu s':>8} {'peak MiB':>9}")
        for _ in range(args.rounds):
            for name, run in (("yardstick", lambda: run_yardstick(folder, url, args.concurrency)),
                              ("vqagen", lambda: run_vqagen(args.vqagen, questions, url, args.concurrency,
                                                            scratch))):
                items, seconds, cpu, memory = run()
                rows[name].append((items / seconds, cpu, memory))
                print(f"{name:10} {items:6} {seconds:8.2f} {items / seconds:8.2f} {cpu:8.2f} {memory / 1024:9.1f}",
                      flush=True)
        median = {name: [statistics.median(column) for column in zip(*values)] for name, values in rows.items()}
        rate, cpu, memory = (median["vqagen"][i] / median["yardstick"][i] for i in range(3))
        print(f"medians: {rate:.1f} times the items a second, {1 / cpu:.1f} times less CPU, "
              f"{1 / memory:.1f} times less memory")
    finally:
        simulator.terminate()
        simulator.wait()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
