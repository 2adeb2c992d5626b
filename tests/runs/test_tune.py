"""vqagen tune: what it measures, recommends and leaves behind. No test depends on how fast anything is: where a
knee is known it is one that no machine's pace changes."""
import json
import os
import re
import signal
import subprocess
import unittest

from harness import RunTest, clean_environment, samples_images


class Tune(RunTest):
    def tune(self, simulator, *options, **more):
        return self.vqagen("tune", samples_images(), "--base-url", simulator.url, "--model", "simulated", *options,
                           **more)

    def alone(self, simulator, *options, **more):
        """The number of calls in flight only; the result."""
        done = self.tune(simulator, "--sides", "none", "--drafts", "none", "--json", *options, code=0, **more)
        return json.loads(done.stdout)

    def test_refusing_endpoint(self):
        """Where calls are refused, those in flight tell the capacity whatever the pace."""
        simulator = self.simulator("--answers", "canned", "--latency", "0.1", "--capacity", "3", "--capacity-mode",
                                   "refuse")
        result = self.alone(simulator, "-o", self.folder / "out")
        self.assertIn(result["knee"], (2, 3, 4), result)
        self.assertIn(result["concurrency"], (2, 3), result)
        self.assertLessEqual(result["calls"], 200 + 25 * 3)
        self.assertEqual(result["calls"], simulator.stats()["requests"])
        refused = [level for level in result["levels"] if level["faults"]]
        self.assertTrue(refused and all(level["concurrency"] > 3 for level in refused), result["levels"])
        kept = json.loads((self.folder / "out/tune.json").read_text())
        self.assertEqual(kept, result)

    def test_everything_it_writes(self):
        """Phases for drafts and image sizes; the settings file can be read, the page and the comparison be made."""
        out, settings, page = self.folder / "out", self.folder / "v.yaml", self.folder / "t.html"
        simulator = self.simulator()
        done = self.tune(simulator, "--max-concurrency", "2", "--sides", "64,256", "--drafts", "2,4", "-o", out,
                         "--write", settings, "--page", page, code=0)
        result = json.loads((out / "tune.json").read_text())
        self.assertEqual([side["side_px"] for side in result["sides"]], [256, 64])
        self.assertEqual(result["sides"][0]["agreement"], 1)  # the simulator says the same of the same picture
        self.assertEqual([draft["questions"] for draft in result["drafts"]], [2, 4])
        self.assertLess(result["drafts"][1]["calls_per_item"], result["drafts"][0]["calls_per_item"])
        self.assertIn("<svg", page.read_text())
        self.recommendation_works(simulator, result, settings, done.stdout, page.read_text())
        compared = self.vqagen("tune", "--compare", out, out, code=0)
        self.assertIn("simulated", compared.stdout)
        compared = json.loads(self.vqagen("tune", "--compare", out, "--json", code=0).stdout)
        self.assertEqual([row["result"] for row in compared], [result])
        self.assertIn("--write", self.vqagen("tune", "--compare", out, "--write", settings, code=2).stderr)

    def recommendation_works(self, simulator, result, settings, table, page):
        """The table's options, the page's command and the settings file are what the JSON says, and are taken."""
        options = re.search(r"^Recommended: (--.*?) - ", table, re.M)[1]
        command = re.search(r"vqagen generate INPUT -o DIR (--[^<]*)", page)[1]
        self.assertEqual(command.strip(), options)
        names = ("concurrency", "batch_size", "max_side", "per_image")
        self.assertEqual(options, " ".join(f"--{name.replace('_', '-')} {result[name]}" for name in names))
        for source, given in (("line", options.split()), ("file", ("--settings", settings))):
            made = self.folder / source
            self.vqagen("generate", samples_images(), "-o", made, "--base-url", simulator.url, "--model", "simulated",
                        *given, "--limit", "1", code=0)
            shown = json.loads((made / "run.json").read_text())["settings"]
            for name in names:
                self.assertEqual(str(shown[name.replace("_", "-")]["value"]), str(result[name]), (source, name))

    def test_limits(self):
        """Neither more calls nor more money than it may spend, and it says so."""
        simulator = self.simulator("--answers", "canned", "--latency", "0.01")
        result = self.alone(simulator, "--max-calls", "40")
        self.assertLessEqual(simulator.stats()["requests"], 40)
        self.assertIn("--max-calls", result["stopped"])
        result = self.alone(simulator, "--price", "10,10", "--max-cost", "0.5")
        self.assertIn("--max-cost", result["stopped"])
        self.assertLessEqual(result["cost"], 0.5)
        self.assertGreater(result["cost"], 0)
        done = self.tune(simulator, "--price", "10,10", "--max-cost", "0.001", code=6)
        self.assertIn("--max-cost leaves $0.0010", done.stderr)

    def test_stops_for_faults(self):
        """An endpoint that breaks down is not pushed on; one that refuses the key ends it before it began."""
        simulator = self.simulator("--answers", "canned", "--fault", "500:0.7")
        result = json.loads(self.tune(simulator, "--json", code=6).stdout)
        self.assertIn("calls failed (server_error)", result["stopped"])
        self.assertEqual(result["knee"] or 0, 0)
        self.assertLess(simulator.stats()["requests"], 60)
        locked = self.simulator("--key", "right")
        done = self.tune(locked, code=3, environment={"VQAGEN_API_KEY": "wrong-key"})
        self.assertIn("refuses every call", done.stderr)

    def test_learns_parameters(self):
        """A parameter that the model does not take is left out, and costs no level."""
        simulator = self.simulator("--answers", "canned", "--latency", "0.01", "--refuse-parameter", "temperature")
        result = self.alone(simulator, "--max-concurrency", "2")
        self.assertTrue(all(not level["faults"] for level in result["levels"]), result["levels"])

    def test_interrupted(self):
        """Ctrl-C: what was measured is shown and kept."""
        out = self.folder / "out"
        simulator = self.simulator("--answers", "canned", "--latency", "0.01")
        tuning = subprocess.Popen(self.command("tune", samples_images(), "--base-url", simulator.url, "--model", "m",
                                               "-o", out), text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=clean_environment())
        self.addCleanup(lambda: tuning.poll() is None and tuning.kill())
        for line in tuning.stderr:
            if line.startswith("2 in flight"):
                break
        os.kill(tuning.pid, signal.SIGINT)
        shown, _ = tuning.communicate(timeout=60)
        self.assertEqual(tuning.returncode, 130)
        self.assertIn("interrupted", shown)
        self.assertGreaterEqual(len(json.loads((out / "tune.json").read_text())["levels"]), 2)

    def test_wrong_usage(self):
        for options, says in ((("--sides", "12x"), "12x"), (("--drafts", "1,2,3,4,5"), "at most 4"),
                              (("one", "two"), "one INPUT")):
            done = self.vqagen("tune", *(() if options[0] == "one" else (samples_images(),)), *options, "--endpoint",
                               "builtin", code=2)
            self.assertIn(says, done.stderr)
        self.assertIn("which results", self.vqagen("tune", "--compare", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
