"""Thousands of items: memory, resuming, batches. Quick: an endpoint of canned answers."""
import json
import unittest

from harness import SANITIZED, RunTest, read_lines, samples_images

SMALL, LARGE, IMAGES = (200, 700, 80) if SANITIZED else (1000, 8000, 600)


class Scale(RunTest):
    def questions(self, count):
        images = ["three-circles.jpg", "two-squares.png", "great-circle.jpg", "five-shapes.png"]
        path = self.folder / f"{count}.jsonl"
        with open(path, "w", encoding="utf-8") as lines:
            for number in range(count):
                lines.write(json.dumps({"id": f"q{number}", "image": str(samples_images() / images[number % 4]),
                                        "question": f"What object is shown in picture number {number}?",
                                        "question_type": "fill_in_blank"}) + "\n")
        return path

    def test_memory_does_not_grow_with_the_input(self):
        simulator = self.simulator("--answers", "canned")
        peaks = {}
        for count in (SMALL, LARGE):
            out = self.folder / f"out{count}"
            self.generate(self.questions(count), out, "--batch-size", 200, "--concurrency", 32,
                          simulator=simulator)
            report = self.report(out)
            self.assertEqual(report["items"]["accepted"], count)
            self.assertEqual(report["this_run"]["requests"], count)
            # An image is prepared again only when it was out of use for a while.
            self.assertLess(report["this_run"]["images_prepared"], count / 10)
            peaks[count] = report["this_run"]["peak_memory_kib"]
        self.assertEqual([item["id"] for item in read_lines(self.folder / f"out{LARGE}" / "dataset.jsonl")],
                         [f"q{number}" for number in range(LARGE)])
        if not SANITIZED:
            # The store's cache fills up to its fixed size, and 8 bytes are kept for an id.
            self.assertLess(peaks[LARGE] - peaks[SMALL], 12 << 10, peaks)

    def test_going_on_asks_nothing_and_reads_no_image(self):
        simulator = self.simulator("--answers", "canned")
        questions, out = self.questions(SMALL), self.folder / "out"
        self.generate(questions, out, "--concurrency", 32, simulator=simulator)
        first = (out / "dataset.jsonl").read_bytes()
        before = simulator.stats()["requests"]
        self.generate(questions, out, simulator=simulator)
        self.assertEqual(simulator.stats()["requests"], before)
        self.assertEqual(self.report(out)["this_run"]["images_prepared"], 0)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), first)

    def test_many_images_keep_the_order_of_the_folder(self):
        source = self.folder / "tiny"
        source.mkdir()
        for number in range(IMAGES):
            pixel = bytes((number % 256, number // 256 * 90, 77))
            (source / f"{number:05}.ppm").write_bytes(b"P6 8 8 255\n" + pixel * 64)
        simulator = self.simulator("--answers", "canned")
        out, other = self.folder / "out", self.folder / "other"
        self.generate(source, out, "--concurrency", 32, simulator=simulator, code=None)
        self.generate(source, other, "--concurrency", 3, "--batch-size", 1, "--image-workers", 5,
                      "--payload-memory", "1MiB", simulator=simulator, code=None)
        names = [item["image"] for item in read_lines(out / "dataset.jsonl")]
        self.assertEqual(names, sorted(names))
        self.assertGreater(len(names), 2 * IMAGES)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (other / "dataset.jsonl").read_bytes())
        failures = [[{**row, "when": None, "attempts": None} for row in read_lines(path / "failures.jsonl")]
                    for path in (out, other)]
        self.assertEqual(failures[0], failures[1])
        self.assertEqual(self.report(out)["this_run"]["images_prepared"], IMAGES)


if __name__ == "__main__":
    unittest.main(verbosity=2)
