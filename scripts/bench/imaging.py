#!/usr/bin/env python3
"""The image stage beside a bare loop over its libraries, Pillow and vipsthumbnail, in one run.

Needs Debian's python3-pil and libvips-tools, and pictures: --photos names folders, else those of
plasma-workspace-wallpapers and mate-backgrounds are used. Run it with /usr/bin/python3, with
build/release built (cmake --preset release; ninja -C build/release vqagen bench_imaging).

  imaging.py [speed] [pass] [workers] [quality] [memory] [--rounds 7] [--photos DIR...]

Without names: all but memory, which takes some minutes. All take turns, picture by picture, and CPU
time counts, the middle of the rounds, so that a busy machine slows all alike; only the two workers
want an idle one. Pictures have 4000 x 3000 pixels, at JPEG quality 90.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from imaging_quality import compare_quality
from whole_run import FOLDERS, photographs

HERE = Path(__file__).resolve().parent
TARGETS = {2048: (1.1, 5.5, 3.0), 1024: (1.1, 7.5, 3.7)}


def make_pictures(folder, sources, size=(4000, 3000), quality=90):
    """The middle of each picture in the shape and size of a telephone's: vipsthumbnail, for one, takes
    another way from a factor of 4 on."""
    made = []
    for number, source in enumerate(sources):
        with Image.open(source) as opened:
            image = opened.convert("RGB")
        width = min(image.width, image.height * size[0] // size[1])
        height = width * size[1] // size[0]
        left, top = (image.width - width) // 2, (image.height - height) // 2
        path = folder / f"{number:02}-{source_name(source)}.jpg"
        image.resize(size, Image.LANCZOS, (left, top, left + width, top + height)).save(path, quality=quality)
        made.append(path)
    return made


def source_name(path):
    parts = Path(path).parts
    return parts[-4] + ("-dark" if "dark" in parts[-2] else "") if "contents" in parts else Path(path).stem


class Worker:
    """A program that takes orders: see imaging.c."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, work, side, path):
        self.process.stdin.write(f"{work} {side} {path}\n")
        self.process.stdin.flush()
        seconds, size = self.process.stdout.readline().split()
        return float(seconds), int(size)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def vips_seconds(paths, side, folder):
    """CPU seconds of one vipsthumbnail over all pictures, so that its start counts once."""
    process = subprocess.Popen(["vipsthumbnail", "--size", f"{side}x{side}", "-o", f"{folder}/%s.jpg[Q=85]", *paths],
                               env={**os.environ, "VIPS_CONCURRENCY": "1"})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        raise RuntimeError("vipsthumbnail failed")
    return usage.ru_utime + usage.ru_stime


def verdict(value, target, least):
    good = value >= target if least else value <= target
    return f"{value:6.2f}  (target {'>=' if least else '<='} {target})  {'' if good else 'MISSED'}"


def compare_speed(ours, pillow, paths, rounds, folder):
    out = folder / "vips"
    out.mkdir()
    for side, (floor_target, pillow_target, vips_target) in TARGETS.items():
        times = {path: {"ours": [], "bare": [], "pillow": []} for path in paths}
        vips = []
        for number in range(rounds + 1):
            row = {path: {"bare": ours.do("bare", side, path)[0], "ours": ours.do("prepare", side, path)[0],
                          "pillow": pillow.do("prepare", side, path)[0]} for path in paths}
            seconds = vips_seconds(paths, side, out)
            if number == 0:
                continue  # the first time fills caches
            vips.append(seconds)
            for path in paths:
                for name, value in row[path].items():
                    times[path][name].append(value)
        middle = {path: {name: statistics.median(values) for name, values in each.items()}
                  for path, each in times.items()}
        print(f"\n12 megapixels to at most {side} px at quality 85, CPU in ms, the middle of {rounds}")
        print(f"  {'':28} {'MB':>5} {'ours':>7} {'bare':>7} {'Pillow':>7} {'ours/bare':>9} {'Pillow/ours':>11}")
        for path, each in middle.items():
            print(f"  {path.stem[:28]:28} {path.stat().st_size / 1e6:5.2f} {each['ours'] * 1e3:7.1f}"
                  f" {each['bare'] * 1e3:7.1f} {each['pillow'] * 1e3:7.1f} {each['ours'] / each['bare']:9.2f}"
                  f" {each['pillow'] / each['ours']:11.2f}")
        total = {name: sum(each[name] for each in middle.values()) for name in ("ours", "bare", "pillow")}
        total["vips"] = statistics.median(vips)
        count = len(paths)
        size = sum(path.stat().st_size for path in paths) / 1e6 / count
        print(f"  {'all, for one picture':28} {size:5.2f} {total['ours'] / count * 1e3:7.1f}"
              f" {total['bare'] / count * 1e3:7.1f} {total['pillow'] / count * 1e3:7.1f}"
              f"   vipsthumbnail {total['vips'] / count * 1e3:.1f}")
        print(f"  beside the bare loop   {verdict(total['ours'] / total['bare'], floor_target, False)}")
        print(f"  Pillow takes           {verdict(total['pillow'] / total['ours'], pillow_target, True)}")
        print(f"  vipsthumbnail takes    {verdict(total['vips'] / total['ours'], vips_target, True)}")


def compare_pass(ours, sources, rounds, folder):
    """JPEGs that are passed on as they are: within the limits, at high quality."""
    folder = folder / "pass"
    folder.mkdir()
    paths = make_pictures(folder, sources, (1600, 1200), 92)
    rates = {}
    for work in ("pass", "digest", "base64"):
        times = []
        for number in range(rounds + 1):
            done = [ours.do(work, 2048, path) for path in paths for _ in range(10)]
            times.append(sum(size for _, size in done) / sum(seconds for seconds, _ in done))
        rates[work] = statistics.median(times[1:])
    together = 1 / sum(1 / rate for rate in rates.values())
    print("\nJPEGs passed on, MB/s of CPU time: " +
          ", ".join(f"{name} {rate / 1e6:.0f}" for name, rate in rates.items()))
    print(f"  all three together     {verdict(together / 1e6, 300, True)}")


def prepare(vqagen, source, out, workers):
    done = subprocess.run([vqagen, "prepare", source, "-o", out, "--json", "--quiet", "--workers", str(workers)],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def link_pictures(folder, paths, count):
    """`count` names for the pictures, in turns."""
    folder.mkdir()
    for number in range(count):
        os.link(paths[number % len(paths)], folder / f"{number:06}.jpg")
    return folder


def compare_workers(vqagen, paths, rounds, folder):
    source = link_pictures(folder / "workers", paths, 4 * len(paths))
    load = os.getloadavg()[0]
    seconds = {1: [], 2: []}
    for number in range(max(3, rounds // 2)):
        for workers in seconds:
            seconds[workers].append(prepare(vqagen, source, folder / f"out-{workers}-{number}", workers)["seconds"])
    middle = {workers: statistics.median(values) for workers, values in seconds.items()}
    print(f"\n{4 * len(paths)} pictures: one worker {middle[1]:.2f} s, two {middle[2]:.2f} s")
    print(f"  two beside one         {verdict(middle[1] / middle[2], 1.8, True)}")
    if load > 0.3:
        print(f"  (the machine was busy: load {load:.1f}; only an idle one tells)")


def compare_memory(vqagen, paths, folder):
    # The same ten are in each: how much memory a picture takes depends on the picture.
    paths = sorted(paths, key=lambda path: -path.stat().st_size)[:10]
    first = None
    print("\nPeak memory of vqagen prepare with two workers, pictures of 12 megapixels")
    for count in (10, 100, 1000):
        source = link_pictures(folder / f"memory-{count}", paths, count)
        peak = prepare(vqagen, source, folder / f"out-memory-{count}", 2)["peak_rss_kib"]
        first = first or peak
        print(f"  {count:5} pictures         {peak / 1024:6.1f} MiB", end="")
        print(f"  {verdict(peak / first, 1.05, False)}" if count > 10 else "", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="speed|pass|workers|quality|memory")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--photos", nargs="+", default=FOLDERS)
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build/release")
    args = parser.parse_args()
    what = args.what or ["speed", "pass", "workers", "quality"]
    bench, vqagen = args.build / "scripts/bench/bench_imaging", args.build / "vqagen"
    sources = photographs(args.photos)
    if not sources:
        sys.exit("no picture of 12 megapixels found: give --photos DIR, or install plasma-workspace-wallpapers")
    with tempfile.TemporaryDirectory(prefix="vqagen-bench-") as folder:
        folder = Path(folder)
        (folder / "in").mkdir()
        paths = make_pictures(folder / "in", sources)
        ours, pillow = Worker(bench), Worker(sys.executable, HERE / "imaging_pillow.py")
        if "speed" in what:
            compare_speed(ours, pillow, paths, args.rounds, folder)
        if "pass" in what:
            compare_pass(ours, sources, args.rounds, folder)
        if "workers" in what:
            compare_workers(vqagen, paths, args.rounds, folder)
        if "quality" in what:
            compare_quality(ours, sources, folder)
        if "memory" in what:
            compare_memory(vqagen, paths, folder)
        ours.end()
        pillow.end()


if __name__ == "__main__":
    main()
