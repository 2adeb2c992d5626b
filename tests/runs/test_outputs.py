"""What a run leaves behind: the files of DIR, their fields, and that they are always the same bytes."""
import collections
import hashlib
import json
import os
import shutil
import unittest

from harness import SANITIZED, TIMEOUT, RunTest, read_lines, samples_images

FIELDS = ["id", "image", "image_sha256", "topic", "question_type", "question", "full_question",
          "options", "answer", "answer_text", "correct_option", "explanation", "status", "checks",
          "provenance", "usage"]

FEWER = ("--limit", 7) if SANITIZED else ()  # images


class Outputs(RunTest):
    def test_a_folder_becomes_a_dataset(self):
        out = self.folder / "out"
        done = self.generate(samples_images(), out, code=None)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        items, failures = read_lines(out / "dataset.jsonl"), read_lines(out / "failures.jsonl")
        images = [path for path in samples_images().iterdir() if path.is_file()]
        self.assertEqual(len(items) + len(failures), 4 * len(images))
        self.assertGreater(len(items), 0)
        for item in items:
            for field in FIELDS:
                self.assertIn(field, item, item["id"])
            path = samples_images() / item["image"]
            self.assertEqual(item["image_sha256"], hashlib.sha256(path.read_bytes()).hexdigest())
            self.assertEqual(item["status"], "accepted")
            self.assertTrue(item["provenance"]["calls"])
            self.assertEqual(item["provenance"]["endpoint"], "builtin")
            if item["question_type"] == "multiple_choice":
                self.assertEqual(sorted(item["options"]), ["A", "B", "C", "D"])
                self.assertEqual(item["options"][item["answer"]], item["answer_text"])
                self.assertEqual(len({text.casefold() for text in item["options"].values()}), 4)
                self.assertEqual(item["full_question"].splitlines()[1:],
                                 [f"{letter}. {item['options'][letter]}" for letter in "ABCD"])
            else:
                self.assertEqual(item["answer"], item["answer_text"])
        report = self.report(out)
        self.assertEqual(report["items"]["accepted"], len(items))
        self.assertEqual(report["items"]["total"], len(items) + len(failures))
        self.assertFalse((out / "dataset.jsonl.part").exists())
        self.assertEqual(done.stdout, "")

    def test_the_same_bytes_whatever_the_order(self):
        texts = collections.Counter()
        ways = [("--concurrency", 1), ("--concurrency", 256, "--image-workers", 4), ("--payload-memory", "1MiB"),
                ("--image-workers", 1), ("--image-workers", 4), ("--batch-size", 3)]
        if SANITIZED:
            ways = ways[:3]
        for number, options in enumerate(ways):
            with self.subTest(options=options):
                simulator = self.simulator("--latency", "uniform:0,0.02")
                out = self.folder / str(number)
                self.generate(samples_images(), out, *options, *FEWER, simulator=simulator, code=None)
                texts[(out / "dataset.jsonl").read_bytes()] += 1
        self.assertEqual(len(texts), 1)

    def test_going_on_after_the_end_asks_nothing(self):
        simulator = self.simulator()
        out = self.folder / "out"
        first = self.generate(samples_images(), out, *FEWER, simulator=simulator, code=None)
        before = (out / "dataset.jsonl").read_bytes()
        asked = simulator.stats()["requests"]
        again = self.generate(samples_images(), out, *FEWER, simulator=simulator, code=None)
        self.assertEqual(again.returncode, first.returncode)
        self.assertEqual(simulator.stats()["requests"], asked)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), before)
        self.assertEqual(self.report(out)["this_run"]["calls"], 0)

    def test_files_that_are_right_are_left_alone(self):
        questions = self.folder / "questions.jsonl"
        image = str(next(path for path in sorted(samples_images().iterdir()) if path.is_file()))

        def ask(count):
            questions.write_text("".join(json.dumps({"id": str(i), "image": image, "question": f"Part {i} is ____.",
                                                     "question_type": "fill_in_blank"}) + "\n" for i in range(count)))
            self.generate(questions, out, "--batch-size", 2, simulator=simulator)
            return dataset.stat(), [item["id"] for item in read_lines(dataset)]

        simulator = self.simulator("--answers", "canned")
        out, dataset = self.folder / "out", self.folder / "out/dataset.jsonl"
        first, ids = ask(7)
        self.assertEqual(len(ids), 7)
        again, ids = ask(7)
        self.assertEqual((again.st_ino, again.st_mtime_ns), (first.st_ino, first.st_mtime_ns))
        self.assertFalse((out / "dataset.jsonl.part").exists())
        grown, ids = ask(9)
        self.assertNotEqual(grown.st_ino, again.st_ino)
        self.assertEqual(ids, [str(i) for i in range(9)])
        _, ids = ask(4)
        self.assertEqual(ids, [str(i) for i in range(4)])
        whole = dataset.read_bytes()
        dataset.write_bytes(b"spoilt")
        ask(4)
        self.assertEqual(dataset.read_bytes(), whole)
        # Of the same size, and with the old time.
        stat = dataset.stat()
        dataset.write_bytes(whole.swapcase())
        os.utime(dataset, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        ask(4)
        self.assertEqual(dataset.read_bytes(), whole)
        (out / "failures.jsonl").unlink()
        ask(4)
        self.assertTrue((out / "failures.jsonl").exists())
        # As a run leaves it that was killed before it stored anything.
        (out / "dataset.jsonl.part").write_bytes(whole)
        stat = dataset.stat()
        ask(4)
        self.assertFalse((out / "dataset.jsonl.part").exists())
        self.assertEqual(dataset.stat().st_ino, stat.st_ino)

    def test_the_dataset_follows_the_input(self):
        images = self.folder / "images"
        shutil.copytree(samples_images(), images)
        names = sorted(path.name for path in images.iterdir())
        held = self.folder / "held"
        shutil.move(images / names[2], held)
        simulator = self.simulator()
        out = self.folder / "out"
        self.generate(images, out, simulator=simulator, code=None)
        shutil.move(held, images / names[2])
        (images / names[0]).unlink()
        asked = simulator.stats()["requests"]
        self.generate(images, out, simulator=simulator, code=None)
        fresh = self.folder / "fresh"
        grown = simulator.stats()["requests"] - asked
        self.generate(images, fresh, simulator=simulator, code=None)
        whole = simulator.stats()["requests"] - asked - grown
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())
        self.assertLess(grown, whole / 4)

    def test_a_changed_setting_is_refused_with_the_difference(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", 2, code=None)
        done = self.generate(samples_images(), out, "--limit", 2, "--seed", 7, code=3)
        self.assertIn("seed", done.stderr)
        self.assertIn("7", done.stderr)
        # What does not make the dataset another one may change.
        self.generate(samples_images(), out, "--limit", 3, "--concurrency", 3, code=None)

    def test_two_runs_on_one_folder(self):
        simulator = self.simulator("--latency", f"fixed:{TIMEOUT}s")
        out = self.folder / "out"
        first = self.start("generate", samples_images(), "-o", out, "--base-url", simulator.url, "--model",
                           "simulated", "--timeout", 2 * TIMEOUT)
        self.wait_for_requests(simulator, 1, first)
        second = self.generate(samples_images(), out, simulator=simulator, code=2)
        self.assertIn(str(first.pid), second.stderr)

    def test_repeats_keep_their_agreement(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--repeat", 3, "--limit", 3, code=None)
        for item in read_lines(out / "dataset.jsonl"):
            self.assertEqual(item["provenance"]["repeats"], 3)
            self.assertEqual(item["provenance"]["agreement"], 1)

    def test_dry_run_sends_and_writes_nothing(self):
        simulator = self.simulator()
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--dry-run", simulator=simulator)
        self.assertRegex(done.stdout, r"\d+ items")
        self.assertRegex(done.stdout, r"calls .* if every first try passes: \d+")
        self.assertIn("estimate", done.stdout)
        self.assertFalse(out.exists())
        self.assertEqual(simulator.stats()["requests"], 0)

    def test_summary_json_is_run_json(self):
        out, summary = self.folder / "out", self.folder / "summary.json"
        self.generate(samples_images(), out, "--limit", 1, "--summary-json", summary, code=None)
        self.assertEqual(json.loads(summary.read_text()), self.report(out))

    def test_chinese(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--language", "zh", code=None)
        items = read_lines(out / "dataset.jsonl")
        self.assertGreater(len(items), 20)
        for item in items:
            self.assertRegex(item["question"], "[\u4e00-\u9fff]")

    def test_formats_follow_their_weights(self):
        for weights, kinds in (("multiple_choice:100", {"multiple_choice"}),
                               ("fill_in_blank:100", {"fill_in_blank"})):
            out = self.folder / weights.split(":")[0]
            self.generate(samples_images(), out, "--format", weights, "--limit", 4, code=None)
            found = {item["question_type"] for item in read_lines(out / "dataset.jsonl")}
            self.assertEqual(found, kinds)


if __name__ == "__main__":
    unittest.main(verbosity=2)
