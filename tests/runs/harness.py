"""What the whole-run tests share: a folder of their own, vqagen, and a simulated endpoint.

The tests are plain unittest; python3's standard library is all they need. VQAGEN names the binary,
SAMPLES the folder of samples. Everything happens on loopback and in a temporary folder.
"""
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

VQAGEN = os.environ.get("VQAGEN", str(Path(__file__).parents[2] / "build/debug/vqagen"))
SAMPLES = Path(os.environ.get("SAMPLES", str(Path(__file__).parents[2] / "samples")))
# The builds with sanitizers are several times slower: the same tests with fewer rounds.
SANITIZED = os.environ.get("VQAGEN_TEST_SEEDS") == "1"
TIMEOUT = 300  # seconds, for a run that hangs; no test depends on time otherwise


# Under nohup it is ignored, also by what is started here; and a run leaves that as it is.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def some(cases):
    """Every third of many alike under a sanitizer, where each takes seconds; the debug build goes through all."""
    return list(cases)[::3] if SANITIZED else list(cases)


def clean_environment(**more):
    """The environment without anything that would change a run's settings."""
    kept = {name: value for name, value in os.environ.items()
            if not re.match(r"(VQAGEN_|OPENAI_|ANTHROPIC_|GEMINI_|GOOGLE_|DEEPSEEK_|ZHIPU|ZAI_|DASHSCOPE_|"
                            r"OPENROUTER_|.*_proxy$|.*_PROXY$)", name)}
    kept.update(more)
    return kept


def read_lines(path):
    """The objects of a JSONL file; an empty list when it does not exist. A last line that is still being
    written does not count."""
    if not Path(path).exists():
        return []
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.endswith("\n")]


def own_port():
    """A port for a listener that goes away and comes back. The kernel gives none of these to others meanwhile."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as span:
        ours = range(10000, max(20000, int(span.read().split()[0])))
    while True:
        port = random.choice(ours)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Simulator:
    """`vqagen simulate` as a process of the test's own."""

    def __init__(self, *options, port=0):
        self.process = subprocess.Popen([VQAGEN, "simulate", "--port", str(port), *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=clean_environment())
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found is None:
            self.process.kill()
            raise RuntimeError(f"the simulator said {line!r} and {self.process.communicate()[1]!r}")
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def stats(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stats", timeout=30) as reply:
            return json.load(reply)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class RunTest(unittest.TestCase):
    """A test with a folder and the means to run vqagen."""
    maxDiff = 4000

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vqagen-run-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def simulator(self, *options, **more):
        simulator = Simulator(*options, **more)
        self.addCleanup(simulator.stop)
        return simulator

    def command(self, *arguments):
        return [VQAGEN, *map(str, arguments)]

    def start(self, *arguments, environment=None, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more):
        """Starts vqagen and leaves it running; whatever the test does, it ends with the test."""
        process = subprocess.Popen(self.command(*arguments), stdout=stdout, stderr=stderr, text=True,
                                   env=clean_environment(**(environment or {})), **more)

        def end():
            if process.poll() is None:
                process.kill()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None and not stream.closed:
                    stream.close()
            process.wait()
        self.addCleanup(end)
        return process

    def wait_until(self, condition, what, process=None):
        """Looks again and again, however slow the machine is: the condition's first value that is true. With a
        process, that must not end before."""
        end = time.monotonic() + TIMEOUT
        while not (value := condition()):
            if process is not None and process.poll() is not None:
                said = process.stderr.read() if process.stderr is not None else ""
                self.fail(f"it ended with {process.returncode} before {what}: {said}")
            self.assertLess(time.monotonic(), end, f"waited {TIMEOUT} s for {what}")
            time.sleep(0.01)
        return value

    def wait_for_requests(self, simulator, count, process=None):
        self.wait_until(lambda: simulator.stats()["requests"] >= count, f"{count} requests", process)

    def wait_for_line(self, process, words):
        """Reads what the process says, up to a line with these words."""
        said = ""
        for line in process.stderr:
            said += line
            if words in line:
                return said
        self.fail(f"it never said {words!r}: {said}")

    def vqagen(self, *arguments, code=None, environment=None, stdin=subprocess.DEVNULL, **more):
        """Runs vqagen to its end; `code` is the exit code that is wanted."""
        done = subprocess.run(self.command(*arguments), text=True, capture_output=True,
                              timeout=TIMEOUT, env=clean_environment(**(environment or {})),
                              stdin=None if "input" in more else stdin, **more)
        if code is not None:
            self.assertEqual(done.returncode, code,
                             f"{arguments}\nstdout: {done.stdout[-3000:]}\nstderr: {done.stderr[-3000:]}")
        return done

    def generate(self, source, out, *options, simulator=None, code=0, **more):
        """`vqagen generate` against a simulator, or the built-in model."""
        where = ["--base-url", simulator.url, "--model", "simulated"] if simulator \
            else ["--endpoint", "builtin"]
        return self.vqagen("generate", source, "-o", out, *where, *options, code=code, **more)

    def report(self, out):
        return json.loads((Path(out) / "run.json").read_text(encoding="utf-8"))


def samples_images():
    return SAMPLES / "images"
