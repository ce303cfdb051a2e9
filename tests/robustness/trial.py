"""One input: number to damaged folder, folder to outcome."""

from __future__ import annotations

import fnmatch
import shutil
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.robustness.judge import Finding, judge
from tests.robustness.seeds import Tree
from tests.robustness.targets import TARGETS, Target


class Trial(NamedTuple):
    """A damaged tree: which file, with what content, what was done to it."""

    tree: Tree
    victim: str
    content: bytes
    done: str


@cache
def seeds_of(name: str) -> tuple[Tree, ...]:
    """Return the seeds of a target, made once."""
    return TARGETS[name].seeds()


def make_trial(name: str, number: int) -> Trial:
    """Return input ``number`` of a target; number 0, 1, ... of the seeds are the seeds."""
    trees = seeds_of(name)
    rng = Random(f"{name}:{number}")
    tree = rng.choice(trees) if number >= len(trees) else trees[number]
    names = [k for k in tree if fnmatch.fnmatch(k, TARGETS[name].victims)]
    victim = rng.choice(names)
    if number < len(trees):
        return Trial(tree, victim, tree[victim], "sound")
    content, done = TARGETS[name].damage(tree[victim], rng)
    return Trial(tree, victim, content, done)


class Bench:
    """A scratch folder in which inputs of one target are laid and tried."""

    def __init__(self, target: Target, scratch: Path) -> None:
        self.target = target
        self.scratch = scratch
        self.folder = scratch / "in"
        self._laid: Tree | None = None

    def lay(self, trial: Trial) -> None:
        """Write a trial's files; only what changed, where the tree is the same."""
        if self._laid is not trial.tree or self._stray(trial.tree):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            for name, content in trial.tree.items():
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            self._laid = trial.tree
        (self.folder / trial.victim).write_bytes(trial.content)

    def clear(self, trial: Trial) -> None:
        """Put the sound file back."""
        path = self.folder / trial.victim
        if path.parent.is_dir() and not path.is_dir():
            path.write_bytes(trial.tree[trial.victim])

    def run(self, trial: Trial) -> tuple[str, Finding | None]:
        """Try a trial; something written outside the folder is a finding, too."""
        self.lay(trial)
        try:
            outcome, finding = judge(lambda: self.target.act(self.folder))
        finally:
            self.clear(trial)
        strangers = [path.name for path in self.scratch.iterdir() if path.name != "in"]
        if strangers:
            for name in strangers:
                path = self.scratch / name
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            return "finding", Finding("written outside", "", ", ".join(strangers)[:200])
        return outcome, finding

    def _stray(self, tree: Tree) -> bool:
        there = {p.name for p in self.folder.iterdir()} if self.folder.is_dir() else set()
        return there != {name.split("/")[0] for name in tree}
