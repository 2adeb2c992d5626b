"""Going on passes over what stands; whatever changed meanwhile, the dataset is what reading everything makes."""
import json
import os
import shutil
import sqlite3
import unittest

from harness import RunTest, read_lines, samples_images, some

COUNT, STRETCH = 1100, 1024  # items; and STRETCH_RECORDS of dataset/stretch.h
IMAGES = ["great-circle.jpg", "five-shapes.png", "two-squares.png", "broken.jpg"]


def record(number):
    return {"id": f"q{number}", "image": f"images/{IMAGES[3 if number % 100 == 7 else number // 300 % 3]}",
            "question": f"What object is shown in picture number {number}?", "question_type": "fill_in_blank"}


def line(number, **changes):
    return json.dumps({**record(number), **changes}) + "\n"


def change_lines(change):
    """A change of the input's lines, as a function of the folder."""
    def apply(folder):
        path = folder / "q.jsonl"
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))
    return apply


def set_line(at, **changes):
    return change_lines(lambda lines: lines[:at] + [line(at, **changes)] + lines[at + 1:])


def change_store(sql):
    def apply(folder):
        with sqlite3.connect(folder / "out/run.db") as database:
            database.execute(sql)
        database.close()
    return apply


def touch_image(folder):
    os.utime(folder / "images" / IMAGES[1], ns=(1, 1))


def replace_image(folder):
    shutil.copy(samples_images() / "three-circles.jpg", folder / "images" / IMAGES[0])


def remove_outputs(folder):
    (folder / "out/dataset.jsonl").unlink()
    (folder / "out/failures.jsonl").unlink()


# What happens between two runs, how many items the second one need not read, and its options.
CHANGES = {
    "nothing": (lambda folder: None, COUNT),
    "the input grew": (change_lines(lambda lines: lines + [line(COUNT), line(COUNT + 1)]), COUNT),
    "the last line was edited": (set_line(COUNT - 1, question="What else is shown?"), STRETCH),
    "a line was edited": (set_line(5, question="What else is shown?"), COUNT - STRETCH),
    "a line got an id that comes later": (set_line(5, id=f"q{COUNT - 3}"), 0),
    "a line lost its id to a later one": (set_line(COUNT - 3, id="q5"), STRETCH),
    "the input was shortened": (change_lines(lambda lines: lines[:-5]), STRETCH),
    "a line is gone": (change_lines(lambda lines: lines[:3] + lines[4:]), 0),
    "a blank line came": (change_lines(lambda lines: ["\n"] + lines), 0),
    "the order is another": (change_lines(lambda lines: lines[::-1]), 0),
    "an image was written anew": (replace_image, 0),
    "an image was touched": (touch_image, COUNT - STRETCH),
    "an image is gone": (lambda folder: (folder / "images" / IMAGES[2]).unlink(), COUNT - STRETCH),
    "the output is gone": (remove_outputs, COUNT),
    "a limit": (lambda folder: None, STRETCH, "--limit", STRETCH + 20),
    "failed items are taken up again": (lambda folder: None, 0, "--retry", "rejected"),
    "an item is open again": (change_store("UPDATE items SET state = 0 WHERE id = 'q9'"), COUNT - STRETCH),
    "an item was of another image": (change_store("UPDATE items SET fingerprint = zeroblob(32) WHERE id = 'q9'"),
                                     COUNT - STRETCH),
    "a stretch is damaged": (change_store("UPDATE stretches SET ids = zeroblob(length(ids)) WHERE record = 0"),
                             COUNT - STRETCH),
    "another vqagen noted it": (change_store("UPDATE stretches SET digest = zeroblob(32)"), 0),
}


class Unchanged(RunTest):
    def setUp(self):
        super().setUp()
        self.endpoint = self.simulator("--answers", "canned")
        self.base, self.now = self.folder / "base", self.folder / "now"
        (self.now / "images").mkdir(parents=True)
        for name in IMAGES[:3]:
            shutil.copy(samples_images() / name, self.now / "images" / name)
        picture = (samples_images() / IMAGES[0]).read_bytes()
        (self.now / "images" / IMAGES[3]).write_bytes(picture[:300])
        (self.now / "q.jsonl").write_text("".join(map(line, range(COUNT))))

    def run_now(self, *options):
        """What one run makes of the folder, and how many items it took unread."""
        self.generate(self.now / "q.jsonl", self.now / "out", *options, simulator=self.endpoint, code=None)
        report = self.report(self.now / "out")
        self.assertEqual(report["items"]["open"], 0)
        failures = [{**row, "when": None, "attempts": None} for row in read_lines(self.now / "out/failures.jsonl")]
        return {"dataset": (self.now / "out/dataset.jsonl").read_text(), "failures": failures,
                "items": report["items"], "requests": report["this_run"]["requests"]}, \
            report["this_run"]["finished_unread"]

    def restore(self):
        if self.now.exists():
            shutil.rmtree(self.now)
        shutil.copytree(self.base, self.now)

    def test_the_dataset_is_what_reading_everything_makes(self):
        made, unread = self.run_now()
        self.assertEqual((made["items"]["accepted"], made["items"]["rejected"]), (COUNT - 11, 11))
        self.assertEqual(unread, 0)
        self.now.rename(self.base)
        for name, (change, expected, *options) in some(CHANGES.items()):
            with self.subTest(name):
                self.restore()
                change(self.now)
                made, unread = self.run_now(*options)
                # What had to be read is noted again, but for records that cannot be used.
                again = self.run_now() if expected == COUNT - STRETCH and made["items"]["rejected"] == 11 else None
                self.restore()
                change(self.now)
                change_store("DELETE FROM stretches")(self.now)
                wanted, none = self.run_now(*options)
                self.assertEqual(made, wanted)
                self.assertEqual((unread, none), (expected, 0))
                if again is not None:
                    self.assertEqual(again, ({**made, "requests": 0}, COUNT))


if __name__ == "__main__":
    unittest.main(verbosity=2)
