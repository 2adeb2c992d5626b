"""kill -9 at random moments: nothing received is lost, nothing is paid for twice, same bytes."""
import os
import random
import signal
import subprocess
import time
import unittest

from harness import RunTest, clean_environment

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

    def start(self, images, out, simulator, *options):
        return subprocess.Popen(self.command("generate", images, "-o", out, "--base-url", simulator.url,
                                             "--model", "simulated", "--concurrency", CONCURRENCY,
                                             "--quiet", *options),
                                stderr=subprocess.PIPE, text=True, env=clean_environment())

    def undisturbed(self, images, simulator):
        out = self.folder / "undisturbed"
        self.generate(images, out, simulator=simulator, code=None)
        return (out / "dataset.jsonl").read_bytes()

    def test_kill_9_at_random_moments(self):
        images = self.scenes(240)
        expected = self.undisturbed(images, self.simulator())
        simulator = self.simulator("--latency", "uniform:0.002,0.02")
        out, chance, killed = self.folder / "out", random.Random(4), 0
        while killed < KILLS:
            run = self.start(images, out, simulator)
            try:
                run.communicate(timeout=chance.uniform(0.02, 0.25))
                break  # it ended before it could be killed: all work is done
            except subprocess.TimeoutExpired:
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
        images = self.scenes(64)
        expected = self.undisturbed(images, self.simulator())
        simulator = self.simulator("--latency", "fixed:0.1s")
        out = self.folder / "out"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            before = simulator.stats()["requests"]
            run = self.start(images, out, simulator)
            while simulator.stats()["requests"] < before + 8:
                time.sleep(0.01)
            run.send_signal(number)
            _, said = run.communicate(timeout=60)
            self.assertEqual(run.returncode, 130, said)
            # Every reply that the endpoint gave is in the store: nothing is asked twice.
            self.assertEqual(simulator.stats()["bodies"]["answered_again"], 0)
            self.assertTrue((out / "dataset.jsonl.part").exists())
        self.generate(images, out, simulator=simulator, code=None)
        self.assertEqual(simulator.stats()["bodies"]["answered_again"], 0)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), expected)

    def test_a_second_interrupt_stops_at_once(self):
        images = self.scenes(10)
        simulator = self.simulator("--latency", "fixed:20s")
        run = self.start(images, self.folder / "out", simulator, "--timeout", "60")
        while simulator.stats()["requests"] < 4:
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(run.poll(), "the first interrupt should wait for the calls in flight")
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=10)
        self.assertEqual(run.returncode, 130)

    def test_the_part_grows_by_batches(self):
        images = self.scenes(40)
        simulator = self.simulator("--latency", "fixed:0.05s")
        out = self.folder / "out"
        run = self.start(images, out, simulator, "--batch-size", "20")
        seen = set()
        while run.poll() is None:
            try:  # while it grows, the last line may be cut; before and after, there is no part
                seen.add((out / "dataset.jsonl.part").read_bytes().count(b"\n"))
            except FileNotFoundError:
                pass
            time.sleep(0.02)
        run.communicate()
        self.assertGreater(len(seen), 3, "the part should grow while the run goes on")


if __name__ == "__main__":
    unittest.main(verbosity=2)
