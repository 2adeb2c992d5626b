"""Every Nth allocation, write, rename and thread is made to fail once: no crash, no hang, one
sentence about it, nothing lost, nothing paid twice, and the same dataset afterwards.

The calls to fail are the first from each place in the program (a stack), a few of these, evenly
spread; VQAGEN_TORTURE=500 tries that many, VQAGEN_TORTURE=places all, VQAGEN_TORTURE=full every N.
VQAGEN_PRELOAD names the library built from preload.c, VQAGEN_PICTURES the program from
make_pictures.c. VQAGEN_TORTURE_KINDS=memory,file tries only these.
"""
import base64
import collections
import concurrent.futures
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))
from harness import VQAGEN, RunTest, clean_environment, read_lines, samples_images  # noqa: E402

PRELOAD = os.environ.get("VQAGEN_PRELOAD", str(Path(__file__).parents[2] / "build/debug/tests/libtorture.so"))
PICTURES = os.environ.get("VQAGEN_PICTURES", str(Path(__file__).parents[2] / "build/debug/tests/make_pictures"))
TRIES = os.environ.get("VQAGEN_TORTURE")  # of each sweep: a number, "places" or "full"
KINDS = os.environ.get("VQAGEN_TORTURE_KINDS", "memory,library,file,thread").split(",")
WORKERS = int(os.environ.get("VQAGEN_TORTURE_WORKERS", "2"))
CONCURRENCY = 2
HANG = 120  # seconds
# Tries of a sweep that is not full; where a run takes longer, fewer.
SAMPLE = {"memory": 32, "library": 20, "file": 24, "thread": 6}
FEWER = {"memory": 6, "library": 8, "file": 4, "thread": 4}
MEMORY, DISK, NO_SPACE, IO_ERROR = 5, 5, 28, 5
ENDS = {0, 5}  # what may follow from a failure; 0 when it did not matter
# They crash where they do not look at what they got: libtiff when it adds the fields of a coding and a
# palette, libwebp in tables of codes, libheif in the colours of HEVC. Nobody else can mend that.
CRASHING = re.compile(r"/lib(tiff|webp|heif)\.so")
FRAME = re.compile(r"^(\S+)\((\S*)\) ?\[0x[0-9a-f]+\]$")


class Calls:
    """How many calls of a kind an undisturbed run makes, and the first of each place that makes them."""

    def __init__(self):
        self.count, self.failed, self.places = 0, 0, []

    def sample(self, most):
        if TRIES == "full":
            return range(1, self.count + 1)
        if TRIES is not None:
            most = len(self.places) if TRIES == "places" else int(TRIES)
        if len(self.places) <= most:
            return self.places
        return [self.places[(len(self.places) - 1) * i // max(most - 1, 1)] for i in range(most)]


def environment(kind=None, which=None, report=None, number=None):
    more = {"LD_PRELOAD": PRELOAD, "TORTURE_TRACE": "1"}
    if kind is not None:
        more["TORTURE_FAIL"] = f"{kind}:{which}"
    if report is not None:
        more["TORTURE_REPORT"] = str(report)
    if number is not None:
        more["TORTURE_ERRNO"] = str(number)
    return clean_environment(**more)


def read_report(path):
    """Calls by kind; empty when the program did not come to its end."""
    report = collections.defaultdict(Calls)
    for line in path.read_text().splitlines() if path.exists() else []:
        name, *rest = line.split()
        if name == "place":
            report[rest[0]].places.append(int(rest[1]))
        else:
            report[name].count, report[name].failed = map(int, rest)
    for calls in report.values():
        calls.places.sort()
    return report


def split_stack(done):
    """The stack of the first failed call as done.stack, and standard error without it."""
    lines = done.stderr.splitlines(keepends=True)
    done.stack = [line.strip() for line in lines if FRAME.match(line.strip()) and "libtorture" not in line]
    done.stderr = "".join(line for line in lines if not FRAME.match(line.strip()))
    return done


def name_frame(frame):
    """A frame of the program by function, file and line, where addr2line is there to tell."""
    program, place = FRAME.match(frame).groups()
    if Path(program).name != Path(VQAGEN).name or not place.startswith("+"):
        return frame
    try:
        names = subprocess.run(["addr2line", "-s", "-f", "-e", VQAGEN, place[1:]], capture_output=True, text=True)
        return " ".join(names.stdout.split()) or frame
    except OSError:
        return frame


def without_chance(items):
    """Failures without what may differ: when, and how often a call had to be sent."""
    return [{name: value for name, value in item.items() if name not in ("when", "attempts")} for item in items]


class Torture(RunTest):
    """One command, tried again and again; what a subclass's `command` does is compared."""
    sample = SAMPLE

    def setUp(self):
        super().setUp()
        if not Path(PRELOAD).exists():
            self.skipTest(f"{PRELOAD} is not built")

    def run_once(self, command, env):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=HANG,
                              env=env, stdin=subprocess.DEVNULL)
        return split_stack(done)

    def count(self, command):
        """The calls of each kind that an undisturbed run makes, and its result."""
        report = self.folder / "report"
        done = self.run_once(command, environment(report=report))
        return read_report(report), done

    def check_end(self, done, undisturbed):
        """What is wrong with the end of a tortured run; None when nothing is."""
        allowed = ENDS | {undisturbed}
        self.ends[done.returncode] += 1
        if done.returncode == -signal.SIGSEGV and done.stack and CRASHING.search(done.stack[0]):
            return None
        if done.returncode < 0:
            return f"signal {-done.returncode}"
        if done.returncode not in allowed:
            return f"exit code {done.returncode}"
        if done.returncode in (0, 1, undisturbed):
            return None
        told = [line for line in done.stderr.splitlines() if line.startswith("vqagen: ")]
        if len(told) != 1 or len(told[0]) < 24:
            return f"exit code {done.returncode} without one clear sentence"
        return None

    def explain(self, wrong, done):
        """What went wrong, what the program said, and the call that failed; None when nothing went wrong."""
        if wrong is None:
            return None
        stack = "\n    ".join(name_frame(frame) for frame in done.stack)
        return f"{wrong}; it said {done.stderr[-600:]!r}\n    {stack}"

    def sweep(self, kind, calls, attempt, spans=("{}",)):
        """attempt(kind, which, worker) for all or some calls; says what went wrong."""
        cases = [span.format(n) for span in spans for n in calls.sample(self.sample[kind] // len(spans))]
        idle = list(range(WORKERS))
        self.ends = collections.Counter()

        def one(which):
            worker = idle.pop()
            try:
                what = attempt(kind, which, worker)
                if what and TRIES is not None:  # a long sweep, which somebody watches
                    print(f"TORTURE_FAIL={kind}:{which} {what}", flush=True)
                return which, what
            except subprocess.TimeoutExpired:
                return which, "it hangs"
            except (OSError, sqlite3.Error) as error:
                return which, f"its folder is not as it should be: {error}"
            finally:
                idle.append(worker)

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            wrong = [f"TORTURE_FAIL={kind}:{which} {what}" for which, what in pool.map(one, cases) if what]
        if wrong:
            self.fail(f"{len(wrong)} of {len(cases)} went wrong:\n" + "\n".join(wrong))
        print(f"{self.id()} {kind}: {len(cases)} of {calls.count} tried, exit codes {dict(self.ends)}")


class Generate(Torture):
    """A run is disturbed, and the same command afterwards finishes it."""
    where = None  # for a worker, the options that say whom to ask: its own of self.simulators
    in_flight = CONCURRENCY

    def prepare(self, source, *options):
        self.source, self.options = source, options
        if self.where is None:
            self.simulators = [self.simulator("--seed", "3") for _ in range(WORKERS)]
            self.where = lambda worker: ["--base-url", self.simulators[worker].url, "--model", "simulated",
                                         "--concurrency", CONCURRENCY]
        before = self.count_requests(0)
        out = self.folder / "undisturbed"
        counts, done = self.count(self.generate_command(out, 0))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.expected = self.results(out)
        self.code = done.returncode
        self.requests = self.count_requests(0) - before
        self.assertNotEqual(self.expected["dataset"], b"")
        return counts

    def count_requests(self, worker):
        return sum(simulator.stats()["requests"] for simulator in self.simulators[worker::WORKERS])

    def generate_command(self, out, worker):
        return self.command("generate", self.source, "-o", out, *self.where(worker), *self.options)

    def results(self, out):
        names = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.name != "run.lock")
        store = sqlite3.connect(out / "run.db")
        calls = store.execute("select count(*) from calls").fetchone()[0]
        healthy = store.execute("pragma integrity_check").fetchone()[0]
        store.close()
        dataset = out / "dataset.jsonl"
        return {"files": names, "dataset": dataset.read_bytes() if dataset.exists() else None, "calls": calls,
                "failures": without_chance(read_lines(out / "failures.jsonl")), "store": healthy}

    def attempt(self, kind, which, worker):
        out = self.folder / f"{kind}-{which}"
        report = self.folder / f"{kind}-{which}.report"
        before = self.count_requests(worker)
        number = (NO_SPACE, IO_ERROR)[int(which.split("-")[0]) % 2] if kind == "file" else None
        done = self.run_once(self.generate_command(out, worker), environment(kind, which, report, number))
        wrong = self.check_end(done, self.code)
        failed = read_report(report)[kind].failed
        if wrong is None and failed > 0 and done.returncode == self.code and \
                self.results(out)["dataset"] != self.expected["dataset"]:
            wrong = "it went well, with another dataset"
        again = self.run_once(self.generate_command(out, worker), clean_environment())
        sent = self.count_requests(worker) - before
        if wrong is None and again.returncode != self.code:
            wrong = f"the same command then ended with {again.returncode}: {again.stderr[-500:]}"
        if wrong is None:
            results = self.results(out)
            different = [name for name in results if results[name] != self.expected[name]]
            if different:
                wrong = "afterwards other " + ", ".join(
                    f"{name} ({results[name]!r:.300} for {self.expected[name]!r:.300})" for name in different)
        if wrong is None and sent > self.requests + self.in_flight:
            wrong = f"{sent} requests were sent for {self.requests}"
        shutil.rmtree(out, ignore_errors=True)
        return self.explain(wrong, done)

    def sweep_all(self, counts):
        for kind, spans in (("memory", ("{}", "{}-")), ("library", ("{}",)), ("file", ("{}", "{}-")),
                            ("thread", ("{}", "{}-"))):
            if kind in KINDS:
                with self.subTest(kind=kind):
                    self.sweep(kind, counts[kind], self.attempt, spans)
                    # A sweep in which no run ever failed has tried nothing.
                    self.assertGreater(sum(self.ends.values()) - self.ends[self.code], 0, self.ends)

    def test_folder(self):
        images = self.folder / "images"
        images.mkdir()
        for name in ("odd-circle.jpg", "two-squares.png"):
            shutil.copy(samples_images() / name, images)
        self.sweep_all(self.prepare(images, "--per-image", 2))

    def test_records(self):
        """What is given, asked, refused, and an image that comes inside its record."""
        picture = samples_images() / "odd-square.png"
        inside = "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
        question = {"question": "What is the dominant colour of the picture?"}
        records = [{"id": "given", "image": str(picture), **question, "answer": "blue",
                    "options": ["blue", "red", "green", "grey"]},
                   {"id": "asked", "image": inside, **question, "question_type": "multiple_choice"},
                   {"id": "chosen", "image": str(picture), **question, "options": ["A. red", "B. blue"]},
                   {"id": "no image", **question},
                   {"id": "damaged", "image": str(self.folder / "damaged.png"), **question},
                   {"id": "refused", "image": str(picture), "question": "Who is 「this」?", "topic": "counting"}]
        (self.folder / "damaged.png").write_bytes(picture.read_bytes()[:200])
        source = self.folder / "records.jsonl"
        source.write_text("".join(json.dumps(record) + "\n" for record in records))
        self.sweep_all(self.prepare(source, "--repeat", 2, "--tries", 2))


    def test_pictures(self):
        """A picture of each format, screened; a stream; a settings file with two endpoints."""
        self.sample, self.in_flight = FEWER, 2 * CONCURRENCY
        self.simulators = [self.simulator("--seed", "3") for _ in range(2 * WORKERS)]
        settings = [self.folder / f"{worker}.yaml" for worker in range(WORKERS)]
        for worker, path in enumerate(settings):
            urls = [self.simulators[place].url for place in (worker, worker + WORKERS)]
            path.write_text(f"concurrency: {CONCURRENCY}\nendpoints:\n" +
                            "".join(f"  - {{base_url: {url}, model: simulated}}\n" for url in urls))
        self.where = lambda worker: ["-s", settings[worker]]
        self.sweep_all(self.prepare(make_pictures(self.folder), "--per-image", 1, "--screen", "report", "--stream"))


def make_pictures(folder):
    pictures = folder / "pictures"
    pictures.mkdir()
    subprocess.run([PICTURES, pictures], check=True, timeout=HANG)
    return pictures


def read_files(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


class Make(Torture):
    """Commands that leave files behind: all of them, or an error; and afterwards the same command makes them."""
    sample = FEWER

    def attempt(self, kind, which, worker):
        out = self.folder / f"{kind}-{which}"
        done = self.run_once(self.making(out, worker), environment(kind, which))
        wrong = self.check_end(done, 0)
        if wrong is None and done.returncode == 0 and self.results(out) != self.expected:
            wrong = "it went well, with other files"
        if wrong is None and done.returncode != 0:
            again = self.run_once(self.making(out, worker), clean_environment())
            if again.returncode != 0:
                wrong = f"the same command then ended with {again.returncode}: {again.stderr[-500:]}"
            elif self.results(out) != self.expected:
                wrong = "afterwards other files"
        shutil.rmtree(out, ignore_errors=True)
        return self.explain(wrong, done)

    def sweep_making(self, making, results=read_files):
        self.making, self.results = making, results
        counts, done = self.count(making(self.folder / "undisturbed", 0))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.expected = results(self.folder / "undisturbed")
        for kind in KINDS:
            if counts[kind].count > 0:
                with self.subTest(kind=kind):
                    self.sweep(kind, counts[kind], self.attempt)

    def test_prepare(self):
        pictures = make_pictures(self.folder)
        self.sweep_making(lambda out, worker: self.command("prepare", pictures, "-o", out, "--workers", 1, "--screen"))

    def test_merge(self):
        simulator = self.simulator()
        parts = [[self.folder / f"{worker}-part{index}" for index in (1, 2)] for worker in range(WORKERS)]
        for index, part in enumerate(parts[0], 1):
            self.generate(samples_images(), part, "--shard", f"{index}/2", "--per-image", 1, "--limit", 4,
                          simulator=simulator)
            for others in parts[1:]:
                shutil.copytree(part, others[index - 1])

        def results(out):
            return out.joinpath("dataset.jsonl").read_bytes(), sorted(read_files(out))
        self.sweep_making(lambda out, worker: self.command("merge", *parts[worker], "-o", out), results)


class Print(Torture):
    """Commands that only print: all of it, or an error."""

    def attempt(self, kind, which, worker):
        done = self.run_once(self.printing, environment(kind, which))
        wrong = self.check_end(done, 0)
        if wrong is None and done.returncode == 0 and self.told(done.stdout) != self.expected:
            wrong = "it printed something else and said that it went well"
        return self.explain(wrong, done)

    def sweep_printing(self, *arguments, told=str):
        self.told = told  # what must be the same of what is printed
        self.printing = self.command(*arguments)
        counts, done = self.count(self.printing)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.expected = told(done.stdout)
        for kind in ("memory", "library", "file"):
            if kind in KINDS and counts[kind].count > 0:
                with self.subTest(kind=kind):
                    self.sweep(kind, counts[kind], self.attempt)

    def test_dry_run(self):
        self.sweep_printing("generate", samples_images(), "--limit", 3, "--dry-run", "--base-url",
                            "http://127.0.0.1:9/v1", "--model", "m")

    def test_show_settings(self):
        self.sweep_printing("generate", samples_images(), "-o", self.folder / "out", "--show-settings",
                            "--base-url", "http://127.0.0.1:9/v1", "--model", "m")

    def test_man(self):
        self.sweep_printing("help", "--man")

    def test_show(self):
        out = self.folder / "out"
        self.generate(samples_images(), out, "--per-image", 1)
        self.sweep_printing("show", out)

    def test_diagnose(self):
        """The verdict on a sound endpoint, which memory that runs out must not turn into another."""
        self.sample, simulator = FEWER, self.simulator()
        self.sweep_printing("diagnose", "--base-url", simulator.url, "--model", "simulated", "--json",
                            told=lambda text: json.loads(text)["cause"])


if __name__ == "__main__":
    unittest.main()
