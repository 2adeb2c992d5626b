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


if __name__ == "__main__":
    unittest.main(verbosity=2)
