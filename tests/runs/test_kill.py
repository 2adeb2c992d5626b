"""kill -9 at random moments: nothing received is lost, nothing is paid for twice, same bytes."""
import os
import random
import signal
import time
import unittest

from harness import TIMEOUT, RunTest

KILLS = int(os.environ.get("VQAGEN_TEST_KILLS", "50"))
CONCURRENCY = 4


def draw_scene(path, seed):
    """A small PPM of squares on a plain ground; no two seeds give the same picture."""
    chance = random.Random(seed)
    size = 64
    ground = bytes(chance.randrange(200, 256) for _ in range(3))
    rows = [bytearray(ground * size) for _ in range(size)]
    for _ in range(chance.randrange(1, 5)):
        colour = bytes(chance.choice((0, 60, 120, 180)) for _ in range(3))
        left, top = chance.randrange(0, 52), chance.randrange(0, 52)
        for y in range(top, top + 10):
            rows[y][3 * left:3 * (left + 10)] = colour * 10
    path.write_bytes(b"P6 %d %d 255\n" % (size, size) + b"".join(rows))


class Kill(RunTest):
    def scenes(self, count):
        images = self.folder / "images"
        images.mkdir()
        for number in range(count):
            draw_scene(images / f"{number:04}.ppm", number)
        return images

    def run_at(self, simulator, images, out, *options):
        return self.start("generate", images, "-o", out, "--base-url", simulator.url, "--model", "simulated",
                          "--concurrency", CONCURRENCY, *options)

    def undisturbed(self, images, simulator, *options):
        out = self.folder / "undisturbed"
        self.generate(images, out, *options, simulator=simulator, code=None)
        return (out / "dataset.jsonl").read_bytes()

    def test_kill_9_at_random_moments(self):
        images = self.scenes(240)
        expected = self.undisturbed(images, self.simulator())
        simulator = self.simulator("--latency", "uniform:0.002,0.02")
        out, chance, killed = self.folder / "out", random.Random(4), 0
        while killed < KILLS:
            # Some moments are told by the clock, the others by what was done: they come on a slow machine, too.
            run = self.run_at(simulator, images, out, "--quiet")
            until = simulator.stats()["requests"] + chance.randrange(1, 60)
            if killed % 4 == 0:
                until = 0
            while run.poll() is None and simulator.stats()["requests"] < until:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.05))
            if run.poll() is not None:
                break  # it ended before it could be killed: all work is done
            run.send_signal(signal.SIGKILL)
            run.communicate()
            killed += 1
        self.generate(images, out, simulator=simulator, code=None)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), expected)
        stats = simulator.stats()
        # At a kill, at most CONCURRENCY calls are in flight; only those may be asked again.
        self.assertGreaterEqual(killed, min(KILLS, 10), "the run was over before it could be killed")
        self.assertLessEqual(stats["bodies"]["answered_again"], killed * CONCURRENCY, stats)
        print(f"{killed} kills, {stats['requests']} requests, {stats['bodies']['answered_again']} answered "
              f"again, at most {killed * CONCURRENCY} in flight at the kills")

    def test_interrupt_finishes_what_is_in_flight(self):
        # There are far more images than the interrupted runs get to; what is compared is the first of them.
        images, few = self.scenes(240), ("--limit", 24)
        expected = self.undisturbed(images, self.simulator(), *few)
        simulator = self.simulator("--latency", "fixed:0.1s")
        out = self.folder / "out"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            before = simulator.stats()["requests"]
            run = self.run_at(simulator, images, out, "--quiet")
            self.wait_for_requests(simulator, before + 8, run)
            run.send_signal(number)
            _, said = run.communicate(timeout=TIMEOUT)
            self.assertEqual(run.returncode, 130, said)
            # Every reply that the endpoint gave is in the store: nothing is asked twice.
            self.assertEqual(simulator.stats()["bodies"]["answered_again"], 0)
            self.assertTrue((out / "dataset.jsonl.part").exists())
        self.generate(images, out, *few, simulator=simulator, code=None)
        self.assertEqual(simulator.stats()["bodies"]["answered_again"], 0)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), expected)

    def test_a_second_interrupt_stops_at_once(self):
        images = self.scenes(10)
        simulator = self.simulator("--latency", f"fixed:{2 * TIMEOUT}s")
        run = self.run_at(simulator, images, self.folder / "out", "--timeout", 4 * TIMEOUT)
        self.wait_for_requests(simulator, CONCURRENCY, run)
        run.send_signal(signal.SIGINT)
        self.wait_for_line(run, "interrupt again to stop at once")
        self.assertIsNone(run.poll(), "the first interrupt should wait for the calls in flight")
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=TIMEOUT)
        self.assertEqual(run.returncode, 130)

    def test_the_part_grows_by_batches(self):
        simulator = self.simulator("--latency", "fixed:0.02s")
        part = self.folder / "out" / "dataset.jsonl.part"
        # More than are done before it is seen to grow.
        run = self.run_at(simulator, self.scenes(240), part.parent, "--batch-size", "20")

        def lines():  # before the first batch there is no part; while it grows, its last line may be cut
            return part.read_bytes().count(b"\n") if part.exists() else 0
        seen = 0
        for _ in range(3):
            seen = self.wait_until(lambda: max(0, lines() - seen), f"more than {seen} lines", run) + seen
        run.kill()


if __name__ == "__main__":
    unittest.main(verbosity=2)
