"""Recognition and cued recall of people, read from tables that lie beside the repository; their analyses' targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from memsim import ItemPool, Recalls, Trials
from memsim.analysis import mean_over_subjects
from memsim.core.judgments import Judgments
from memsim.core.parameters import parameter
from memsim.core.probes import Probes
from memsim.core.trials import Paradigm
from tests.analysis.recognition.tasks import CuedPairs, JudgedPairs
from tests.conftest import shared_file


@dataclass(frozen=True)
class Session(Paradigm):
    """A session of lists of ``list_size`` items, and then one test of recognition."""

    cue = ""
    silence_ends = False
    judged = "item"

    n_probed: int = parameter(1, 1, 1000, doc="probes in a trial")
    ratings: int = parameter(2, 2, 100, doc="ratings of the scale")
    list_size: int = parameter(1000, 1, 1000, doc="items in each list of the session")

    @property
    def n_probes(self) -> int:
        return self.n_probed

    @property
    def n_ratings(self) -> int:
        return self.ratings

    @property
    def response_limit(self) -> int | None:
        return None if self.cue else 0

    @property
    def list_of_position(self) -> np.ndarray:
        return np.arange(self.list_length, dtype=np.int32) // self.list_size


@dataclass(frozen=True)
class RecalledSession(Session):
    """The same, in which lists were recalled before."""

    cue = "free"
    silence_ends = True


@cache
def human(name: str) -> pd.DataFrame:
    return pd.read_csv(shared_file(f"data/human/{name}.csv.gz"), keep_default_na=False, na_values=[""])


@cache
def target(name: str) -> pd.DataFrame:
    return pd.read_csv(shared_file(f"data/targets/{name}.csv"))


def peers_sessions() -> pd.DataFrame:
    """Every probe of PEERS, with its rating from 1 to 10, its trial, and its place in the lists of the session."""
    frame = human("peers_recognition_dev").copy()
    known = frame["confidence"].between(1, 5) & frame["response"].notna()
    rating = np.where(frame["response"] == 1, 5 + frame["confidence"], 6 - frame["confidence"])
    frame["rating"] = np.where(known, rating, 0)
    frame["answer"] = frame["response"].map({0: 1, 1: 2}).fillna(0)
    frame["place"] = np.where(frame["old"] == 1, (frame["list"] - 1) * 16 + frame["position"] - 1, -1)
    frame["label"] = frame["session"]
    return frame


def judged(
    frame: pd.DataFrame, rating: str, n_ratings: int, list_length: int = 0, list_size: int = 1000, recalled: str = ""
) -> Judgments:
    """Judgments of one session for each ``subject`` and ``label``, in the order of rows.

    Items are numbered by their probes within the session. ``place``, if there is one, is the position of an old item.
    """
    rows, keys = pd.factorize(pd.MultiIndex.from_frame(frame[["subject", "label"]]))
    number = frame.groupby(rows).cumcount().to_numpy()
    n_trials, n_probes = len(keys), int(number.max()) + 1
    old = frame["old"].to_numpy() == 1
    if "place" in frame:
        place = frame["place"].to_numpy().astype(int)
    else:
        place = frame.groupby([rows, old]).cumcount().to_numpy()
        list_length = int(place[old].max()) + 1
    # Places of which no item was tested hold fillers.
    items = np.tile(n_probes + np.arange(list_length), (n_trials, 1))
    items[rows[old], place[old]] = number[old]
    probes = np.full((n_trials, n_probes), -1)
    probes[rows, number] = number
    ratings = np.zeros((n_trials, n_probes), dtype=int)
    ratings[rows, number] = frame[rating].to_numpy()
    settings = {"list_length": list_length, "n_probed": n_probes, "ratings": n_ratings, "list_size": list_size}
    task = RecalledSession(**settings) if recalled else Session(**settings)
    trials = Trials(
        items, ItemPool.numbered(n_probes + list_length), task, keys.get_level_values(0), keys.get_level_values(1),
        probes=Probes(probes),
    )  # fmt: skip
    if not recalled:
        return Judgments(trials, ratings)
    was = old & (frame[recalled].to_numpy() > 0)
    output = pd.Series(rows[was]).groupby(rows[was]).cumcount().to_numpy()
    positions = np.zeros((n_trials, int(output.max()) + 1), dtype=int)
    positions[rows[was], output] = place[was] + 1
    return Judgments(trials, ratings, recalls=Recalls(trials, positions))


def pairs_of(frame: pd.DataFrame, n_pairs: int) -> Recalls:
    """Cued recall of one list for each ``subject`` and ``label``.

    Columns: ``study_position`` of the pair, ``test`` place of its probe, ``first, second`` words, ``forward``,
    ``outcome``; ``said`` the word that was given. Words that were not in the list are intruders.
    """
    words, codes = np.unique(
        pd.concat([frame["first"], frame["second"], frame["said"].fillna("")]).astype(str), return_inverse=True
    )
    first, second, said = codes.reshape(3, -1)
    rows, keys = pd.factorize(pd.MultiIndex.from_frame(frame[["subject", "label"]]))
    n_trials = len(keys)
    items = np.tile(len(words) + np.arange(2 * n_pairs), (n_trials, 1))
    at = frame["study_position"].to_numpy() - 1
    items[rows, 2 * at], items[rows, 2 * at + 1] = first, second
    test = frame.groupby(rows)["test"].rank().to_numpy().astype(int) - 1
    n_probes = int(test.max()) + 1
    forward = frame["forward"].to_numpy().astype(bool)
    probes = np.full((n_trials, n_probes, 2), -1)
    probes[rows, test, np.where(forward, 0, 1)] = np.where(forward, first, second)
    positions, intruders = np.zeros((n_trials, n_probes), dtype=int), np.full((n_trials, n_probes), -1)
    matches = items[rows] == said[:, None]
    in_list = np.where(matches.any(axis=1), matches.argmax(axis=1) + 1, -1)
    outcome = frame["outcome"].to_numpy()
    given = np.select([outcome == "correct", np.isin(outcome, ("none", "pass"))], [2 * at + 1 + forward, 0], in_list)
    given = np.where((given == 2 * at + 1 + forward) & (outcome != "correct"), -1, given)
    positions[rows, test] = given
    known = (given == -1) & frame["said"].notna().to_numpy()
    intruders[rows, test] = np.where(known, said, -1)
    trials = Trials(
        items, ItemPool.numbered(len(words) + 2 * n_pairs), CuedPairs(list_length=2 * n_pairs, n_cues=n_probes),
        keys.get_level_values(0), keys.get_level_values(1), probes=Probes(probes),
    )  # fmt: skip
    session = frame.groupby(rows)["session"].first().to_numpy() if "session" in frame else None
    if session is not None:
        trials = Trials(
            trials.items, trials.pool, trials.paradigm, trials.subject, trials.list, session=session,
            probes=trials.probes,
        )  # fmt: skip
    return Recalls(trials, positions, intruders=intruders)


def judged_pairs(frame: pd.DataFrame) -> Judgments:
    """Associative recognition of one study list for each subject: rated 2 where the answer is that a pair is intact."""
    words, codes = np.unique(pd.concat([frame["word1"], frame["word2"]]).astype(str), return_inverse=True)
    frame = frame.assign(code1=codes[: len(frame)], code2=codes[len(frame) :])
    parts = dict(list(frame.groupby("phase")))
    n_subjects = frame["subject"].nunique()
    study, test = (parts[name].sort_values(["subject", "position"]) for name in ("study", "test"))
    items = study[["code1", "code2"]].to_numpy().reshape(n_subjects, -1)
    probes = test[["code1", "code2"]].to_numpy().reshape(n_subjects, -1, 2)
    labels = test["condition"].to_numpy().reshape(n_subjects, -1)
    task = JudgedPairs(list_length=items.shape[1], n_probed=probes.shape[1])
    trials = Trials(
        items, ItemPool.numbered(len(words)), task, np.sort(frame["subject"].unique()),
        probes=Probes(probes, labels={"condition": labels}),
    )  # fmt: skip
    return Judgments(trials, np.where(test["response"] == "intact", 2, 1).reshape(n_subjects, -1))


def over_people(frame: pd.DataFrame, by: str | Sequence[str], value: str = "prob") -> pd.DataFrame:
    """Means and standard errors over people, by level."""
    return mean_over_subjects(frame, by if isinstance(by, str) else list(by), value)
