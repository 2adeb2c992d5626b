"""--screen: which images are left out, the same at any number of workers, calls and kills."""
import json
import os
import random
import shutil
import struct
import time
import unittest
import zlib

from harness import RunTest, read_lines, samples_images


def png(width, height, pixels):
    """A grey PNG of these samples."""
    def chunk(name, body):
        return (struct.pack(">I", len(body)) + name + body
                + struct.pack(">I", zlib.crc32(name + body)))
    rows = b"".join(b"\0" + bytes(pixels[y * width:(y + 1) * width]) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def mosaic(seed, cell=12, side=8, lift=0, soft=False, mixed=(0, 0)):
    """Squares of random brightness: sharp, unlike any other seed, and alike when only lifted. mixed: another
    seed and its share."""
    noise, other = random.Random(seed), random.Random(mixed[0])
    levels = [[noise.randrange(20, 220) for _ in range(side)] for _ in range(side)]
    levels = [[int(level + (other.randrange(20, 220) - level) * mixed[1]) for level in row] for row in levels]

    def level(x, y):
        if not soft:
            return levels[y // cell][x // cell]
        at_x, at_y = min(x / cell, side - 1.001), min(y / cell, side - 1.001)
        i, j, u, v = int(at_x), int(at_y), at_x % 1, at_y % 1
        return int((levels[j][i] * (1 - u) + levels[j][i + 1] * u) * (1 - v)
                   + (levels[j + 1][i] * (1 - u) + levels[j + 1][i + 1] * u) * v)
    width = cell * side
    return png(width, width, [level(x, y) + lift for y in range(width) for x in range(width)])


# What the folder holds, and what screening says of it. In the order of their names.
FOLDER = [
    ("a1.png", mosaic(1), "kept", None),
    ("a2-lifted.png", mosaic(1, lift=20), "duplicate", "a1.png"),
    ("b-broken.png", mosaic(9)[:200], None, None),
    ("c1.png", mosaic(2), "kept", None),
    ("c2-flat.png", png(90, 90, [140 + i % 3 for i in range(8100)]), "flat", None),
    ("c3-small.png", mosaic(2, cell=7), "small", None),
    ("c4-larger.png", mosaic(2, cell=30), "duplicate", "c1.png"),
    ("d1-soft.png", mosaic(3, cell=48, soft=True), "unsharp", None),
    # Its like was left out, and so is no original.
    ("d2.png", mosaic(3, cell=48), "kept", None),
    ("d3-same.png", mosaic(3, cell=48), "duplicate", "d2.png"),
    ("e.png", mosaic(4), "kept", None),
]
FINDINGS = {name: (verdict, like) for name, _, verdict, like in FOLDER}


def make_folder(folder, more=0):
    folder.mkdir()
    for name, data, _, _ in FOLDER:
        (folder / name).write_bytes(data)
    for i in range(more):
        (folder / f"x{i:02}.png").write_bytes(mosaic(100 + i // 2, lift=i % 2 * 9))
    return folder


def without_times(path):
    """The bytes of a JSONL file without the members that say when."""
    rows = read_lines(path)
    for row in rows:
        row.pop("when", None)
    return json.dumps(rows)


class PrepareScreening(RunTest):
    def prepare(self, source, *options, out="out", code=1):
        done = self.vqagen("prepare", source, "-o", self.folder / out, "--json", *options, code=code)
        return json.loads(done.stdout), read_lines(self.folder / out / "images.jsonl")

    def test_what_is_left_out(self):
        folder = make_folder(self.folder / "in")
        summary, rows = self.prepare(folder, "--screen")
        self.assertEqual(summary["screening"],
                         {"kept": 4, "small": 1, "flat": 1, "unsharp": 1, "duplicate": 3})
        self.assertEqual((summary["images"], summary["skipped"], summary["failed"]), (11, 6, 1))
        words = {"small": "--screen-min-side 64", "flat": "--screen-contrast 8",
                 "unsharp": "--screen-blur 1.50", "duplicate": "--screen-distance 31"}
        for row in rows:
            verdict, like = FINDINGS[row["path"]]
            if verdict is None:
                self.assertEqual((row["status"], "screen" in row), ("failed", False))
                continue
            screen = row["screen"]
            self.assertEqual(screen["verdict"], verdict, row)
            self.assertEqual("file" in row, verdict == "kept")
            self.assertEqual(row["status"], "encoded" if verdict == "kept" else "skipped")
            self.assertEqual(len(screen["look"]), 64)
            if verdict != "kept":
                self.assertIn(words[verdict], row["reason"])
            if like:
                self.assertEqual(screen["nearest"], like)
                self.assertIn(like, row["reason"])
                self.assertLessEqual(screen["distance"], 31)
        self.assertEqual(len(list((self.folder / "out/images").iterdir())), 4)

    def test_the_same_at_any_number_of_workers(self):
        folder = make_folder(self.folder / "in", more=40)
        texts = set()
        for workers in (1, 4):
            out = self.folder / f"out{workers}"
            self.prepare(folder, "--screen", "--workers", workers, out=out.name)
            names = sorted(path.name for path in (out / "images").iterdir())
            texts.add(((out / "images.jsonl").read_bytes(), *names))
        self.assertEqual(len(texts), 1)

    def test_a_report_leaves_nothing_out(self):
        folder = make_folder(self.folder / "in")
        plain, plain_rows = self.prepare(folder, out="plain")
        summary, rows = self.prepare(folder, "--screen", "report")
        self.assertEqual((summary["encoded"], summary["skipped"]), (10, 0))
        self.assertNotIn("screening", plain)
        for row in rows:
            screen = row.pop("screen", None)
            self.assertEqual(screen and screen["verdict"], FINDINGS[row["path"]][0])
        self.assertEqual(rows, plain_rows)

    def test_thresholds(self):
        folder = make_folder(self.folder / "in")
        summary, _ = self.prepare(folder, "--screen", "--screen-min-side", 0, "--screen-contrast", 0,
                                  "--screen-blur", 0, "--screen-distance", "none")
        self.assertEqual(summary["screening"]["kept"], 10)
        summary, _ = self.prepare(folder, "--screen", "--screen-min-side", 97)
        self.assertEqual(summary["screening"]["small"], 6)

    def test_the_samples_are_kept(self):
        summary, _ = self.prepare(samples_images(), "--screen", code=0)
        self.assertEqual(summary["screening"]["kept"], summary["images"])

    def test_one_image_in_several_records(self):
        folder = make_folder(self.folder / "in")
        source = self.folder / "in.jsonl"
        names = ["a2-lifted.png", "a1.png", "a2-lifted.png", "a1.png", "d3-same.png", "d2.png",
                 "d3-same.png"]
        source.write_text("".join(json.dumps({"id": f"r{i}", "image": str(folder / name)}) + "\n"
                                  for i, name in enumerate(names)))
        summary, rows = self.prepare(source, "--screen", code=0)
        self.assertEqual([row["screen"]["verdict"] for row in rows],
                         ["kept", "duplicate", "kept", "duplicate", "kept", "duplicate", "kept"])
        self.assertEqual(summary["screening"]["kept"], 2)
        self.assertEqual(summary["screening"]["duplicate"], 2)


class GenerateScreening(RunTest):
    OUTPUTS = ("dataset.jsonl", "failures.jsonl", "screening.jsonl")

    def outputs(self, out):
        return [without_times(out / name) for name in self.OUTPUTS]

    def run_all(self, folder, out, simulator, *options, code=1, **more):
        self.generate(folder, self.folder / out, "-n", 1, "--screen", *options, simulator=simulator,
                      code=code, **more)
        return self.folder / out

    def test_the_same_whatever_is_ready_first(self):
        folder = make_folder(self.folder / "in", more=30)
        simulator = self.simulator()
        first = self.run_all(folder, "out1", simulator, "--image-workers", 1, "-c", 1)
        outputs = self.outputs(first)
        other = self.run_all(folder, "out2", simulator, "--image-workers", 4, "-c", 64)
        self.assertEqual(self.outputs(other), outputs)
        small = self.run_all(folder, "out3", simulator, "--image-workers", 4, "-c", 64,
                             "--payload-memory", "1MiB", "--batch-size", 3)
        self.assertEqual(self.outputs(small), outputs)
        verdicts = {row["image"]: (row["verdict"], row["nearest"] if row["verdict"] == "duplicate"
                                   else None) for row in read_lines(first / "screening.jsonl")}
        for name, finding in FINDINGS.items():
            self.assertEqual(verdicts.get(name, (None, None)), finding)
        report = self.report(first)
        self.assertEqual(report["screening"],
                         {"kept": 19, "small": 1, "flat": 1, "unsharp": 1, "duplicate": 18})
        self.assertEqual((report["items"]["screened"], report["items"]["rejected"]), (21, 22))
        self.assertEqual(report["failures"]["screened_duplicate"], 18)
        kinds = {row["id"]: row for row in read_lines(first / "failures.jsonl")}
        row = next(row for row in kinds.values() if row["image"] == "c4-larger.png")
        self.assertEqual((row["stage"], row["verdict"], row["kind"]),
                         ("image", "rejected", "screened_duplicate"))
        self.assertIn("c1.png", row["message"])

    def test_going_on_after_kills(self):
        folder = make_folder(self.folder / "in", more=30)
        simulator = self.simulator("--latency", "fixed:0.02s")
        wanted = self.outputs(self.run_all(folder, "out", simulator, "-c", 8))
        out = self.folder / "killed"
        for delay in (0.05, 0.12, 0.2, 0.3):
            process = self.start("generate", folder, "-o", out, "-n", 1, "--screen", "--base-url", simulator.url,
                                 "--model", "simulated", "-c", 3, "-q")
            time.sleep(delay)
            process.kill()
            process.wait()
        self.run_all(folder, "killed", simulator, "-c", 8)
        self.assertEqual(self.outputs(out), wanted)

    def test_going_on_reads_no_image_again(self):
        folder = make_folder(self.folder / "in")
        (folder / "b-broken.png").unlink()
        simulator = self.simulator()
        out = self.run_all(folder, "out", simulator, code=0)
        outputs, sent = self.outputs(out), simulator.stats()["requests"]
        # Same size and time of change, so vqagen goes by what it remembers.
        for path in folder.iterdir():
            facts = path.stat()
            path.write_bytes(path.read_bytes()[:8].ljust(facts.st_size, b"\0"))
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        self.run_all(folder, "out", simulator, code=0)
        self.assertEqual(self.outputs(out), outputs)
        self.assertEqual(simulator.stats()["requests"], sent)
        self.assertEqual(self.report(out)["this_run"]["images_prepared"], 0)

    def test_an_input_that_changed_is_judged_anew(self):
        folder = make_folder(self.folder / "in")
        (folder / "b-broken.png").unlink()
        simulator = self.simulator()
        self.run_all(folder, "out", simulator, code=0)
        (folder / "a1.png").rename(self.folder / "a1.png")
        out = self.run_all(folder, "out", simulator, code=0)
        images = [row["image"] for row in read_lines(out / "dataset.jsonl")]
        self.assertEqual(images, ["a2-lifted.png", "c1.png", "d2.png", "e.png"])
        (self.folder / "a1.png").rename(folder / "a1.png")
        sent = simulator.stats()["requests"]
        out = self.run_all(folder, "out", simulator, code=0)
        images = [row["image"] for row in read_lines(out / "dataset.jsonl")]
        self.assertEqual(images, ["a1.png", "c1.png", "d2.png", "e.png"])
        self.assertEqual(simulator.stats()["requests"], sent)

    def test_a_report_changes_no_dataset(self):
        folder = make_folder(self.folder / "in")
        simulator = self.simulator()
        out = self.folder / "out"
        self.generate(folder, out, "-n", 1, simulator=simulator, code=1)
        dataset = (out / "dataset.jsonl").read_bytes()
        self.assertFalse((out / "screening.jsonl").exists())
        self.generate(folder, out, "-n", 1, "--screen", "report", simulator=simulator, code=1)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), dataset)
        self.assertEqual(len(read_lines(out / "screening.jsonl")), 10)
        self.assertEqual(self.report(out)["items"]["screened"], 0)
        self.assertEqual(self.report(out)["screening"]["duplicate"], 3)
        # Leaving images out makes another dataset.
        done = self.generate(folder, out, "-n", 1, "--screen", simulator=simulator, code=3)
        self.assertIn("screen was not set and is now", done.stderr)

    def test_merged_parts_are_judged_together_without_reading_an_image(self):
        folder = make_folder(self.folder / "in", more=20)
        (folder / "b-broken.png").unlink()
        simulator = self.simulator()
        wanted = self.outputs(self.run_all(folder, "whole", simulator, code=0))
        for part in (1, 2):
            self.run_all(folder, f"part{part}", simulator, "--shard", f"{part}/2", code=0)
        both = self.folder / "both"
        self.vqagen("merge", self.folder / "part1", self.folder / "part2", "-o", both, code=0)
        # Each part was compared with itself only; the merge compares all.
        kept = sum(len(read_lines(self.folder / f"part{part}/dataset.jsonl")) for part in (1, 2))
        self.assertGreater(kept, len(read_lines(both / "dataset.jsonl")))
        self.assertEqual((both / "dataset.jsonl").read_bytes(),
                         (self.folder / "whole/dataset.jsonl").read_bytes())
        sent = simulator.stats()["requests"]
        self.run_all(folder, "both", simulator, code=0)
        self.assertEqual(self.outputs(both), wanted)
        self.assertEqual(simulator.stats()["requests"], sent)
        self.assertEqual(self.report(both)["this_run"]["images_prepared"], 0)

    def test_records_share_their_images_verdict(self):
        folder = make_folder(self.folder / "in")
        lines = []
        for i in range(12):
            name = ["a1.png", "a2-lifted.png", "e.png"][i % 3]
            lines.append({"id": f"r{i}", "image": str(folder / name), "question": f"What is {i}?"})
        source = self.folder / "in.jsonl"
        source.write_text("".join(json.dumps(line) + "\n" for line in lines))
        # A batch of one lets images go between their records, so that they are met again.
        for batch in (1000, 1):
            out = self.folder / f"out{batch}"
            self.generate(source, out, "--screen", "--batch-size", batch, "-c", 2, code=None)
            screened = [row["id"] for row in read_lines(out / "failures.jsonl")
                        if row["kind"] == "screened_duplicate"]
            self.assertEqual(screened, ["r1", "r4", "r7", "r10"])
            self.assertEqual(len(read_lines(out / "screening.jsonl")), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
