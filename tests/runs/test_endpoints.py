"""Several endpoints in one run: who is called, who is left out, and that the dataset does not care."""
import json
import re
import socket
import sqlite3
import unittest

from harness import TIMEOUT, RunTest, read_lines, samples_images

KEY = "sk-test-0123456789"
FEW = ("--limit", 5)  # images


class Endpoints(RunTest):
    def run_at(self, out, *specs, code=0, options=(), environment=None):
        words = [word for spec in specs for word in ("--endpoints", spec)]
        return self.vqagen("generate", samples_images(), "-o", out, *words, *FEW, "--retry-wait", "20ms", *options,
                           code=code, environment=environment)

    def endpoints(self, out):
        return self.report(out)["this_run"]["endpoints"]

    def dataset(self, out):
        return (out / "dataset.jsonl").read_bytes()

    def test_weights_and_the_same_bytes_as_from_one(self):
        one, two = self.simulator(), self.simulator()
        self.generate(samples_images(), self.folder / "one", *FEW, simulator=one)
        alone = one.stats()["requests"]
        # One call at once, so that the turns are exact.
        out = self.folder / "two"
        self.run_at(out, f"{one.url},weight=3,concurrency=1,requests_per_minute=1000000",
                    f"{two.url},concurrency=1", options=("--model", "simulated"))
        self.assertEqual(self.dataset(out), self.dataset(self.folder / "one"))
        shares = [one.stats()["requests"] - alone, two.stats()["requests"]]
        self.assertEqual(sum(shares), alone)
        self.assertGreater(min(shares), 0)
        rows = self.endpoints(out)
        self.assertEqual([row["requests"] for row in rows], shares)
        self.assertEqual([row["replies"] for row in rows], shares)
        self.assertEqual([row["name"] for row in rows], ["127.0.0.1 #1", "127.0.0.1 #2"])
        self.assertEqual([(row["weight"], row["concurrency"]) for row in rows], [(3, 1), (1, 1)])
        # Who answered is no part of a call: one endpoint goes on where two were.
        self.run_at(out, f"base_url={two.url}", options=("--model", "simulated"))
        self.assertEqual(self.report(out)["this_run"]["requests"], 0)

    def test_each_may_have_a_price_of_its_own(self):
        one, two = self.simulator(), self.simulator()
        out = self.folder / "out"
        done = self.run_at(out, f"{one.url},price=3/15,name=dear", f"{two.url},price=1/2,name=cheap",
                           options=("--model", "m"))
        with sqlite3.connect(out / "run.db") as database:
            rows = database.execute("SELECT endpoint, sum(input_tokens), sum(output_tokens), sum(cost_nano) FROM calls "
                                    "GROUP BY endpoint ORDER BY endpoint").fetchall()
        self.assertEqual([row[0] for row in rows], ["cheap", "dear"])
        for (_, tokens_in, tokens_out, cost), (price_in, price_out) in zip(rows, ((1, 2), (3, 15))):
            self.assertAlmostEqual(cost / 1e9, (tokens_in * price_in + tokens_out * price_out) / 1e6, delta=1e-7)
        self.assertEqual(len(self.report(out)["this_run"]["prices"]), 2)
        self.assertIn("(prices of --endpoints)", done.stderr)

    def test_slots_follow_the_weights(self):
        text = self.vqagen("generate", samples_images(), "--dry-run", "--model", "m", "--concurrency", 12, "--endpoints",
                           "vllm,weight=3", "--endpoints", "llamacpp", "--endpoints", "ollama,concurrency=5",
                           "--endpoints", "http://127.0.0.1:9/v1,concurrency=auto,role=fallback,model=other,name=spare",
                           code=0).stdout
        for line in ("endpoint vllm: m, 12 calls at once, weight 3\n",
                     "endpoint llamacpp: m, 4 calls at once, weight 1\n",
                     "endpoint ollama: m, 5 calls at once, weight 1\n",
                     "endpoint spare: other, up to 512 calls at once, weight 1, only while no other can be called\n",
                     "calls to m, other at llamacpp, ollama, spare, vllm,"):
            self.assertIn(line, text)

    def test_one_with_a_wrong_key_is_left_out(self):
        good, locked = self.simulator(), self.simulator("--key", "another-key-0123456789")
        out = self.folder / "out"
        specs = (good.url, f"{locked.url},key_variable=LOCKED_KEY,name=locked")
        done = self.run_at(out, *specs, options=("--model", "m"), environment={"LOCKED_KEY": KEY})
        self.assertIn("the endpoint locked refuses every call", done.stderr)
        self.assertIn("goes on with the other endpoint", done.stderr)
        self.assertNotIn(KEY, done.stderr)
        rows = self.endpoints(out)
        self.assertIsNone(rows[0]["left_out_because"])
        self.assertIn("key_wrong", rows[1]["left_out_because"])
        self.assertEqual(rows[1]["replies"], 0)
        self.assertEqual(self.report(out)["items"]["accepted"], self.report(out)["items"]["total"])
        # With nobody left the run ends as it does with one.
        done = self.run_at(self.folder / "none", specs[1], f"{locked.url},key_variable=LOCKED_KEY", code=3,
                           options=("--model", "m"), environment={"LOCKED_KEY": KEY})
        self.assertIn("key_wrong", done.stderr)
        # The right key, and VQAGEN_API_KEY sent to nobody.
        done = self.run_at(self.folder / "right", *specs, options=("--model", "m"),
                           environment={"LOCKED_KEY": "another-key-0123456789", "VQAGEN_API_KEY": KEY})
        self.assertGreater(self.endpoints(self.folder / "right")[1]["replies"], 0)

    def test_one_that_dies_is_left_out(self):
        good, dying = self.simulator("--latency", "0.05"), self.simulator("--latency", "0.05")
        out = self.folder / "out"
        run = self.start("generate", samples_images(), "-o", out, "--model", "m", "--concurrency", 2, "--endpoints",
                         good.url, "--endpoints", f"{dying.url},name=dying", "--retry-wait", "20ms", "--retries", 2)
        self.wait_for_requests(dying, 6, run)
        dying.process.kill()
        before = good.stats()["requests"]
        _, words = run.communicate(timeout=TIMEOUT)
        self.assertEqual(run.returncode, 0, words)
        rows = self.endpoints(out)
        self.assertGreater(rows[0]["replies"], before)
        report = self.report(out)
        self.assertEqual(report["items"]["accepted"], report["items"]["total"])

    def test_one_that_is_dead_from_the_start_costs_no_retries(self):
        good = self.simulator("--latency", "0.02")
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            dead = f"http://127.0.0.1:{closed.getsockname()[1]}/v1,name=dead"
            for name, other in (("unreachable", dead), ("ill", f"{self.simulator('--fault', '502').url},name=ill")):
                with self.subTest(other=name):
                    out = self.folder / name
                    done = self.run_at(out, good.url, other, options=("--model", "m", "-c", 16, "--trace", "retry"))
                    self.assertIn("its calls go to the others", done.stderr)
                    self.assertNotIn("answers again", done.stderr)
                    report = self.report(out)
                    self.assertEqual(report["items"]["accepted"], report["items"]["total"])
                    held = done.stderr.count(": waits for the endpoint wait_ms=0 ")
                    used = len(re.findall("^retry .*: waits wait_ms", done.stderr, re.M))
                    self.assertEqual(held + used, self.endpoints(out)[1]["faults"])
                    self.assertLessEqual(used, 0 if name == "unreachable" else 3, done.stderr)

    def test_nobody_that_answers_ends_the_run(self):
        with socket.socket() as closed, socket.socket() as other:
            urls = []
            for each in (closed, other):
                each.bind(("127.0.0.1", 0))
                urls.append(f"http://127.0.0.1:{each.getsockname()[1]}/v1")
            done = self.run_at(self.folder / "out", *urls, code=4, options=("--model", "m", "--retries", 0))
        self.assertRegex(done.stderr, "has never answered|cannot be reached")
        self.assertIn("Check that the server runs", done.stderr)

    def test_one_that_is_rate_limited_takes_fewer(self):
        good, busy = self.simulator(), self.simulator("--fault", "429:0.5")
        out = self.folder / "out"
        self.run_at(out, good.url, f"{busy.url},name=busy", options=("--model", "m", "--retries", "12"))
        rows = self.endpoints(out)
        self.assertEqual(rows[0]["faults"], 0)
        self.assertGreater(rows[1]["faults"], 0)
        self.assertEqual(sum(row["replies"] for row in rows), self.report(out)["this_run"]["calls"])

    def test_a_fallback_serves_when_nobody_else_can(self):
        spare = self.simulator()
        for name, options in (("well", ()), ("broke", ("--fault", "402")), ("away", ("--fault", "503"))):
            with self.subTest(first=name):
                first, before = self.simulator(*options), spare.stats()["requests"]
                self.run_at(self.folder / name, f"{spare.url},role=fallback", first.url, options=("--model", "m"))
                calls = self.report(self.folder / name)["this_run"]["calls"]
                self.assertGreater(calls, 0)
                self.assertEqual(spare.stats()["requests"] - before, 0 if name == "well" else calls)
        for name in ("broke", "away"):
            self.assertEqual(self.dataset(self.folder / "well"), self.dataset(self.folder / name))
        done = self.run_at(self.folder / "no", f"{spare.url},role=fallback", code=3, options=("--model", "m"))
        self.assertIn("every endpoint is a fallback", done.stderr)

    def test_an_item_says_who_answered(self):
        one, two = self.simulator("--model", "small"), self.simulator("--model", "large")
        out = self.folder / "out"
        (self.folder / "s.yaml").write_text(f"""\
concurrency: 2
endpoints:
  - {{base_url: {one.url}, model: small, name: first}}
  - base_url: {two.url}
    model: large
""")
        options = ("-s", self.folder / "s.yaml", "--per-image", 2)
        self.run_at(out, options=options)
        models = {"first": "small", "127.0.0.1": "large"}
        seen = set()
        for item in read_lines(out / "dataset.jsonl"):
            names = item["provenance"]["endpoint"].split(", ")
            self.assertEqual(item["provenance"]["model"].split(", "), [models[name] for name in names])
            self.assertEqual(item["provenance"]["provider"], "openai")
            seen.update(names)
        self.assertEqual(seen, set(models))
        before = self.dataset(out)
        # Stored replies answer whoever is there, but the models are what the dataset was asked of.
        self.run_at(out, options=options)
        self.assertEqual(self.report(out)["this_run"]["requests"], 0)
        self.assertEqual(self.dataset(out), before)
        done = self.run_at(out, f"{one.url},model=small", code=3, options=("--per-image", 2))
        self.assertIn("large, small", done.stderr)

    def test_a_failed_call_is_replayed_where_it_failed(self):
        good, narrow = self.simulator(), self.simulator("--max-image-side", "300")
        out = self.folder / "out"
        self.run_at(out, f"{good.url},name=good", f"{narrow.url},name=narrow", code=1, options=("--model", "m", "--retries", 0))
        failed = read_lines(out / "failures.jsonl")
        self.assertEqual({(line["endpoint"], line["kind"]) for line in failed}, {("narrow", "image_too_large")})
        before = good.stats()["requests"]
        found = json.loads(self.vqagen("diagnose", out, "--replay", failed[0]["id"], "--json", code=1).stdout)
        self.assertEqual(found["cause"], "image_pixels", found)
        self.assertEqual(good.stats()["requests"], before)

    def test_found_by_itself(self):
        steady, narrow = self.simulator(), self.simulator("--capacity", "3", "--capacity-mode", "refuse", "--latency",
                                                          "0.1")
        self.generate(samples_images(), self.folder / "one", *FEW, simulator=steady)
        self.generate(samples_images(), self.folder / "auto", *FEW, "--concurrency", "auto", "--retries", 9, "--retry-wait",
                      "20ms", simulator=narrow)
        self.assertEqual(self.dataset(self.folder / "auto"), self.dataset(self.folder / "one"))
        row = self.endpoints(self.folder / "auto")[0]
        self.assertTrue(row["concurrency_auto"])
        self.assertGreater(row["refusals"], 0)
        self.assertLess(row["concurrency"], 16)
        self.assertNotEqual(row["concurrency_because"], "as set")

    def test_what_is_wrong_is_said(self):
        (self.folder / "bad.yaml").write_text("endpoints:\n  - {base_url: 'http://a/v1', wight: 2}\n")
        (self.folder / "deep.yaml").write_text("endpoints:\n  - {base_url: [a]}\n")
        (self.folder / "flat.yaml").write_text("endpoints: openai\n")
        (self.folder / "secret.yaml").write_text("endpoints:\n  - {base_url: 'http://a/v1', api_key: sk-1234567890}\n")
        for words, code, told in (
                (("--endpoints", "http://a/v1,weight=0"), 2, "weight"),
                (("--endpoints", "weight=2"), 2, "neither endpoint nor base_url"),
                (("--endpoints", "http://a/v1,role=boss"), 2, "neither primary nor fallback"),
                (("--endpoints", "http://a/v1,api_key=sk-1234567890"), 2, "key_variable"),
                (("--endpoints", "builtin"), 2, "stands alone"),
                (("--endpoints", "openai"), 3, "OPENAI_API_KEY or the variable that its key_variable names"),
                (("--endpoints", "http://a/v1", "--endpoint", "openai"), 3, "both given"),
                (("--settings", self.folder / "bad.yaml"), 3, "did you mean weight"),
                (("--settings", self.folder / "deep.yaml"), 3, "line 2"),
                (("--settings", self.folder / "flat.yaml"), 3, "takes a list"),
                (("--settings", self.folder / "secret.yaml"), 3, "key_variable")):
            with self.subTest(words=words):
                done = self.vqagen("generate", samples_images(), "-o", self.folder / "x", "--model", "m", *words,
                                   code=code)
                self.assertIn(told, done.stderr)
                self.assertNotIn("1234567890", done.stderr)


if __name__ == "__main__":
    unittest.main()
