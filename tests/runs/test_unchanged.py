"""Going on passes over what stands; whatever changed meanwhile, the dataset is what reading everything makes."""
import json
import shutil
import sqlite3
import unittest

from harness import RunTest, read_lines, samples_images, some

COUNT, STRETCH = 1100, 1024  # items; and STRETCH_RECORDS of dataset/stretch.h
# Each in a folder of its own, which is put aside and back: a file that is copied or renamed has changed.
IMAGES = ["0/great-circle.jpg", "1/five-shapes.png", "2/two-squares.png", "3/broken.jpg"]


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


def change_image(number, sample):
    def apply(folder):
        place = folder / "images" / str(number)
        if not place.with_suffix(".kept").exists():  # the second run of two finds what the first one found
            place.rename(place.with_suffix(".kept"))
            place.mkdir()
            if sample is not None:
                shutil.copy(samples_images() / sample, folder / "images" / IMAGES[number])
    return apply


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
    "an image was written anew": (change_image(0, "three-circles.jpg"), 0),
    "an image was touched": (change_image(1, "five-shapes.png"), COUNT - STRETCH),
    "an image is gone": (change_image(2, None), COUNT - STRETCH),
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
        for name in IMAGES:
            (self.now / "images" / name).parent.mkdir(parents=True)
        for name in IMAGES[:3]:
            shutil.copy(samples_images() / name[2:], self.now / "images" / name)
        picture = (samples_images() / IMAGES[0][2:]).read_bytes()
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

    def restore(self, images=False):
        shutil.rmtree(self.now / "out")
        shutil.copytree(self.base / "out", self.now / "out")
        shutil.copy(self.base / "q.jsonl", self.now / "q.jsonl")
        for kept in (self.now / "images").glob("*.kept") if images else ():
            shutil.rmtree(kept.with_suffix(""))
            kept.rename(kept.with_suffix(""))

    def test_the_dataset_is_what_reading_everything_makes(self):
        made, unread = self.run_now()
        self.assertEqual((made["items"]["accepted"], made["items"]["rejected"]), (COUNT - 11, 11))
        self.assertEqual(unread, 0)
        shutil.copytree(self.now, self.base)
        for name, (change, expected, *options) in some(CHANGES.items()):
            with self.subTest(name):
                self.restore(images=True)
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
