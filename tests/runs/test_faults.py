"""Every fault of an endpoint ends in the right kind, and passing ones are healed by retries."""
import socket
import unittest

from harness import RunTest, read_lines, samples_images, some

# fault, kind in failures.jsonl, HTTP status there: the run goes on, the items end as unknown.
ITEM_FAULTS = [("400", "bad_request", 400), ("422", "unprocessable", 422), ("413", "body_too_large", 413),
               ("429", "rate_limited", 429), ("500", "server_error", 500), ("503", "overloaded", 503),
               ("reset", "connection_reset", None), ("cut", "reply_cut", None),
               ("html", "html_reply", 200), ("wrong-json", "reply_unreadable", 200),
               ("broken-json", "reply_unreadable", 200), ("stall", "timeout", None),
               ("empty", "empty_reply", 200), ("refusal", "refused", 200)]

# fault, word that the message must hold: no retry heals it, so the run stops before it wastes calls.
RUN_FAULTS = [("401", "key_wrong"), ("402", "no_money"), ("403", "key_forbidden"), ("404", "404")]


class Faults(RunTest):
    def one(self, fault, *options, **more):
        more.setdefault("environment", {"VQAGEN_API_KEY": "sk-test-0123456789"})
        simulator = self.simulator("--fault", fault)
        out = self.folder / fault.replace(":", "-")
        done = self.generate(samples_images(), out, "--retries", 0, "--limit", 2, *options,
                             simulator=simulator, **more)
        return simulator, out, done

    def test_a_failed_call_is_data(self):
        for fault, kind, status in some(ITEM_FAULTS):
            with self.subTest(fault=fault):
                options = ("--timeout", "1") if fault == "stall" else ()
                _, out, _ = self.one(fault, *options, code=1)
                failures = read_lines(out / "failures.jsonl")
                self.assertEqual(len(failures), 8)
                for failure in failures:
                    self.assertEqual(failure["verdict"], "unknown", failure)
                    self.assertEqual(failure["kind"], kind, failure)
                    if status is not None:
                        self.assertEqual(failure["http_status"], status, failure)
                    for field in ("id", "image", "stage", "message", "attempts", "when"):
                        self.assertIn(field, failure)
                self.assertEqual(read_lines(out / "dataset.jsonl"), [])
                self.assertEqual(self.report(out)["failures"], {kind: 8})

    def test_what_no_retry_heals_stops_the_run(self):
        for fault, word in some(RUN_FAULTS):
            with self.subTest(fault=fault):
                simulator, out, done = self.one(fault, code=3)
                self.assertIn(word, done.stderr)
                self.assertIn(fault, done.stderr)
                self.assertLessEqual(simulator.stats()["requests"], 2)
                self.assertEqual(self.report(out)["items"]["open"], 8)

    def test_a_stop_in_the_middle_is_code_6_and_goes_on_later(self):
        simulator = self.simulator("--fault", "402:0.05")
        out = self.folder / "out"
        codes = set()
        for _ in range(60):
            done = self.generate(samples_images(), out, "--concurrency", 2, simulator=simulator, code=None)
            codes.add(done.returncode)
            if done.returncode in (0, 1):
                break
        self.assertIn(6, codes)
        fresh = self.folder / "fresh"
        self.generate(samples_images(), fresh, simulator=self.simulator(), code=None)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_passing_faults_are_healed_without_a_trace_in_the_dataset(self):
        faults = [word for fault in ("429", "500", "503", "reset", "cut", "html", "broken-json")
                  for word in ("--fault", f"{fault}:0.03")]
        simulator = self.simulator(*faults)
        out, fresh = self.folder / "out", self.folder / "fresh"
        self.generate(samples_images(), out, "--retries", 8, "--limit", 6, simulator=simulator, code=None)
        self.generate(samples_images(), fresh, "--limit", 6, simulator=self.simulator(), code=None)
        self.assertGreater(self.report(out)["this_run"]["retries"], 0)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_structured_output_is_unlearned_once(self):
        for level, refusals in (("object", 1), ("none", 2)):
            with self.subTest(level=level):
                simulator = self.simulator("--structured", level)
                out = self.folder / level
                self.generate(samples_images(), out, "--concurrency", 1, "--limit", 4,
                              simulator=simulator, code=None)
                self.assertGreater(len(read_lines(out / "dataset.jsonl")), 0)
                self.assertEqual(simulator.stats()["by_status"].get("400", 0), refusals)

    def test_nobody_listens(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
            done = self.vqagen("generate", samples_images(), "-o", self.folder / "out", "--base-url", url,
                               "--model", "m", "--retries", 1, code=4)
        self.assertIn("connection_refused", done.stderr)

    def test_a_retry_asks_failed_items_again(self):
        simulator = self.simulator("--fault", "500:0.3")
        out = self.folder / "out"
        self.generate(samples_images(), out, "--retries", 0, simulator=simulator, code=1)
        lost = self.report(out)["items"]["unknown"]
        self.assertGreater(lost, 0)
        # Without being told to, a run leaves what is final alone.
        self.generate(samples_images(), out, simulator=simulator, code=1)
        self.assertEqual(self.report(out)["items"]["unknown"], lost)
        self.generate(samples_images(), out, "--retry", "unknown", "--retries", 8, simulator=simulator,
                      code=None)
        self.assertEqual(self.report(out)["items"]["unknown"], 0)

    def test_a_key_is_never_shown(self):
        key = "sk-secret-0123456789abcdefghij"
        simulator = self.simulator("--key", "sk-another-0123456789")
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--verbose", simulator=simulator, code=3,
                             environment={"VQAGEN_API_KEY": key})
        everything = done.stderr + done.stdout + (out / "run.json").read_text()
        everything += (out / "run.db").read_bytes().decode("latin-1")
        self.assertNotIn(key, everything)
        self.assertIn("key_wrong", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
