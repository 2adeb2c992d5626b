"""Every form of input: folders, one image, JSON, JSONL, CSV, standard input; every way to give an image."""
import base64
import csv
import functools
import http.server
import json
import shutil
import threading
import unittest

from harness import RunTest, read_lines, samples_images

QUESTION = "What is the dominant colour of the picture?"


class Inputs(RunTest):
    def setUp(self):
        super().setUp()
        self.images = sorted(path for path in samples_images().iterdir() if path.is_file())
        self.jpeg = next(path for path in self.images if path.suffix == ".jpg")

    def run_on(self, source, *options, code=None, **more):
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        done = self.generate(source, out, *options, code=code, **more)
        return read_lines(out / "dataset.jsonl"), read_lines(out / "failures.jsonl"), done

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def given(self, **more):
        """A record that needs no call: question, answer and options are given."""
        return {"image": str(self.jpeg), "question": QUESTION, "answer": "red",
                "options": ["red", "blue", "green", "grey"], **more}

    def test_one_image(self):
        items, failures, _ = self.run_on(self.jpeg)
        self.assertEqual({item["image"] for item in items}, {self.jpeg.name})
        self.assertEqual(len(items) + len(failures), 4)

    def test_a_folder_is_searched_and_content_decides(self):
        tree = self.folder / "tree"
        (tree / "a" / "b").mkdir(parents=True)
        shutil.copy(self.jpeg, tree / "a" / "b" / "no-suffix")
        shutil.copy(self.jpeg, tree / "z.txt")
        (tree / "page.jpg").write_text("<html><body>404</body></html>")
        (tree / "notes.txt").write_text("not a picture")
        (tree / "loop").symlink_to(tree)
        items, failures, _ = self.run_on(tree)
        self.assertEqual({item["image"] for item in items}, {"a/b/no-suffix", "z.txt"})
        # What is no image, but named like one, is told of.
        self.assertEqual({failure["image"] for failure in failures if failure["stage"] == "image"}, {"page.jpg"})
        self.assertIn("HTML", next(failure["message"] for failure in failures if failure["image"] == "page.jpg"))

    def test_records_in_every_form(self):
        records = [self.given(id=f"q{number}") for number in range(3)]
        rows = self.folder / "questions.csv"
        with open(rows, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "image", "question", "answer", "options"])
            for record in records:
                writer.writerow([record["id"], record["image"], record["question"], record["answer"],
                                 json.dumps(record["options"])])
        forms = [self.write("questions.json", json.dumps(records, indent=1)),
                 self.write("questions.jsonl", "".join(json.dumps(r) + "\n" for r in records)), rows]
        datasets = []
        for path in forms:
            items, failures, _ = self.run_on(path, code=0)
            self.assertEqual([item["id"] for item in items], ["q0", "q1", "q2"], path.name)
            datasets.append(items)
        self.assertEqual(datasets[0], datasets[1])
        self.assertEqual(datasets[0], datasets[2])
        items, _, _ = self.run_on("-", code=0, input=json.dumps(records))
        self.assertEqual([item["id"] for item in items], ["q0", "q1", "q2"])

    def test_what_is_missing_is_asked(self):
        record = {"id": "q", "image": str(self.jpeg), "question": QUESTION,
                  "question_type": "multiple_choice"}
        items, failures, _ = self.run_on(self.write("q.json", json.dumps([record])), code=0)
        self.assertEqual(failures, [])
        self.assertEqual(items[0]["question"], QUESTION)
        self.assertEqual(len(items[0]["options"]), 4)

    def test_images_as_base64_are_kept(self):
        code = base64.b64encode(self.jpeg.read_bytes()).decode()
        forms = [{"image": code}, {"image": "data:image/jpeg;base64," + code}, {"image_base64": code},
                 {"img_base64": code}, {"base64": code}, {"image_b64": code}, {"img_b64": code},
                 {"jpg": code}, {"source_a": {"image_base64": code}}]
        records = [{"id": f"q{number}", "question": QUESTION, "answer": "red",
                    "options": ["red", "blue", "green"], **form} for number, form in enumerate(forms)]
        items, failures, _ = self.run_on(self.write("q.json", json.dumps(records)), code=0)
        self.assertEqual(failures, [])
        self.assertEqual(len(items), len(forms))
        for item in items:
            kept = self.folder / "out" / item["image"]
            self.assertEqual(kept.read_bytes(), self.jpeg.read_bytes())

    def test_paths_as_the_python_system_writes_them(self):
        forms = [{"image_path": str(self.jpeg)}, {"image_input": str(self.jpeg)},
                 {"image_url": str(self.jpeg)}, {"source_a": {"image_path": str(self.jpeg)}}]
        records = [{"id": f"q{number}", "question": QUESTION, "answer": "red",
                    "options": ["red", "blue", "green"], "pipeline_type": "position", **form}
                   for number, form in enumerate(forms)]
        items, failures, _ = self.run_on(self.write("q.json", json.dumps(records)), code=0)
        self.assertEqual(failures, [])
        self.assertEqual({item["topic"] for item in items}, {"position"})

    def test_images_by_url_are_fetched_once(self):
        requests = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                requests.append(self.path)
                super().do_GET()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(samples_images())))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        base = f"http://127.0.0.1:{server.server_port}/"
        source = self.write("q.jsonl", json.dumps(self.given(id="a", image=base + self.jpeg.name)) + "\n" +
                            json.dumps(self.given(id="b", image=base + "missing.jpg")) + "\n")
        out = self.folder / "urls"
        for _ in range(2):
            self.generate(source, out, "--retries", 0, code=1)
        items, failures = read_lines(out / "dataset.jsonl"), read_lines(out / "failures.jsonl")
        self.assertEqual([item["id"] for item in items], ["a"])
        self.assertEqual((out / items[0]["image"]).read_bytes(), self.jpeg.read_bytes())
        self.assertEqual(failures[0]["kind"], "image_unreachable")
        self.assertIn("404", failures[0]["message"])
        self.assertEqual(requests.count("/" + self.jpeg.name), 1)

    def test_a_bad_record_is_a_failed_item_with_its_line(self):
        lines = [json.dumps(self.given(id="good")), "{not json", json.dumps({"id": "no image"}),
                 json.dumps(self.given(id="lost", image="nowhere.jpg")), json.dumps(self.given(id="good")),
                 json.dumps(self.given(id="last"))]
        items, failures, done = self.run_on(self.write("q.jsonl", "\n".join(lines)), code=1)
        self.assertEqual([item["id"] for item in items], ["good", "last"])
        self.assertIn("Of the rejected, 4 were never asked about", done.stderr)
        self.assertNotIn("--retry", done.stderr)
        self.assertEqual([failure["line"] for failure in failures], [2, 3, 4, 5])
        for failure in failures:
            self.assertEqual(failure["stage"], "input")
            self.assertEqual(failure["verdict"], "rejected")

    def test_an_image_is_prepared_once_for_all_its_records(self):
        code = base64.b64encode(self.images[0].read_bytes()).decode()
        records = [{"id": f"q{number}", "image": image, "question": QUESTION,
                    "question_type": "fill_in_blank"}
                   for number, image in enumerate([str(self.jpeg), code, str(self.jpeg), code] * 3)]
        self.run_on(self.write("q.json", json.dumps(records)), code=0)
        self.assertEqual(self.report(self.folder / "out")["this_run"]["images_prepared"], 2)

    def test_claims_and_given_values(self):
        record = {"id": "c", "image": str(self.jpeg), "pipeline_name": "position",
                  "prefill": {"claim": "The [OBJECT_A] is at the [POSITION] of the picture",
                              "prefilled_values": {"OBJECT_A": "largest shape"}}}
        items, failures, _ = self.run_on(self.write("q.json", json.dumps([record])))
        self.assertEqual(len(items) + len(failures), 1)
        for item in items:
            self.assertEqual(item["claim"], record["prefill"]["claim"])
            self.assertEqual(item["topic"], "position")

    def test_damaged_pictures_are_named(self):
        tree = self.folder / "tree"
        tree.mkdir()
        whole = self.jpeg.read_bytes()
        (tree / "a.jpg").write_bytes(whole)
        (tree / "b.jpg").write_bytes(whole[:len(whole) // 2])
        items, failures, _ = self.run_on(tree, code=1)
        self.assertEqual({failure["image"] for failure in failures if failure["stage"] == "image"},
                         {"b.jpg"})
        self.assertEqual({failure["kind"] for failure in failures if failure["image"] == "b.jpg"},
                         {"image_unusable"})

    def test_inputs_that_are_none(self):
        done = self.generate(self.folder / "nothing", self.folder / "out", code=2)
        self.assertIn("nothing", done.stderr)
        empty = self.folder / "empty"
        empty.mkdir()
        items, failures, done = self.run_on(empty, code=0)
        self.assertEqual((items, failures), ([], []))
        self.assertIn("empty holds no image", done.stderr)

    def test_own_topics_from_the_settings_file(self):
        settings = self.write("vqagen.yaml", "per_image: 2\nown_topics:\n"
                              "  - name: brightness\n    intent: Ask how bright the picture is.\n"
                              "    answer_type: a word\n")
        done = self.generate(self.jpeg, self.folder / "out", "--settings", settings, "--topics",
                             "brightness", "--dry-run")
        self.assertIn("Ask how bright the picture is.", done.stdout)
        self.assertIn("2 items", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
