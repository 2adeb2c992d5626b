"""Trouble from outside: disks, folders, inputs and servers that change or vanish under a run."""
import base64
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

from harness import TIMEOUT, RunTest, own_port, read_lines, samples_images


class Trouble(RunTest):
    def setUp(self):
        super().setUp()
        self.jpeg = samples_images() / "three-circles.jpg"

    def run_at(self, simulator, source, out, *options, **more):
        return self.start("generate", source, "-o", out, "--base-url", simulator.url, "--model", "simulated",
                          *options, **more)

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
        def remove(out):  # in which the run may just have made another file
            self.wait_until(lambda: shutil.rmtree(out, ignore_errors=True) or not out.exists(), "its removal")

        for word, change in (("removed", remove),
                             ("moved", lambda out: out.rename(self.folder / "elsewhere"))):
            with self.subTest(change=word):
                out = self.folder / "out"
                before = simulator.stats()["requests"]
                run = self.run_at(simulator, samples_images(), out, "--concurrency", 1)
                self.wait_for_requests(simulator, before + 3, run)
                change(out)
                _, said = run.communicate(timeout=TIMEOUT)
                self.assertEqual(run.returncode, 5, said)
                self.assertIn(f"{out} was removed, moved or replaced", said)
                self.assertNotIn("is kept", said)
                self.assertLess(simulator.stats()["requests"], before + 30)
                self.assertFalse(out.exists())

    def test_a_removed_store_stops_the_run(self):
        simulator = self.simulator("--latency", "fixed:0.3s")
        for word, change in (("run.db", lambda out: (out / "run.db").unlink()),
                             ("run.db-wal", lambda out: (out / "run.db-wal").rename(out / "log")),
                             ("run.db", lambda out: shutil.copy(out / "run.db", out / "new") and
                              (out / "new").rename(out / "run.db"))):
            with self.subTest(change=word):
                out = self.folder / "out"
                before = simulator.stats()["requests"]
                run = self.start(samples_images(), out, simulator, "--concurrency", 1)
                self.wait_for(simulator, before + 3)
                change(out)
                _, said = run.communicate(timeout=60)
                self.assertEqual(run.returncode, 5, said)
                self.assertIn(f"{out}/{word} was removed or replaced", said)
                self.assertLess(simulator.stats()["requests"], before + 30)
                self.assertFalse((out / "run.json").exists())
                shutil.rmtree(out)

    def test_nothing_is_written_to_a_folder_that_took_the_place_of_the_output(self):
        simulator = self.simulator("--latency", "fixed:0.3s")
        out = self.folder / "out"
        run = self.start(samples_images(), out, simulator, "--concurrency", 1)
        self.wait_for(simulator, 3)
        out.rename(self.folder / "elsewhere")
        out.mkdir()
        _, said = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 5, said)
        self.assertIn("could not be kept", said)
        self.assertEqual(list(out.iterdir()), [])

    def test_a_full_disk_loses_no_reply(self):
        simulator = self.simulator()
        out = self.folder / "out"
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
        done = self.generate(samples_images(), out, simulator=simulator, code=5, preexec_fn=limit)
        self.assertIn("the disk is full", done.stderr)
        self.assertIn("make room and run the same command again", done.stderr)
        lost = int(re.search(r"The replies to (\d+) calls? could not be kept", done.stderr)[1])
        self.generate(samples_images(), out, simulator=simulator, code=None)
        # Only what was in flight when the disk was full may be asked again, and all of that is told.
        self.assertLessEqual(simulator.stats()["bodies"]["answered_again"], lost)
        self.assertLessEqual(lost, 16)
        fresh = self.folder / "fresh"
        self.generate(samples_images(), fresh, code=None, simulator=simulator)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_places_that_cannot_be_written(self):
        (self.folder / "file").write_text("")
        (self.folder / "foreign").mkdir()
        (self.folder / "foreign" / "run.db").write_text("not a database")
        (self.folder / "taken").mkdir()
        (self.folder / "taken" / "images").write_text("")
        for name, says in (("file", "is not a folder"), ("file/below", "Not a directory"),
                           ("foreign", "is not an SQLite database"), ("taken", "images exists")):
            with self.subTest(name=name):
                done = self.generate(self.jpeg, self.folder / name, code=5)
                self.assertIn(says, done.stderr)

    def unprivileged(self):
        """As which user to run, so that permissions count: root may write anywhere."""
        self.folder.chmod(0o755)
        return {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}

    def test_no_permission(self):
        locked = self.folder / "locked"
        locked.mkdir(mode=0o555)
        done = self.generate(self.jpeg, locked / "out", code=5, **self.unprivileged())
        self.assertIn("Permission denied", done.stderr)

    def test_a_folder_that_became_read_only(self):
        user, out = self.unprivileged(), self.folder / "out"
        out.mkdir()
        if user:
            os.chown(out, 65534, 65534)
        self.generate(self.jpeg, out, "-n", 1, **user)
        before = (out / "run.db").read_bytes()
        for path in (*out.iterdir(), out):
            path.chmod(0o555 if path.is_dir() else 0o444)
        done = self.generate(self.jpeg, out, "-n", 2, code=5, **user)
        self.assertRegex(done.stderr, "Permission denied|read-only")
        self.assertEqual((out / "run.db").read_bytes(), before)
        for path in (out, *out.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.generate(self.jpeg, out, "-n", 1, **user)
        self.assertEqual(self.report(out)["this_run"]["requests"], 0)


class Input(Trouble):
    def record(self, number):
        return json.dumps({"id": f"q{number}", "image": str(self.jpeg),
                           "question": "How many shapes are in the picture?",
                           "question_type": "multiple_choice"}) + "\n"

    @staticmethod
    def catches(process, number):
        """Whether the process has its own handler of the signal by now."""
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        except OSError:  # it has ended
            return False
        caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
        return int(caught, 16) >> (number - 1) & 1

    def test_a_slow_writer_does_not_hold_up_the_calls(self):
        simulator = self.simulator()
        out = self.folder / "out"
        run = self.run_at(simulator, "-", out, stdin=subprocess.PIPE)
        run.stdin.write(self.record(1) + self.record(2)[:20])
        run.stdin.flush()
        self.wait_for_requests(simulator, 2, run)  # the answer, and then the options
        run.stdin.write(self.record(2)[20:])
        run.stdin.flush()
        self.wait_for_requests(simulator, 4, run)
        _, said = run.communicate(timeout=TIMEOUT)
        self.assertEqual(run.returncode, 0, said)
        self.assertEqual([item["id"] for item in read_lines(out / "dataset.jsonl")], ["q1", "q2"])

    def test_an_interrupt_ends_the_waiting_for_input(self):
        simulator = self.simulator()
        out = self.folder / "out"
        run = self.run_at(simulator, "-", out, stdin=subprocess.PIPE)
        run.stdin.write(self.record(1))
        run.stdin.flush()
        self.wait_for_requests(simulator, 2, run)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(timeout=TIMEOUT), 130)
        self.assertEqual(len(read_lines(out / "dataset.jsonl.part")), 1)
        # Before anything was written into it, too.
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for source, more in ((fifo, {}), ("-", {"stdin": subprocess.PIPE})):
            run = self.run_at(simulator, source, self.folder / "other", **more)
            self.wait_until(lambda: self.catches(run, signal.SIGINT), "its own way with SIGINT", run)
            while run.poll() is None:  # one signal is enough unless it comes before the waiting
                run.send_signal(signal.SIGINT)
                time.sleep(0.2)
            self.assertEqual(run.wait(), 130)
            self.assertIn("interrupted", run.stderr.read())

    def test_files_of_every_kind_and_name(self):
        source = os.fsencode(self.folder / "odd")
        os.mkdir(source)
        names = [b"a\nb.jpg", b"q\"'.jpg", b"\xff.jpg", b"\xfe.jpg", b" .jpg", b"-dash.jpg", b"\x1b[31m.jpg",
                 b"data:image", b"x#1", b"x", b"n" * 255]
        for name in names:
            shutil.copy(self.jpeg, os.path.join(source, name))
        os.mkfifo(source + b"/fifo.jpg")
        os.symlink(b"/dev/zero", source + b"/zero.jpg")
        os.symlink(source, source + b"/loop")
        os.symlink(b"itself", source + b"/itself")
        open(source + b"/empty.jpg", "w").close()
        out = self.folder / "out"
        for _ in range(2):
            done = self.generate(os.fsdecode(source), out, "--per-image", 1, "--verbose", code=None)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertNotIn("\x1b", done.stderr)
            rows = read_lines(out / "dataset.jsonl") + read_lines(out / "failures.jsonl")
            self.assertIn("empty.jpg", {row["id"].partition("#")[0] for row in read_lines(out / "failures.jsonl")})
            self.assertEqual(len({row["id"] for row in rows}), len(names) + 1)
        self.assertEqual(self.report(out)["this_run"]["requests"], 0)

    def test_images_that_change(self):
        source = self.copy_images("three-circles.jpg", "two-squares.png")
        simulator = self.simulator()
        out, fresh = self.folder / "out", self.folder / "fresh"
        self.generate(source, out, simulator=simulator)
        shutil.copy(samples_images() / "two-squares.png", source / "three-circles.jpg")
        self.generate(source, out, simulator=simulator, code=None)
        self.generate(source, fresh, simulator=simulator, code=None)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())
        # One that went away is no part of the dataset any more, and is not paid for when it is back.
        shutil.move(source / "two-squares.png", self.folder / "held")
        self.generate(source, out, simulator=simulator, code=None)
        self.assertNotIn("two-squares.png", (out / "dataset.jsonl").read_text())
        shutil.move(self.folder / "held", source / "two-squares.png")
        before = simulator.stats()["requests"]
        self.generate(source, out, simulator=simulator, code=None)
        self.assertEqual(simulator.stats()["requests"], before)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_a_failed_record_that_moved(self):
        records = [{"id": f"q{number}", "image": str(self.jpeg), "question": "Why is it so?"} for number in range(2)]
        records.append({"id": "none", "image": "none.png"})
        source, out = self.folder / "q.jsonl", self.folder / "out"
        simulator = self.simulator()
        def lines():
            source.write_text("".join(json.dumps(record) + "\n" for record in records))
            self.generate(source, out, simulator=simulator, code=1)
            return {row["id"]: row["line"] for row in read_lines(out / "failures.jsonl")}
        self.assertEqual(lines(), {"q0": 1, "q1": 2, "none": 3})
        before = simulator.stats()["requests"]
        records.reverse()
        self.assertEqual(lines(), {"none": 1, "q1": 2, "q0": 3})
        self.assertEqual(simulator.stats()["requests"], before)

    def test_an_image_that_changed_behind_its_time_and_size(self):
        source = self.copy_images("three-circles.jpg")
        image = source / "three-circles.jpg"
        out, fresh = self.folder / "out", self.folder / "fresh"
        simulator = self.simulator()
        self.generate(source, out, simulator=simulator)
        facts, other = image.stat(), (samples_images() / "two-squares.png").read_bytes()
        image.write_bytes(other.ljust(facts.st_size, b"\0"))  # smaller; a reader stops at its end
        self.assertEqual(image.stat().st_size, facts.st_size)
        os.utime(image, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        self.generate(source, out, simulator=simulator)
        self.generate(source, fresh, simulator=simulator)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_an_input_that_vanishes_is_told_of_each_image(self):
        source = self.copy_images()
        simulator = self.simulator("--latency", "fixed:0.2s")
        out = self.folder / "out"
        run = self.run_at(simulator, source, out, "--concurrency", 1, "--image-workers", 1)
        self.wait_for_requests(simulator, 2, run)
        shutil.rmtree(source)
        _, said = run.communicate(timeout=TIMEOUT)
        self.assertEqual(run.returncode, 1, said)
        failures = read_lines(out / "failures.jsonl")
        self.assertEqual({row["kind"] for row in failures}, {"image_unreadable"})
        self.assertEqual({row["verdict"] for row in failures}, {"unknown"})
        self.assertEqual(len(failures) + len(read_lines(out / "dataset.jsonl")), 64)


class Server(Trouble):
    def test_a_server_that_comes_back(self):
        simulator = self.simulator("--latency", "fixed:0.3s", port=own_port())
        out = self.folder / "out"
        run = self.run_at(simulator, samples_images(), out, "--concurrency", 4, "--retries", 8)
        self.wait_for_requests(simulator, 8, run)
        simulator.process.kill()
        simulator.process.communicate()
        time.sleep(0.5)
        again = self.simulator(port=simulator.port)
        _, said = run.communicate(timeout=TIMEOUT)
        self.assertEqual(run.returncode, 0, said)
        self.assertGreater(self.report(out)["this_run"]["retries"], 0)
        fresh = self.folder / "fresh"
        self.generate(samples_images(), fresh, simulator=again)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_a_server_that_stays_away(self):
        simulator = self.simulator("--latency", "fixed:0.3s", port=own_port())
        out = self.folder / "out"
        run = self.run_at(simulator, samples_images(), out, "--concurrency", 4, "--retries", 0,
                          "--outage-patience", "1s")
        self.wait_for_requests(simulator, 8, run)
        simulator.process.kill()
        simulator.process.communicate()
        _, said = run.communicate(timeout=TIMEOUT)
        self.assertIn(run.returncode, (4, 1), said)
        again = self.simulator(port=simulator.port)
        # The calls that the server took with it have ended as unknown: they may be asked again.
        self.generate(samples_images(), out, "--retry", "unknown", simulator=again)
        self.assertEqual(self.report(out)["items"]["accepted"], 64)

    def test_replies_of_any_size_and_pace(self):
        """A drip that never ends, a flood, a flood of headers: each is one failed call."""
        def drip(peer):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 999:
                peer.sendall(bytes([byte]))
                time.sleep(0.01)

        def flood(peer):
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                peer.sendall(b" " * 65536)

        def headers(peer):
            peer.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                peer.sendall(b"X-Filler: " + b"x" * 8000 + b"\r\n")

        def escapes(peer):
            body = json.dumps({"error": {"message": "\x1b[31mred\x1b]0;title\x07"}}).encode()
            peer.sendall(b"HTTP/1.1 400 No\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)

        for behave, kind, seconds in ((drip, "timeout", 2), (flood, "reply_too_large", TIMEOUT),
                                      (headers, "reply_cut", TIMEOUT), (escapes, "bad_request", TIMEOUT)):
            with self.subTest(kind=kind):
                server = socket.create_server(("127.0.0.1", 0))
                self.addCleanup(server.close)
                threading.Thread(target=self.serve, args=(server, behave), daemon=True).start()
                out = self.folder / kind
                done = self.vqagen("generate", self.jpeg, "-o", out, "--model", "m", "--retries", 0,
                                   "--timeout", seconds, "--base-url",
                                   f"http://127.0.0.1:{server.getsockname()[1]}/v1", code=1)
                self.assertEqual({row["kind"] for row in read_lines(out / "failures.jsonl")}, {kind})
                self.assertNotIn("\x1b", done.stderr)
                self.assertLess(self.report(out)["this_run"]["peak_memory_kib"], 200 << 10)

    @staticmethod
    def serve(server, behave):
        def one(peer):
            with peer:
                try:
                    peer.recv(1 << 16)
                    behave(peer)
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(1 << 16):
                        pass
                except OSError:
                    pass
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(peer,), daemon=True).start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
