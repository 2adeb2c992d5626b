"""README.md: its table of settings is the program's own, and the files it names exist.

`python3 tests/runs/test_readme.py --write` puts the program's table into README.md.
"""
import re
import sys
import unittest
from pathlib import Path

from harness import SAMPLES, VQAGEN, RunTest, clean_environment

README = SAMPLES.parent / "README.md"
TABLE = re.compile(r"(<!-- settings:[^\n]*-->\n)(.*?)(<!-- end of settings -->)", re.DOTALL)
WRITE = "to put the program's table there: python3 tests/runs/test_readme.py --write"


def write():
    import subprocess
    table = subprocess.run([VQAGEN, "help", "generate", "--markdown"], text=True, check=True,
                           capture_output=True, env=clean_environment()).stdout
    text = README.read_text(encoding="utf-8")
    README.write_text(TABLE.sub(lambda old: old[1] + "\n" + table.strip() + "\n\n" + old[3], text),
                      encoding="utf-8")


class Readme(RunTest):
    def setUp(self):
        super().setUp()
        self.text = README.read_text(encoding="utf-8")

    def test_the_table_is_the_programs(self):
        found = TABLE.search(self.text)
        self.assertIsNotNone(found, "README.md has no markers around the settings")
        printed = self.vqagen("help", "generate", "--markdown", code=0).stdout
        self.assertGreater(len(printed), 1000)
        self.assertEqual(found[2].strip(), printed.strip(), WRITE)

    def test_the_exit_codes_are_the_programs(self):
        printed = self.vqagen("help", "generate", code=0).stdout
        codes = re.search(r"^Exit codes\n((?: +\d+ .*\n)+)", printed, re.MULTILINE)[1]
        for line in codes.splitlines():
            number, meaning = line.split(maxsplit=1)
            self.assertIn(f"| {number} | {meaning} |", self.text)

    def test_every_endpoint_is_listed(self):
        # The names and key variables are those of the help text.
        printed = self.vqagen("help", "generate", code=0).stdout
        keys = re.findall(r"([A-Z]+_API_KEY)\s+\(([a-z-]+)\)", printed)
        self.assertGreaterEqual(len(keys), 8)
        for variable, name in keys:
            self.assertIn(f"| `{name}` | `{variable}` |", self.text)

    def test_files_it_names_exist(self):
        named = set(re.findall(r"(?:samples|scripts|tests|cli)/[\w./-]*\w", self.text))
        self.assertGreater(len(named), 8)
        built = {name for name in named if name.startswith("scripts/bench/bench_")}
        for name in sorted(named - built):
            self.assertTrue((README.parent / name).exists(), f"README.md names {name}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main(verbosity=2)
