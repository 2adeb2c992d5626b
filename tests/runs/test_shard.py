"""Parts of an input and their merge: together they are what one run makes."""
import json
import sqlite3
import unittest

from harness import RunTest, SAMPLES, read_lines, samples_images
from test_screening import mosaic, without_times


BLEND = (0.2, 0.3, 0.5)


def blend(step):
    """Two mosaics mixed: neighbouring steps look alike, steps 0 and 2 do not."""
    return mosaic(7, mixed=(8, BLEND[step]))


class Shards(RunTest):
    def parts(self, source, count, simulator, *options):
        folders = [self.folder / f"part{index}" for index in range(1, count + 1)]
        for index, folder in enumerate(folders, 1):
            self.generate(source, folder, "--shard", f"{index}/{count}", *options,
                          simulator=simulator, code=None)
        return folders

    def merge(self, *arguments, code=0):
        return self.vqagen("merge", *arguments, code=code)

    def test_parts_of_a_folder_make_the_whole(self):
        simulator = self.simulator("--fault", "wrong-json:0.02")
        parts = self.parts(samples_images(), 3, simulator, "--batch-size", "8")
        whole, one = self.folder / "whole", self.folder / "one"
        self.generate(samples_images(), one, simulator=simulator, code=None)
        self.merge(parts[2], parts[0], parts[1], "-o", whole)
        self.assertEqual((whole / "dataset.jsonl").read_bytes(), (one / "dataset.jsonl").read_bytes())
        images = [{item["image"] for item in read_lines(part / "dataset.jsonl")} for part in parts]
        self.assertTrue(all(images))
        self.assertEqual(sum(map(len, images)), len(set.union(*images)))
        reports = [self.report(part) for part in parts]
        merged = self.report(whole)
        self.assertEqual(merged["items"]["total"], 64)
        for name in ("calls", "requests", "input_tokens"):
            self.assertEqual(merged["all_runs"][name], sum(report["all_runs"][name] for report in reports))
        before = simulator.stats()["requests"]
        self.generate(samples_images(), whole, simulator=simulator, code=None)
        self.assertEqual(simulator.stats()["requests"], before)

    def test_parts_of_questions_make_the_whole(self):
        records = [{"id": f"q{number}", "image": f"images/{name}", "question": f"What is the main color, {number}?"}
                   for number in range(3) for name in ("two-squares.png", "night-lamp.jpg", "seven-dots.png")]
        records.insert(4, {"id": "bad", "image": "images/none.png"})
        source = self.folder / "q.jsonl"
        source.write_text("".join(json.dumps(record) + "\n" for record in records))
        (self.folder / "images").symlink_to(SAMPLES / "images")
        simulator = self.simulator()
        parts = self.parts(source, 2, simulator)
        whole, one = self.folder / "whole", self.folder / "one"
        self.generate(source, one, simulator=simulator, code=1)
        self.merge(*parts, "-o", whole)
        self.assertEqual((whole / "dataset.jsonl").read_bytes(), (one / "dataset.jsonl").read_bytes())
        self.assertEqual([line["id"] for line in read_lines(whole / "failures.jsonl")],
                         [line["id"] for line in read_lines(one / "failures.jsonl")])

    def test_what_does_not_belong_together_is_refused(self):
        simulator = self.simulator()
        parts = self.parts(samples_images(), 2, simulator)
        one, other = self.folder / "one", self.folder / "other"
        self.generate(samples_images(), one, simulator=simulator)
        self.generate(samples_images(), other, "--shard", "2/2", "--seed", "9", simulator=simulator)
        whole = self.folder / "whole"
        for arguments, words in [
                ((parts[0], "-o", whole), "1 of the 2 parts is missing: 2"),
                ((parts[0], parts[0], "-o", whole), "given twice"),
                ((parts[0], one, "-o", whole), "whole dataset"),
                ((parts[0], other, "-o", whole), "seed was"),
                ((parts[0], self.folder, "-o", whole), "holds no run"),
                ((parts[0], parts[1], "-o", one), "holds a run already")]:
            self.assertIn(words, self.merge(*arguments, code=None).stderr)
            self.assertFalse((whole / "dataset.jsonl").exists())
        self.assertIn("-o DIR", self.merge(*parts, code=2).stderr)
        # A part whose run did not come to its end.
        (parts[1] / "dataset.jsonl.part").write_text("")
        self.assertIn("not finished", self.merge(*parts, "-o", whole, code=None).stderr)
        # A part of another input: its places are counted otherwise.
        fewer = self.folder / "fewer"
        fewer.mkdir()
        for image in sorted(samples_images().iterdir())[3:]:
            (fewer / image.name).write_bytes(image.read_bytes())
        third = self.folder / "third"
        self.generate(fewer, third, "--shard", "2/2", simulator=simulator)
        self.assertIn("different inputs", self.merge(parts[0], third, "-o", whole, code=None).stderr)
        # A setting that only one of them has; and what failed is not in the way of what is right.
        screened = self.folder / "screened"
        self.generate(samples_images(), screened, "--shard", "2/2", "--screen", simulator=simulator, code=None)
        self.assertIn("only one of them has screen", self.merge(parts[0], screened, "-o", whole, code=2).stderr)
        (parts[1] / "dataset.jsonl.part").unlink()
        self.merge(*parts, "-o", whole)
        self.assertEqual((whole / "dataset.jsonl").read_bytes(), (one / "dataset.jsonl").read_bytes())

    def test_an_item_that_left_the_input_is_not_merged(self):
        images = self.folder / "images"
        images.mkdir()
        names = sorted(path.name for path in samples_images().iterdir())[:6]
        for name in names:
            (images / name).write_bytes((samples_images() / name).read_bytes())
        simulator = self.simulator()
        self.parts(images, 2, simulator)
        (images / names[1]).unlink()
        parts = self.parts(images, 2, simulator)
        whole, one = self.folder / "whole", self.folder / "one"
        self.merge(*parts, "-o", whole)
        self.generate(images, one, simulator=simulator)
        self.assertEqual((whole / "dataset.jsonl").read_bytes(), (one / "dataset.jsonl").read_bytes())
        with sqlite3.connect(whole / "run.db") as store:
            self.assertEqual(store.execute("SELECT count(*) FROM items").fetchone()[0], 4 * (len(names) - 1))

    def alike(self):
        """Images of which many look like others: two brighter ones of each mosaic. And a broken one."""
        images = self.folder / "images"
        images.mkdir()
        for number in range(15):
            (images / f"m{number:02}.png").write_bytes(mosaic(number // 3, cell=8, lift=number % 3 * 12))
        (images / "n-broken.png").write_bytes(mosaic(99)[:150])
        return images

    def test_screening_is_repeated_over_the_whole(self):
        images = self.alike()
        simulator = self.simulator()
        options = ("--screen", "-n", 2)
        parts = self.parts(images, 3, simulator, *options)
        whole, one = self.folder / "whole", self.folder / "one"
        self.generate(images, one, *options, simulator=simulator, code=1)
        merged = self.merge(*parts, "-o", whole)
        self.assertIn("32 items", merged.stderr)
        self.assertNotIn("not joined", merged.stderr)
        # Across the parts there are more alike than within them.
        kept = sum(len(read_lines(part / "dataset.jsonl")) for part in parts)
        self.assertGreater(kept, len(read_lines(one / "dataset.jsonl")))
        self.assertEqual((whole / "dataset.jsonl").read_bytes(), (one / "dataset.jsonl").read_bytes())
        self.assertEqual((whole / "screening.jsonl").read_bytes(), (one / "screening.jsonl").read_bytes())
        failed = [[(row["id"], row["image_sha256"], row["kind"], row["message"], row["question"])
                   for row in read_lines(folder / "failures.jsonl")] for folder in (whole, one)]
        self.assertEqual(*failed)
        before = simulator.stats()["requests"]
        self.generate(images, whole, *options, simulator=simulator, code=1)
        self.assertEqual(simulator.stats()["requests"], before)
        for name in ("dataset.jsonl", "failures.jsonl", "screening.jsonl"):
            self.assertEqual(without_times(whole / name), without_times(one / name), name)

    def test_verdicts_that_leave_nothing_out_are_told_of(self):
        images = self.alike()
        simulator = self.simulator()
        options = ("--screen", "report", "-n", 1)
        parts = self.parts(images, 2, simulator, *options)
        whole, one = self.folder / "whole", self.folder / "one"
        self.generate(images, one, *options, simulator=simulator, code=1)
        self.assertIn("screening.jsonl, of --screen report, are not joined", self.merge(*parts, "-o", whole).stderr)
        self.assertEqual((whole / "dataset.jsonl").read_bytes(), (one / "dataset.jsonl").read_bytes())
        before = simulator.stats()["requests"]
        self.generate(images, whole, *options, simulator=simulator, code=1)
        self.assertEqual(simulator.stats()["requests"], before)
        self.assertEqual((whole / "screening.jsonl").read_bytes(), (one / "screening.jsonl").read_bytes())

    def test_what_no_part_asked_is_left_open(self):
        """B is like A and like C, which are not alike. With A elsewhere, the part of B and C leaves C out; the
        whole leaves B out, and keeps C."""
        images = self.folder / "images"
        images.mkdir()
        simulator = self.simulator()
        # Which part an image falls into is told by its name alone: names are tried until they fit.
        folder = self.folder / "names"
        folder.mkdir()
        names = [f"{letter}{number}.png" for letter in "abc" for number in range(6)]
        for number, name in enumerate(names):
            (folder / name).write_bytes(mosaic(200 + number))
        first, second = self.parts(folder, 2, simulator, "-n", 1)
        in_first = {item["image"] for item in read_lines(first / "dataset.jsonl")}
        a = min(name for name in names if name[0] == "a" and name in in_first)
        b = min(name for name in names if name[0] == "b" and name not in in_first)
        c = min(name for name in names if name[0] == "c" and name not in in_first)
        for part in (first, second):
            part.rename(self.folder / f"tried-{part.name}")
        for name, mix in ((a, 0), (b, 1), (c, 2)):
            (images / name).write_bytes(blend(mix))
        options = ("--screen", "-n", 1)
        parts = self.parts(images, 2, simulator, *options)
        self.assertEqual([item["image"] for item in read_lines(parts[1] / "dataset.jsonl")], [b])
        whole, one = self.folder / "whole", self.folder / "one"
        merged = self.merge(*parts, "-o", whole, code=1)
        self.assertIn("1 items are open", merged.stderr)
        self.assertFalse((whole / "dataset.jsonl").exists())
        self.assertEqual(self.report(whole)["items"]["open"], 1)
        self.generate(images, one, *options, simulator=simulator, code=0)
        before = simulator.stats()["requests"]
        self.generate(images, whole, *options, simulator=simulator, code=0)
        self.assertGreater(simulator.stats()["requests"], before)
        self.assertEqual([item["image"] for item in read_lines(one / "dataset.jsonl")], [a, c])
        self.assertEqual((whole / "dataset.jsonl").read_bytes(), (one / "dataset.jsonl").read_bytes())
        self.assertEqual(without_times(whole / "failures.jsonl"), without_times(one / "failures.jsonl"))

    def test_the_whole_tells_what_its_parts_told(self):
        simulator = self.simulator("--fault", "wrong-json:0.02")
        parts = self.parts(samples_images(), 2, simulator)
        whole = self.folder / "whole"
        self.merge(*parts, "-o", whole)
        def rows(folder, sql):
            with sqlite3.connect(folder / "run.db") as store:
                return store.execute(sql).fetchall()
        for table, columns in (("minutes", "replies faults requests accepted rejected unknown input_tokens latency_us"),
                               ("latencies", "count"), ("totals", "calls requests output_tokens cost_nano unpriced")):
            sql = f"SELECT {', '.join(f'sum({name})' for name in columns.split())} FROM {table}"
            self.assertEqual(rows(whole, sql)[0], tuple(map(sum, zip(*(rows(part, sql)[0] for part in parts)))), table)
        slowest = "SELECT latency_ms FROM slowest ORDER BY 1 DESC"
        self.assertEqual(rows(whole, slowest), sorted(sum((rows(part, slowest) for part in parts), []))[:-11:-1])
        topics = "SELECT id, topic FROM items ORDER BY 1"
        self.assertEqual(rows(whole, topics), sorted(sum((rows(part, topics) for part in parts), [])))
        probes = "SELECT endpoint, max(when_ms) FROM probes"
        self.assertEqual(rows(whole, probes), [max(rows(part, probes)[0] for part in parts)])

    def test_a_part_keeps_to_its_number(self):
        simulator = self.simulator()
        folder = self.folder / "part"
        self.generate(samples_images(), folder, "--shard", "1/2", simulator=simulator)
        again = self.generate(samples_images(), folder, "--shard", "2/2", simulator=simulator, code=3)
        self.assertIn('shard was "1/2" and is now "2/2"', again.stderr)
        bad = self.generate(samples_images(), folder, "--shard", "3/2", simulator=simulator, code=2)
        self.assertIn("I from 1 to N", bad.stderr)


if __name__ == "__main__":
    unittest.main()
