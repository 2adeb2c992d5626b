"""Damaged stores: each is recognised or harmless, what is whole is saved, and the dataset is the same.

VQAGEN_TEST_DAMAGES is how many damages of each kind are tried, at places of their own.
"""
import os
import random
import shutil
import unittest

from harness import RunTest, samples_images

DAMAGES = int(os.environ.get("VQAGEN_TEST_DAMAGES", "2"))
PAGE = 8192


def garbage(data, chance):
    at = chance.randrange(len(data) // PAGE) * PAGE
    data[at:at + PAGE] = chance.randbytes(PAGE)


def zeros(data, chance):
    at = chance.randrange(len(data) // 512) * 512
    data[at:at + 4096] = bytes(len(data[at:at + 4096]))


def bytes_changed(data, chance):
    for _ in range(12):
        data[chance.randrange(100, len(data))] ^= chance.randrange(1, 256)


def truncated(data, chance):
    del data[chance.randrange(PAGE // 2, len(data)):]


def first_page(data, chance):
    at = chance.choice((0, 16, 100, 2000))
    data[at:PAGE] = chance.randbytes(PAGE - at)


KINDS = (garbage, zeros, bytes_changed, truncated, first_page)


class Damage(RunTest):
    def make(self, simulator, source):
        whole = self.folder / "whole"
        self.generate(source, whole, "-n", 2, simulator=simulator)
        return whole

    def images(self, count):
        folder = self.folder / "in"
        folder.mkdir()
        for path in sorted(samples_images().iterdir())[:count]:
            shutil.copy(path, folder / path.name)
        return folder

    def again(self, source, out, simulator):
        """The run on a damaged DIR: its exit code and words. A crash has a negative code."""
        done = self.generate(source, out, "-n", 2, simulator=simulator, code=None)
        self.assertIn(done.returncode, (0, 3, 5), done.stderr)
        return done

    def check_salvage(self, source, damaged, simulator, expected, name):
        saved = self.folder / f"saved-{name}"
        done = self.vqagen("salvage", damaged, "-o", saved, code=0)
        before = simulator.stats()["requests"]
        self.generate(source, saved, "-n", 2, simulator=simulator)
        self.assertEqual((saved / "dataset.jsonl").read_bytes(), expected, done.stderr)
        return done.stderr, simulator.stats()["requests"] - before

    def test_damage_of_every_kind(self):
        simulator = self.simulator()
        source = self.images(10)
        whole = self.make(simulator, source)
        expected = (whole / "dataset.jsonl").read_bytes()
        data = (whole / "run.db").read_bytes()
        calls = simulator.stats()["requests"]
        recognised = paid = 0
        for kind in KINDS:
            for seed in range(DAMAGES):
                name = f"{kind.__name__}-{seed}"
                with self.subTest(damage=name):
                    damaged, bytes_now = self.folder / name, bytearray(data)
                    shutil.copytree(whole, damaged)
                    kind(bytes_now, random.Random(name))
                    (damaged / "run.db").write_bytes(bytes_now)
                    done = self.again(source, self.copy(damaged), simulator)
                    if done.returncode == 0:
                        self.assertEqual((self.tried / "dataset.jsonl").read_bytes(), expected)
                    else:
                        self.assertIn("salvage", done.stderr)
                        recognised += 1
                    said, requests = self.check_salvage(source, damaged, simulator, expected, name)
                    self.assertEqual((damaged / "run.db").read_bytes(), bytes(bytes_now))
                    if kind is not truncated:
                        self.assertLess(requests, calls, said)
                    paid += requests
        self.assertGreater(recognised, len(KINDS) * DAMAGES // 4)
        print(f"{len(KINDS) * DAMAGES} damages, {recognised} recognised by the run, the others harmless; after salvage "
              f"{paid / (len(KINDS) * DAMAGES):.1f} of {calls} requests were sent again on average")

    def copy(self, damaged):
        self.tried = self.folder / f"tried-{damaged.name}"
        shutil.copytree(damaged, self.tried)
        return self.tried

    def test_a_whole_store_is_saved_whole(self):
        simulator = self.simulator()
        source = self.images(4)
        whole = self.make(simulator, source)
        said, requests = self.check_salvage(source, whole, simulator, (whole / "dataset.jsonl").read_bytes(), "whole")
        self.assertIn("No damage was met", said)
        self.assertEqual(requests, 0)
        totals = [self.report(out)["all_runs"] for out in (whole, self.folder / "saved-whole")]
        self.assertEqual(*totals)

    def test_a_log_of_zeros_is_told(self):
        simulator, slow = self.simulator(), self.simulator("--latency", "fixed:0.4s")
        source = self.images(6)
        fresh = self.folder / "fresh"
        self.generate(source, fresh, "-n", 2, simulator=simulator)
        out = self.folder / "out"
        run = self.start("generate", source, "-o", out, "-n", 2, "-c", 2, "--base-url", slow.url, "--model", "simulated")
        self.wait_for_requests(slow, 5, run)
        run.kill()
        run.wait()
        log = out / "run.db-wal"
        log.write_bytes(bytes(log.stat().st_size))
        done = self.generate(source, out, "-n", 2, simulator=simulator)
        self.assertIn("run.db-wal is damaged", done.stderr)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_an_empty_store_beside_a_dataset_is_none(self):
        source = self.images(1)
        out = self.folder / "out"
        self.generate(source, out, "-n", 1)
        (out / "run.db").write_bytes(b"")
        done = self.generate(source, out, "-n", 1, code=5)
        self.assertIn("its replies are gone", done.stderr)
        (out / "run.db").unlink()
        self.generate(source, out, "-n", 1)

    def test_what_is_asked_amiss(self):
        source = self.images(1)
        out = self.folder / "out"
        self.generate(source, out, "-n", 1)
        for arguments, words in (((out,), "-o NEW"), ((out, "-o", out), "holds a run already"),
                                 ((source, "-o", self.folder / "new"), "holds no run")):
            self.assertIn(words, self.vqagen("salvage", *arguments, code=None).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
