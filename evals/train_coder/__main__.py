"""`make train-coder`: out-of-fold predictions (evals/coder_oof.csv: no text), then the weights from all transcripts (coach/practice/coder.npz).

    COACH_ANNOMI=folder python -m evals.train_coder [--threads 2] [--only-export]

`--only-export` keeps the folds' logits of the last run (in the user's cache folder) and trains only what is shipped.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from coach.practice.coder_weights import SIZE, VIEWS
from coach.settings import load_settings, quiet_libraries
from evals.train_coder import export, line, mix, net, oof
from evals.train_coder.data import Turn, folds, turns
from evals.train_coder.states import Counted, Lower, counted, lower

FOLDS = 5


def main() -> int:
    quiet_libraries()
    import torch

    torch.set_num_threads(int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 2)
    began, every = time.monotonic(), turns()
    kept = Path(load_settings().models_dir) / "coder_logits.npz"
    cues, placed = counted(every), folds(every, FOLDS)
    below = lower(every)
    fold = np.array([placed[turn.transcript] for turn in every])
    _tell(began, f"{len(every)} turns read")
    if "--only-export" not in sys.argv:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, **_out_of_fold(every, below, cues, fold, began))
    with np.load(kept) as file:
        views = [file[name] for name in VIEWS]
    oof.write(every, fold, views)
    places = list(range(len(every)))
    nets = [net.train(tuning, every, below, cues.cues, places) for tuning in net.TUNINGS]
    made = export.arrays(nets, line.train(every, cues, below, places), mix.fit(every, views, places))
    _tell(began, f"{export.write(made, len(every)) / 1e6:.1f} MB written")
    return 0


def _out_of_fold(every: list[Turn], below: Lower, cues: Counted, fold: Any, began: float) -> dict[str, Any]:
    found = {name: np.zeros((len(every), SIZE)) for name in VIEWS}
    for number in range(FOLDS):
        learn, test = (np.flatnonzero(chosen).tolist() for chosen in (fold != number, fold == number))
        for tuning in net.TUNINGS:
            made = net.train(tuning, every, below, cues.cues, learn)
            found[tuning.name][test] = net.predict(made, below, cues.cues, test)
        for name, logits in line.predict(line.train(every, cues, below, learn), cues, below, test).items():
            found[name][test] = logits
        _tell(began, f"fold {number + 1} of {FOLDS}")
    return found


def _tell(began: float, what: str) -> None:
    print(f"{time.monotonic() - began:6.0f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
