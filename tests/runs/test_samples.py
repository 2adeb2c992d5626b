"""The samples: every question file runs with the built-in model, whose every answer is true.

The truth is samples/truth.jsonl; truth.py judges by it. A question that truth.py does not know, or
a truth that is not clear, fails here too, so that nothing goes by unjudged.
"""
import hashlib
import os
import unittest
from collections import Counter

import truth
from harness import SAMPLES, RunTest, read_lines, samples_images

QUESTION_FILES = ["questions.json", "questions.jsonl", "questions.csv", "python-system.jsonl"]
# With these the built-in model asks in every form it has, in both languages and types.
SEEDS = range(1, 1 + int(os.environ.get("VQAGEN_TEST_SEEDS", "3")))
PER_IMAGE = 12 if len(SEEDS) > 1 else 5  # fewer where a sanitizer looks on


class Samples(RunTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.samples = truth.load(SAMPLES / "truth.jsonl")
        cls.by_digest = {hashlib.sha256(path.read_bytes()).hexdigest(): cls.samples[path.name]
                         for path in samples_images().iterdir()}

    def judge(self, items, language):
        """Fails with everything that is wrong; returns the forms met and the number of options."""
        faults, met, options = [], Counter(), 0
        for item in items:
            try:
                found, form, count = truth.judge(self.by_digest[item["image_sha256"]], item, language)
                met[form] += 1
                options += count
            except truth.Unjudged as unclear:
                found = [f"not judged: {unclear}"]
            faults += [f"{item['id']}: {item['question']}: {fault}" for fault in found]
        self.assertEqual(faults, [], "\n" + "\n".join(faults[:20]))
        return met, options

    def run_all(self, language):
        items = []
        for seed in SEEDS:
            for form in ("multiple_choice", "fill_in_blank"):
                out = self.folder / f"{language}-{seed}-{form}"
                self.generate(samples_images(), out, "--language", language, "--seed", seed,
                              "--per-image", PER_IMAGE, "--format", form)
                self.assertEqual(read_lines(out / "failures.jsonl"), [])
                items += read_lines(out / "dataset.jsonl")
        self.assertEqual(len(items), len(self.samples) * PER_IMAGE * 2 * len(SEEDS))
        return items

    def check_language(self, language):
        items = self.run_all(language)
        met, options = self.judge(items, language)
        print(f"{language}: {len(items)} answers and {options} wrong options held against the truth, "
              f"{len(met)} forms of question", flush=True)
        never = [form[2][0] for number, form in enumerate(truth.FORMS) if number not in met]
        if len(SEEDS) >= 3:  # fewer do not draw every form
            self.assertEqual(never, [], "these forms were never asked")
        return items

    def test_english_answers_are_true_and_wrong_options_wrong(self):
        self.check_language("en")

    def test_chinese_answers_are_true_and_wrong_options_wrong(self):
        self.check_language("zh")

    def test_the_judge_sees_every_wrong_answer(self):
        # An item whose key is moved to a wrong option must be found out, whatever its form.
        moved = Counter()
        for language in ("en", "zh"):
            out = self.folder / language
            self.generate(samples_images(), out, "--language", language, "--per-image", PER_IMAGE,
                          "--format", "multiple_choice")
            for item in read_lines(out / "dataset.jsonl"):
                sample = self.by_digest[item["image_sha256"]]
                for letter, text in item["options"].items():
                    if letter == item["answer"]:
                        continue
                    other = {**item, "answer": letter, "answer_text": text, "correct_option": text}
                    try:
                        found, _, _ = truth.judge(sample, other, language)
                    except truth.Unjudged:
                        found = ["not judged"]
                    self.assertNotEqual(found, [], f"{item['id']}: {item['question']}: {text} passed")
                    moved[item["topic"]] += 1
        self.assertEqual(set(moved), truth.TOPICS)

    def test_question_files_run_clean(self):
        for name in QUESTION_FILES:
            out = self.folder / name
            self.generate(SAMPLES / name, out, code=0)
            self.assertEqual(read_lines(out / "failures.jsonl"), [], name)
            items = read_lines(out / "dataset.jsonl")
            self.assertGreaterEqual(len(items), 4, name)
            self.judge(items, "en")
        datasets = [(self.folder / name / "dataset.jsonl").read_text() for name in QUESTION_FILES[:3]]
        self.assertEqual(datasets[0], datasets[1])
        self.assertEqual(datasets[0], datasets[2])

    def test_the_settings_file_runs(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--settings", SAMPLES / "settings.yaml", code=0)
        items = read_lines(out / "dataset.jsonl")
        self.judge(items, "en")
        settings = self.report(out)["settings"]
        self.assertEqual(len(items), len(self.samples) * int(settings["per-image"]["value"]))

    def test_each_sample_has_its_truth(self):
        self.assertEqual({path.name for path in samples_images().iterdir()}, set(self.samples))


if __name__ == "__main__":
    unittest.main(verbosity=2)
