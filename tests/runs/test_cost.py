"""What a run costs: told, limited, and never above the limit; and the probe of whether a model sees."""
import http.server
import json
import re
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from harness import RunTest, clean_environment, read_lines, samples_images


def question_of(body):
    """The text and whether there is an image, of a chat completion's body."""
    content = body["messages"][-1]["content"]
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    text = " ".join(part.get("text", "") for part in parts)
    return text, any(part.get("type") == "image_url" for part in parts)


class Imposter:
    """An endpoint whose model answers without looking. `say` makes the answer to a prompt; without
    usage when `usage` is false."""

    def __init__(self, say, usage=True):
        imposter = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text, image = question_of(body)
                imposter.asked.append(text)
                reply = {"id": "x", "object": "chat.completion", "model": body["model"], "choices": [
                    {"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": say(text, image)}}]}
                if usage:
                    reply["usage"] = {"prompt_tokens": 500, "completion_tokens": 20}
                data = json.dumps(reply).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def store(out):
    return sqlite3.connect(f"file:{out}/run.db?mode=ro", uri=True)


def spent(out):
    """Dollars, from the rows themselves and not from the sums."""
    with store(out) as database:
        return database.execute("SELECT coalesce(sum(cost_nano), 0) FROM calls"
                                " WHERE cost_nano > 0").fetchone()[0] / 1e9


class Cost(RunTest):
    price = ["--price", "3,15"]

    def test_cost_is_tokens_times_price(self):
        simulator = self.simulator()
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--limit", "3", *self.price, simulator=simulator)
        report = self.report(out)
        totals = report["all_runs"]
        wanted = (totals["input_tokens"] * 3 + totals["output_tokens"] * 15) / 1e6
        self.assertGreater(wanted, 0)
        self.assertAlmostEqual(totals["cost_usd"], wanted, delta=1e-7)
        self.assertAlmostEqual(report["this_run"]["cost_usd"], wanted, delta=1e-7)
        self.assertAlmostEqual(spent(out), wanted, delta=1e-7)
        self.assertEqual(report["this_run"]["prices"][0]["source"], "--price")
        self.assertRegex(done.stderr, r"cost \$0\.\d+ \(prices of --price\)")
        self.assertGreater(totals["image_tokens"], 0)
        # Going on costs nothing, and says what was spent before.
        again = self.generate(samples_images(), out, "--limit", "3", *self.price, simulator=simulator)
        self.assertEqual(self.report(out)["this_run"]["cost_usd"], 0)
        self.assertIn("with earlier runs", again.stderr)

    def test_cached_input_costs_its_own_price(self):
        simulator = self.simulator()
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", "2", "--price", "3,0.3,15",
                      simulator=simulator)
        with store(out) as database:
            rows = database.execute("SELECT input_tokens, max(cached_tokens, 0), output_tokens,"
                                    " cost_nano FROM calls").fetchall()
        for tokens_in, cached, tokens_out, cost in rows:
            wanted = 1000 * ((tokens_in - cached) * 3 + cached * 0.3 + tokens_out * 15)
            self.assertLessEqual(abs(cost - wanted), 1)

    def test_a_server_of_ones_own_costs_nothing(self):
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--limit", "1")
        self.assertNotIn("cost", done.stderr)
        self.assertEqual(self.report(out)["all_runs"]["cost_usd"], 0)
        self.assertEqual(self.report(out)["all_runs"]["replies_without_price"], 0)

    def test_never_above_the_limit(self):
        simulator = self.simulator("--answers", "canned", "--latency", "uniform:0,0.003")
        whole = self.folder / "whole"
        self.generate(samples_images(), whole, "--limit", "4", *self.price, simulator=simulator,
                      code=None)
        everything = spent(whole)
        for concurrency in (1, 64):
            out = self.folder / f"out{concurrency}"
            run = ["--limit", "4", "-c", concurrency, *self.price]
            limit, stops = everything / 3, 0
            while limit < 40 * everything:
                done = self.generate(samples_images(), out, *run, "--max-cost", f"{limit:.6f}",
                                     simulator=simulator, code=None)
                self.assertLessEqual(spent(out), limit, f"at concurrency {concurrency}")
                if done.returncode != 6:
                    break
                stops += 1
                self.assertIn("a higher --max-cost goes on", done.stderr)
                self.assertFalse((out / "dataset.jsonl").exists())
                limit *= 2
            self.assertGreaterEqual(stops, 1)
            self.assertLessEqual(done.returncode, 1, done.stderr[-2000:])
            for name in ("dataset.jsonl", "failures.jsonl"):
                there = [folder / name for folder in (out, whole) if (folder / name).exists()]
                self.assertEqual(len({path.read_bytes() for path in there}), min(len(there), 1))

    def test_a_limit_of_nothing_asks_nothing(self):
        simulator = self.simulator()
        done = self.generate(samples_images(), self.folder / "out", *self.price, "--max-cost", "0",
                             simulator=simulator, code=6)
        self.assertEqual(simulator.stats()["requests"], 0)
        self.assertIn("may cost up to $", done.stderr)

    def test_requests_that_bring_no_reply_count(self):
        simulator = self.simulator("--fault", "stall:1")
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--limit", "1", "-n", "1", *self.price,
                             "--timeout", "1", "--retries", "0", simulator=simulator, code=None)
        self.assertGreater(self.report(out)["all_runs"]["cost_beside_replies_usd"], 0)
        self.assertIn("brought no reply", done.stderr)

    def test_without_usage_the_most_counts(self):
        imposter = Imposter(lambda text, image: "no idea", usage=False)
        self.addCleanup(imposter.stop)
        out = self.folder / "out"
        self.vqagen("generate", samples_images(), "-o", out, "--base-url", imposter.url, "--model",
                    "m", "--limit", "1", "-n", "1", *self.price, code=None)
        with store(out) as database:
            calls, least = database.execute("SELECT count(*), min(cost_nano) FROM calls").fetchone()
        self.assertGreaterEqual(calls, 1)
        self.assertGreaterEqual(least, 15 * 1000 * 100)  # an answer of at least a hundred tokens

    def test_without_usage_calls_are_in_flight_together_under_a_limit(self):
        simulator = self.simulator("--fault", "no-usage", "--latency", "fixed:0.1")
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--limit", "4", "-c", 16, *self.price, "--max-cost", "2",
                             simulator=simulator, code=None)
        report = self.report(out)["this_run"]
        self.assertGreater(report["most_in_flight"], 4)
        self.assertEqual(done.stderr.count("do not tell their tokens"), 1, done.stderr)
        self.assertEqual(report["replies_without_tokens"], report["calls"])
        self.assertIn(f"{report['calls']} replies told no tokens", done.stderr)
        # The estimate is never exceeded either.
        self.generate(samples_images(), out, "--limit", "16", "-c", 16, *self.price, "--max-cost",
                      f"{1.3 * spent(out):.4f}", simulator=simulator, code=6)
        self.assertLessEqual(spent(out), 1.3 * report["cost_usd"] + 1e-4)

    def test_unknown_prices(self):
        arguments = ["--base-url", "https://models.example.com/v1", "--model", "nobody-knows-me"]
        key = {"VQAGEN_API_KEY": "sk-test-key-0123456789"}
        done = self.vqagen("generate", samples_images(), "-o", self.folder / "out", *arguments,
                           "--max-cost", "1", environment=key, code=3)
        self.assertIn("the price of nobody-knows-me", done.stderr)
        self.assertIn("--price INPUT,OUTPUT", done.stderr)
        shown = self.vqagen("generate", samples_images(), "--dry-run", "--limit", "1", *arguments,
                            environment=key, code=0)
        self.assertIn("price unknown", shown.stdout)

    def test_dry_run_says_that_it_counts_before_screening(self):
        words = "before screening: it counts every image"
        for screen, told in (("skip", True), ("report", False), ("off", False)):
            done = self.vqagen("generate", samples_images(), "--dry-run", "--endpoint", "builtin", "--screen", screen, code=0)
            self.assertEqual(words in done.stdout, told, done.stdout)

    def test_dry_run_estimates(self):
        arguments = ["--endpoint", "openai", "--model", "gpt-4.1", "--limit", "2"]
        done = self.vqagen("generate", samples_images(), "--dry-run", *arguments, code=0)
        self.assertRegex(done.stdout, r"cost, an estimate: about \$0\.\d+ .*2026-07-01")
        dear = self.vqagen("generate", samples_images(), "--dry-run", *arguments, "--price",
                           "2000,8000", code=0)
        amount = [float(re.search(r"about \$([\d.]+)", text.stdout)[1]) for text in (done, dear)]
        self.assertAlmostEqual(amount[1] / amount[0], 1000, delta=150)

    def test_price_file(self):
        prices = self.folder / "prices.yaml"
        prices.write_text("- {model: \"sim*\", input: 1, output: 2, date: 2026-11-20, source: me}\n")
        simulator = self.simulator()
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--limit", "1", "--prices", prices,
                             simulator=simulator)
        self.assertIn("(prices of 2026-11-20, me)", done.stderr)
        prices.write_text("- {model: a, inputs: 1, output: 2}\n")
        done = self.generate(samples_images(), out, "--prices", prices, simulator=simulator, code=3)
        self.assertIn("line 1", done.stderr)
        self.assertIn("did you mean input", done.stderr)
        self.generate(samples_images(), out, "--price", "cheap", simulator=simulator, code=2)


class Probe(RunTest):
    def imposter(self, say):
        imposter = Imposter(say)
        self.addCleanup(imposter.stop)
        return imposter

    def run_at(self, url, *options, code, name="out"):
        return self.vqagen("generate", samples_images(), "-o", self.folder / name, "--base-url", url,
                           "--model", "m", "--limit", "1", "-n", "1", *options, code=code)

    def test_a_model_that_sees_passes_and_is_remembered(self):
        simulator = self.simulator("--seed", "4")
        out = self.folder / "out"
        done = self.generate(samples_images(), out, "--limit", "1", "-n", "1", "--probe", "always",
                             "--price", "1,2", simulator=simulator)
        self.assertRegex(done.stderr, r"probe: simulated at \S+ sees \(1 small call")
        with store(out) as database:
            self.assertEqual(database.execute("SELECT verdict FROM probes").fetchall(), [("seen",)])
        self.assertGreater(self.report(out)["all_runs"]["cost_beside_replies_usd"], 0)

    def test_pictures_differ(self):
        seen = self.imposter(lambda text, image: "red, green, blue, yellow, black")
        for name in ("a", "b"):
            done = self.run_at(seen.url, "--probe", "always", code=None, name=name)
            if done.returncode == 3:
                return
        self.fail("a fixed answer passed twice")  # of two pictures each: once in 3,000 times

    def test_an_endpoint_that_invents_is_refused(self):
        imposter = self.imposter(lambda text, image: "purple, purple, purple, purple, purple")
        done = self.run_at(imposter.url, "--probe", "always", code=3)
        self.assertEqual(len(imposter.asked), 2)
        self.assertIn("invents an answer", done.stderr)
        self.assertIn("purple, purple, purple", done.stderr)
        self.assertRegex(done.stderr, r"where \w+, \w+, \w+, \w+, \w+ was right")
        self.assertIn("--probe never", done.stderr)
        # Nothing was asked for the dataset, and the next run asks the probe again.
        with store(self.folder / "out") as database:
            self.assertEqual(database.execute("SELECT count(*) FROM calls").fetchone()[0], 0)
        self.run_at(imposter.url, "--probe", "always", code=3)

    def test_an_endpoint_that_sees_nothing_is_refused(self):
        imposter = self.imposter(lambda text, image: "I'm sorry, I can't see any image.")
        done = self.run_at(imposter.url, "--probe", "always", code=3)
        self.assertIn("says that there is no image", done.stderr)

    def test_an_unclear_answer_is_warned_of(self):
        imposter = self.imposter(lambda text, image: "forty-two")
        done = self.run_at(imposter.url, "--probe", "always", code=None)
        self.assertNotEqual(done.returncode, 3)
        self.assertIn("whether it sees is not clear", done.stderr)
        self.assertGreater(len(imposter.asked), 1)  # the run went on

    def test_auto_leaves_servers_of_ones_own_alone(self):
        imposter = self.imposter(lambda text, image: "purple, purple, purple, purple, purple")
        for options in ([], ["--probe", "never"]):
            done = self.run_at(imposter.url, *options, code=None)
            self.assertNotIn("probe:", done.stderr)

    def test_a_fault_is_the_runs_to_judge(self):
        simulator = self.simulator("--key", "right-key-123")
        done = self.generate(samples_images(), self.folder / "out", "--probe", "always", "--limit", "1",
                             simulator=simulator, code=3,
                             environment={"VQAGEN_API_KEY": "wrong-key-123"})
        self.assertNotIn("probe: simulated", done.stderr)

    def test_a_silent_endpoint_ends_the_probe_after_the_set_timeout(self):
        for options, kind, words in ((("stall", "--first-byte-timeout"), "first_byte_timeout", "no answer began within 0.3 s"),
                                     (("stall", "--timeout"), "timeout", "")):
            simulator = self.simulator("--fault", f"{options[0]}:1")
            done = self.generate(samples_images(), self.folder / kind, "--probe", "always", "--limit", "1", "-n", "1",
                                 options[1], "0.3", "--retries", "0", "--outage-patience", "0", simulator=simulator, code=None)
            self.assertIn(f"probe: simulated at 127.0.0.1 gave no answer ({kind}: ", done.stderr)
            self.assertIn(words, done.stderr)

    def test_a_probe_that_waits_can_be_interrupted(self):
        simulator = self.simulator("--fault", "stall:1")
        process = subprocess.Popen(self.command("generate", samples_images(), "-o", self.folder / "out", "--probe", "always",
                                                "--base-url", simulator.url, "--model", "m"),
                                   stderr=subprocess.PIPE, text=True, env=clean_environment())
        self.addCleanup(process.kill)
        while simulator.stats()["in_flight"] == 0:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertIn("interrupted", process.communicate(timeout=60)[1])
        self.assertEqual(process.returncode, 130)
        self.assertEqual(simulator.stats()["requests"], 1)

    def test_what_is_learned_by_the_probe_is_known_to_the_run(self):
        simulator = self.simulator("--structured", "object")
        self.generate(samples_images(), self.folder / "out", "--probe", "always", "--limit", "1",
                      simulator=simulator)

    def test_the_probe_costs_within_the_limit(self):
        imposter = self.imposter(lambda text, image: "purple")
        done = self.run_at(imposter.url, "--probe", "always", "--price", "3,15", "--max-cost",
                           "0.000001", code=6)
        self.assertEqual(imposter.asked, [])
        self.assertIn("--max-cost", done.stderr)


if __name__ == "__main__":
    unittest.main()
