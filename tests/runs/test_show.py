"""vqagen show: of a finished, a running, a killed, an empty and a read-only DIR; and of one item."""
import json
import os
import signal
import subprocess
import unittest

from harness import TIMEOUT, RunTest, read_lines, samples_images


def listing(folder):
    """Names, sizes and times of everything in a folder: what reading must not change."""
    return sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns)
                  for path in folder.iterdir() if not path.is_dir())


class Show(RunTest):
    def show(self, out, *options, code=0):
        done = self.vqagen("show", out, "--json", *options, code=code)
        return json.loads(done.stdout) if code == 0 else done

    def test_a_finished_run(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", "4", "--price", "1,2")
        before = listing(out)
        shown, report = self.show(out), self.report(out)
        items = read_lines(out / "dataset.jsonl") + read_lines(out / "failures.jsonl")
        self.assertEqual(shown["items"], len(items))
        self.assertEqual(shown["states"]["accepted"], report["items"]["accepted"])
        self.assertFalse(shown["running"])
        self.assertEqual(shown["ended"], report["ended"])
        by_topic = {}
        for item in items:
            by_topic[item["topic"] or "-"] = by_topic.get(item["topic"] or "-", 0) + 1
        self.assertEqual({name: sum(states.values()) for name, states in shown["topics"].items()},
                         by_topic)
        totals = report["all_runs"]
        self.assertEqual(shown["tokens"]["input"], totals["input_tokens"])
        self.assertEqual(shown["cost_usd"], totals["cost_usd"])
        for part in ("minutes", "endpoints"):
            self.assertEqual(sum(row["replies"] for row in shown[part]), totals["replies"], part)
            self.assertEqual(sum(row["input_tokens"] for row in shown[part]), totals["input_tokens"])
        self.assertEqual(sum(row["items"] for row in shown["minutes"]), len(items))
        self.assertLessEqual(shown["latency_ms"]["p50"], shown["latency_ms"]["p99"])
        latencies = [row["latency_ms"] for row in shown["slowest"]]
        self.assertEqual(latencies, sorted(latencies, reverse=True))
        text = self.vqagen("show", out, code=0).stdout
        self.assertIn(f"{len(items)} items  {shown['states']['accepted']} accepted", text)
        self.assertIn("builtin", text)
        self.assertEqual(listing(out), before)

    def test_one_item(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", "1")
        record = read_lines(out / "dataset.jsonl")[0]
        shown = self.show(out, "--item", record["id"])
        self.assertEqual(shown["record"], record)
        self.assertEqual(shown["state"], "accepted")
        self.assertTrue(all(call["text"] for call in shown["calls"]))
        self.assertTrue({call["key"] for call in shown["calls"]} & set(record["provenance"]["calls"]))
        text = self.vqagen("show", out, "--item", record["id"], code=0).stdout
        self.assertIn(record["question"], text)
        self.assertIn("reply:", text)
        done = self.vqagen("show", out, "--item", "nobody", code=2)
        self.assertIn("no item is called nobody", done.stderr)

    def test_keys_and_controls_are_not_shown(self):
        simulator = self.simulator("--key", "sk-right-key-0123456789")
        out = self.folder / "out"
        key = {"VQAGEN_API_KEY": "sk-right-key-0123456789"}
        questions = self.folder / "questions.json"
        image = str(samples_images() / "five-shapes.png")
        questions.write_text(json.dumps([{"id": "a\x1b[31mb", "image": image, "question": "How many?",
                                          "type": "fill_in_blank"}]))
        self.generate(questions, out, simulator=simulator, environment=key, code=None)
        for options in ([], ["--item", "a\x1b[31mb"]):
            text = self.vqagen("show", out, *options, code=0).stdout
            self.assertNotIn("\x1b", text)
            self.assertNotIn("sk-right-key-0123456789", text)

    def run_at(self, simulator, out, *options):
        return self.start("generate", samples_images(), "-o", out, "--base-url", simulator.url, "--model", "m",
                          *options, stderr=subprocess.DEVNULL)

    def shown_replies(self, out):
        """What is shown when a few replies have come; before that, None."""
        done = self.vqagen("show", out, "--json", code=None)
        shown = json.loads(done.stdout) if done.returncode == 0 else {"replies": 0}
        return shown if shown["replies"] >= 3 else None

    def test_while_running_and_after_a_kill(self):
        # Slow enough to be looked at: such a run takes half a minute.
        slow, quick = (self.simulator("--answers", "canned", "--latency", f"fixed:{latency}") for latency in (0.5, 0))
        out, other = self.folder / "out", self.folder / "other"
        process = self.run_at(slow, out, "-c", "2")
        shown = self.wait_until(lambda: self.shown_replies(out), "a few replies", process)
        self.assertTrue(shown["running"])
        self.assertIsNone(shown["ended"])
        self.assertIn("a run is going on", self.vqagen("show", out, code=0).stdout)
        follow = self.start("show", out, "--follow", "--json", stdout=subprocess.PIPE)
        first = follow.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertTrue(json.loads(first)["running"])
        last = follow.communicate(timeout=TIMEOUT)[0].splitlines()[-1]  # it ends with the run
        self.assertEqual(follow.returncode, 0)
        self.assertFalse(json.loads(last)["running"])
        names = sorted(path.name for path in out.iterdir())
        shown = self.show(out)
        self.assertFalse(shown["running"])
        self.assertGreater(shown["replies"], 2)
        for part in ("minutes", "endpoints"):  # all that was received is in the sums, whenever the kill came
            self.assertEqual(sum(row["replies"] for row in shown[part]), shown["replies"], part)
        self.assertEqual(len(shown["slowest"]), min(shown["replies"], 10))
        self.assertGreater(shown["states"]["open"], 0)
        self.assertEqual(sorted(path.name for path in out.iterdir()), names)
        # What was shown did no harm: the run goes on to what an undisturbed one makes.
        for folder in (out, other):
            done = self.run_at(quick, folder, "-c", "16").wait()
            self.assertLessEqual(done, 1)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (other / "dataset.jsonl").read_bytes())

    def test_a_read_only_folder(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", "1")
        for path in [out, *out.iterdir()]:
            os.chmod(path, 0o555 if path.is_dir() else 0o444)
        self.addCleanup(os.chmod, out, 0o755)
        self.assertGreater(self.show(out)["items"], 0)

    def test_what_is_no_run(self):
        empty = self.folder / "empty"
        empty.mkdir()
        done = self.show(empty, code=2)
        self.assertIn("no run.db", done.stderr)
        self.assertEqual(list(empty.iterdir()), [])
        self.assertIn("DIR is missing", self.vqagen("show", code=2).stderr)
        (empty / "run.db").write_bytes(b"no database" * 1000)
        self.assertIn("run.db", self.show(empty, code=5).stderr)

    def test_an_empty_run(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", "1", "--price", "1,1", "--max-cost", "0", code=6)
        shown = self.show(out)
        self.assertEqual(shown["states"]["open"], shown["items"])
        self.assertEqual((shown["replies"], shown["latency_ms"], shown["minutes"]), (0, None, []))
        self.assertIn("--max-cost", shown["stopped_by"])
        self.assertIn("0 accepted", self.vqagen("show", out, code=0).stdout)


if __name__ == "__main__":
    unittest.main()
