"""Trouble from outside: disks, folders, inputs and servers that change or vanish under a run."""
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import unittest

from harness import RunTest, Simulator, clean_environment, read_lines, samples_images


class Trouble(RunTest):
    def setUp(self):
        super().setUp()
        self.jpeg = samples_images() / "three-circles.jpg"

    def start(self, source, out, simulator, *options, **more):
        return subprocess.Popen(
            self.command("generate", source, "-o", out, "--base-url", simulator.url, "--model",
                         "simulated", *options),
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean_environment(),
            **more)

    def wait_for(self, simulator, requests):
        while simulator.stats()["requests"] < requests:
            time.sleep(0.01)

    def copy_images(self, *names):
        folder = self.folder / "in"
        folder.mkdir()
        for name in names or [path.name for path in samples_images().iterdir()]:
            shutil.copy(samples_images() / name, folder / name)
        return folder


class Output(Trouble):
    def test_a_run_does_not_take_its_own_output_as_input(self):
        source = self.copy_images("three-circles.jpg")
        out = source / "out"
        kept = base64.b64encode((samples_images() / "two-squares.png").read_bytes()).decode()
        questions = self.folder / "q.jsonl"
        questions.write_text(json.dumps({"id": "kept", "image": kept}) + "\n")
        self.generate(questions, out)
        self.assertEqual(len(list((out / "images").iterdir())), 1)
        (out / "run.db").unlink()
        done = self.generate(source, out)
        self.assertEqual({item["image"] for item in read_lines(out / "dataset.jsonl")},
                         {"three-circles.jpg"})
        self.assertIn(f"{out} lies in the input and was passed over", done.stderr)
        # DIR may be the input itself; then its folders are part of the input.
        (source / "images").mkdir()
        shutil.move(source / "three-circles.jpg", source / "images")
        shutil.rmtree(out)
        self.generate(source, source)
        self.assertEqual({item["image"] for item in read_lines(source / "dataset.jsonl")},
                         {"images/three-circles.jpg"})

    def test_a_removed_output_stops_the_run(self):
        simulator = self.simulator("--latency", "fixed:0.3s")
        for word, change in (("removed", shutil.rmtree),
                             ("moved", lambda out: out.rename(self.folder / "elsewhere"))):
            with self.subTest(change=word):
                out = self.folder / "out"
                before = simulator.stats()["requests"]
                run = self.start(samples_images(), out, simulator, "--concurrency", 1)
                self.wait_for(simulator, before + 3)
                change(out)
                _, said = run.communicate(timeout=60)
                self.assertEqual(run.returncode, 5, said)
                self.assertIn(f"{out} was removed, moved or replaced", said)
                self.assertNotIn("is kept", said)
                self.assertLess(simulator.stats()["requests"], before + 30)
                self.assertFalse(out.exists())


class Input(Trouble):
    def record(self, number):
        return json.dumps({"id": f"q{number}", "image": str(self.jpeg),
                           "question": "How many shapes are in the picture?",
                           "question_type": "multiple_choice"}) + "\n"

    def test_a_slow_writer_does_not_hold_up_the_calls(self):
        simulator = self.simulator()
        out = self.folder / "out"
        run = self.start("-", out, simulator, stdin=subprocess.PIPE)
        run.stdin.write(self.record(1) + self.record(2)[:20])
        run.stdin.flush()
        self.wait_for(simulator, 2)  # the answer, and then the options
        run.stdin.write(self.record(2)[20:])
        run.stdin.flush()
        self.wait_for(simulator, 4)
        _, said = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0, said)
        self.assertEqual([item["id"] for item in read_lines(out / "dataset.jsonl")], ["q1", "q2"])

    def test_an_interrupt_ends_the_waiting_for_input(self):
        simulator = self.simulator()
        out = self.folder / "out"
        run = self.start("-", out, simulator, stdin=subprocess.PIPE)
        run.stdin.write(self.record(1))
        run.stdin.flush()
        self.wait_for(simulator, 2)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(timeout=30), 130)
        run.communicate()
        self.assertEqual(len(read_lines(out / "dataset.jsonl.part")), 1)
        # Before anything was written into it, too.
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for source, more in ((fifo, {}), ("-", {"stdin": subprocess.PIPE})):
            run = self.start(source, self.folder / "other", simulator, **more)
            while run.poll() is None:  # one signal is enough unless it comes before the waiting
                time.sleep(0.2)
                run.send_signal(signal.SIGINT)
            self.assertEqual(run.wait(), 130)
            _, said = run.communicate()
            self.assertIn("interrupted", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
