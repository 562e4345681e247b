"""The public face: Python and the command line say the same words, with the same defaults."""

import copy
import dataclasses
import functools
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import memsim
from memsim import gym
from memsim.bayes import calibration
from memsim.commands.main import main
from memsim.contract import checking
from memsim.core import prediction
from memsim.core.parameters import Parameterized
from memsim.evaluation import interval_coverage, model_recovery, parameter_recovery
from memsim.evaluation.ranking import whole
from memsim.experiments import batteries
from memsim.fitting import result
from memsim.models.lookup import find_model
from memsim.reproductions import entry
from memsim.training.settings import Training

WORDS = (
    "run", "battery", "fit", "posterior", "compare", "benchmark", "recover", "calibrate", "train", "show", "reproduce",
    "check",
)  # fmt: skip
RUNNING = {"workers", "backend", "scheduler", "cache", "progress"}


@functools.cache
def people() -> memsim.Recalls:
    return memsim.load_recalls("peers_notask")[:20]


def judged() -> memsim.Judgments:
    found: memsim.Judgments = memsim.simulate(memsim.models.EqualVariance(), memsim.paradigms.Recognition().trials(2))
    return found


def function(word: str) -> Callable[..., Any]:
    return getattr(memsim, word)


def parameters(word: str) -> dict[str, inspect.Parameter]:
    found = dict(inspect.signature(function(word)).parameters)
    running = {name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in RUNNING}
    return found | running if "running" in found else found


def help_of(word: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main([word, "--help"])
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("word", WORDS)
def test_each_command_is_a_function_of_the_same_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(function(word)) and word in memsim.__all__
    assert f"usage: memsim {word}" in help_of(word, capsys)


@pytest.mark.parametrize("name", ["samples", "starts", "generations", "seed", "n_trials", "people", "over", "folds"])
def test_an_option_has_one_name_and_one_default(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What fitting functions share has one default; the command line has the same option."""
    words = [word for word in ("fit", "compare", "recover") if name in parameters(word)]
    defaults = {parameters(word)[name].default for word in words}
    assert len(defaults) == 1 or name == "n_trials", f"{name} is {defaults}"
    for word in words:
        assert f"--{name.replace('_', '-')}" in help_of(word, capsys)


def test_people_are_named_alike_everywhere(tmp_path: Path) -> None:
    recalls = memsim.load_dataset("peers_notask")[:40]
    recalls.to_frame().to_csv(tmp_path / "people.csv", index=False)
    for people in (recalls, "peers_notask", "peers_notask:all", str(tmp_path / "people.csv")):
        found = memsim.load_recalls(people)
        assert found.list_length == 16
    comparison = memsim.run({"TCM": memsim.models.TCM()}, recalls.trials.paradigm, people=recalls, n_trials=40)
    assert comparison.people is not None and comparison.people.recalls is recalls
    fitted = memsim.fit(
        memsim.models.TCM(), people=str(tmp_path / "people.csv"), free=["context_drift"], starts=1, generations=1
    )
    assert fitted.spec.free


def test_the_face_is_small() -> None:
    assert 30 <= len(set(memsim.__all__)) <= 60
    assert sorted(set(memsim.__all__)) == sorted(memsim.__all__), "no name twice"


@pytest.mark.parametrize("arguments", [["run", "b.toml"], ["run", "--backend", "dask"], ["run", "--workers", "0"],
                                       ["reproduce", "--nosuch", "1"], ["battery"]])  # fmt: skip
def test_what_does_not_apply_is_an_error(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "memsim", *arguments], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr and "Traceback" not in done.stderr


def test_models_and_tasks_in_every_form() -> None:
    people = memsim.load_dataset("peers_notask")[:20]
    quick = {"starts": 1, "generations": 1}
    several = memsim.compare([memsim.models.Strength(), "Uniform"], people, **quick)
    assert {"Strength", "Uniform"} <= set(several.fits)
    assert (
        several.fits.keys()
        == memsim.compare({"Strength": "Strength", "Uniform": "Uniform"}, people, **quick).fits.keys()
    )
    with pytest.raises(memsim.errors.InputError, match="2 models are called TCM; give labels"):
        memsim.compare([memsim.models.TCM(), memsim.models.TCM(context_drift=0.4)], people)
    named = memsim.run("Strength", "free_recall", n_trials=20)
    assert list(named.models) == ["Strength"]
    assert list(memsim.run([memsim.models.Strength()], people=people, n_trials=20).models) == ["Strength"]
    assert list(memsim.run(["strength"], people=people, n_trials=20).models) == ["Strength"]
    assert memsim.check("strength", paradigm="free_recall") == memsim.check(memsim.models.Strength)
    with pytest.raises(memsim.errors.UnknownNameError, match="did you mean 'TCM'"):
        memsim.check("TMC")
    with pytest.raises(memsim.errors.UnknownNameError, match="did you mean 'free_recall'"):
        memsim.run("Strength", "free_recal")
    with pytest.raises(memsim.errors.InputError, match=r"FreeRecall is a class; pass an instance, FreeRecall\(\)"):
        memsim.recover("Strength", memsim.paradigms.FreeRecall)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: memsim.models.TCM(context_drft=0.5), "no parameter 'context_drft'; did you mean 'context_drift'"),
        (lambda: memsim.models.TCM(drift=0.5), "did you mean 'context_drift'"),
        (lambda: memsim.paradigms.FreeRecall(list_lenght=3), "did you mean 'list_length'"),
        (lambda: memsim.fit("TCM", "peers_notask", start=3), "fit has no option 'start'; did you mean 'starts'"),
        (lambda: memsim.recover("TCM", worker=3), "recover has no option 'worker'; did you mean 'workers'"),
        (lambda: memsim.score(5, None), r"5 is not a memsim.MemoryModel; pass an instance, as TCM\(\), or a name"),
        (lambda: memsim.score("TCM", "peers_notask"), r"load_recalls\('peers_notask'\) gives those of a data set"),
        (lambda: memsim.log_likelihood(memsim.models.TCM(), "peers_notask"), "got str 'peers_notask'.*load_recalls"),
    ],
)  # fmt: skip
def test_what_was_meant_is_offered(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(memsim.errors.InputError, match=message):
        wrong()


def test_unknown_attributes_offer_the_closest() -> None:
    with pytest.raises(AttributeError, match="memsim.models has no 'TMC'; did you mean 'TCM'"):
        _ = memsim.models.TMC
    with pytest.raises(AttributeError, match="memsim has no 'fits'; did you mean 'fit'"):
        _ = memsim.fits
    assert not hasattr(memsim, "__nothing__")


def test_frozen_values_say_how_to_change_them() -> None:
    model, task = memsim.models.TCM(), memsim.paradigms.FreeRecall()
    with pytest.raises(dataclasses.FrozenInstanceError, match=r"\.replace\(context_drift=0\.3\)"):
        model.context_drift = 0.3  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match=r"\.replace\(list_length=3\)"):
        task.list_length = 3  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match=r"dataclasses.replace\(old, items="):
        task.trials(1).items = 3  # type: ignore[misc, assignment]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot be set or deleted"):
        del model.context_drift
    for wrong, near in (("context_drfit", "context_drift"), ("drift", "context_drift")):
        with pytest.raises(
            dataclasses.FrozenInstanceError, match=f"'{wrong}' is none of its fields; .*'{near}'"
        ) as said:
            setattr(model, wrong, 0.5)
        assert "replace" not in str(said.value), "it takes no such name"
    with pytest.raises(dataclasses.FrozenInstanceError, match="'record' is none of its fields"):
        memsim.models.DNC().record = {}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "wrong", "near"),
    [
        (lambda: memsim.models.TCM(), "context_drfit", "context_drift"),
        (lambda: memsim.models.TCM(), "drift", "context_drift"),
        (lambda: memsim.models.SIMPLE(), "recall_probabilty", "recall_probability"),
        (lambda: memsim.paradigms.FreeRecall(), "list_lenght", "list_length"),
        (lambda: memsim.paradigms.FreeRecall(), "trails", "trials"),
        (lambda: people(), "trails", "trials"),
        (lambda: people(), "to_fram", "to_frame"),
        (lambda: people().trials, "condition", "conditions"),
        (lambda: people().origin, "datset", "dataset"),
        (lambda: people().trials.pool, "catgories", "categories"),
        (lambda: judged(), "ratngs", "ratings"),
        (lambda: memsim.models.TCM.parameters()[0], "unt", "unit"),
    ],
)  # fmt: skip
def test_what_a_value_lacks_is_said_with_what_it_has(value: Callable[[], object], wrong: str, near: str) -> None:
    with pytest.raises(AttributeError, match=f"has no '{wrong}'; did you mean '{near}'\\?"):
        getattr(value(), wrong)


def test_every_value_of_the_face_offers_what_it_has() -> None:
    results = (
        batteries.BatteryResults, calibration.Calibration, checking.Check, interval_coverage.Coverage, entry.Report,
        model_recovery.ModelRecovery, parameter_recovery.ParameterRecovery, prediction.PositionPrediction,
        result.UnitFit, whole.Ranking,
    )  # fmt: skip
    of_face = (getattr(memsim, name) for name in memsim.__all__)
    classes = [cls for cls in (*of_face, *results) if dataclasses.is_dataclass(cls) and not inspect.isabstract(cls)]
    assert len(classes) >= 20
    for cls in classes:
        bare = object.__new__(cls)
        first = dataclasses.fields(cls)[0].name
        if not issubclass(cls, Parameterized):  # these learn it when one is made
            with pytest.raises(AttributeError, match=f"has no '{first}x'; did you mean '{first}'"):
                getattr(bare, f"{first}x")
            with pytest.raises(dataclasses.FrozenInstanceError, match="fields; did you mean"):
                setattr(bare, f"{first}x", 1)


def test_values_are_copied_pickled_and_asked_as_before() -> None:
    @dataclasses.dataclass(frozen=True)
    class Broken(memsim.models.Strength):
        """A model with a fault in it."""

        @property
        def worse(self) -> int:
            return self.nothing

        @property
        def wrong(self) -> int:
            return {}.keyz()

    with pytest.raises(AttributeError, match="Broken has no 'nothing'"):
        _ = Broken().worse
    with pytest.raises(AttributeError, match="'dict' object has no attribute 'keyz'"):
        _ = Broken().wrong
    for value in (memsim.models.TCM(), memsim.paradigms.FreeRecall(), memsim.models.DNC()):
        assert pickle.loads(pickle.dumps(value)) == value == copy.deepcopy(value)
        assert not hasattr(value, "__array__") and not hasattr(value, "_repr_png_") and not hasattr(value, "nothing")
    assert (copy.deepcopy(people()).positions == people().positions).all()


def test_functions_of_one_model_take_its_name() -> None:
    recalls, lists = people()[:4], memsim.paradigms.FreeRecall(list_length=4).trials(3)
    for name in ("TCM", "cmr:demonstration"):
        _, found = find_model(name)
        model = found() if isinstance(found, type) else found
        assert isinstance(model, memsim.MemoryModel)
        assert (memsim.simulate(name, lists).positions == memsim.simulate(model, lists).positions).all()
        predicted = memsim.predict(name, lists, 1)
        assert isinstance(predicted, memsim.Recalls)
        assert (predicted.positions == memsim.simulate(model, lists, 1).positions).all()
        expected = memsim.log_likelihood(model, recalls)
        assert (memsim.log_likelihood(name, recalls) == expected).all()
        assert memsim.score(name, recalls)["log_likelihood"].tolist() == expected.tolist()
        events = memsim.event_log_probabilities(name, recalls)
        assert np.nansum(events, axis=1) == pytest.approx(expected)
        gradient = memsim.log_likelihood_gradient(name, recalls, ["stop_base"]).gradient
        assert gradient == memsim.log_likelihood_gradient(model, recalls, ["stop_base"]).gradient
    simple = memsim.models.SIMPLE()
    likelihood = memsim.position_log_likelihood("simple", recalls)
    assert (likelihood == memsim.position_log_likelihood(simple, recalls)).all()
    task = recalls.trials.paradigm
    assert (memsim.recall_probability("SIMPLE", task) == memsim.recall_probability(simple, task)).all()
    for wrong in (
        lambda: memsim.simulate("TMC", lists), lambda: memsim.predict("TMC", lists),
        lambda: memsim.log_likelihood("TMC", recalls), lambda: memsim.score("TMC", recalls),
        lambda: memsim.recall_probability("TMC", task), lambda: memsim.coverage("TMC", {"choice_noise": 0.1}),
    ):  # fmt: skip
        with pytest.raises(memsim.errors.UnknownNameError, match="did you mean 'TCM'"):
            wrong()


def test_models_are_instances_or_names() -> None:
    people = memsim.load_dataset("peers_notask")[:20]
    named = memsim.fit("Strength", people, ["retention"], starts=1, generations=1)
    built = memsim.fit(memsim.models.Strength(), people, ["retention"], starts=1, generations=1)
    assert named.log_likelihood == built.log_likelihood
    assert memsim.fit(named.spec, people).units == named.units
    with pytest.raises(memsim.errors.InputError, match="starts=2 stands beside a FitSpec"):
        memsim.fit(named.spec, people, starts=2)
    task = people.trials.paradigm
    assert list(memsim.run({"a": "DNC:people"}, task, n_trials=20).models) == ["a"]
    with pytest.raises(memsim.errors.InputError, match=r"Strength is a class; pass an instance, Strength\(\)"):
        memsim.fit(memsim.models.Strength, people)
    with pytest.raises(memsim.errors.UnknownNameError, match="did you mean 'TCM'"):
        memsim.run({"a": "TMC"}, task)


@functools.cache
def fitted() -> memsim.Fit:
    return memsim.fit("Strength", people(), ["retention"], starts=1, generations=1)


@functools.cache
def compared() -> memsim.Comparison:
    return memsim.run("Strength", people=people(), n_trials=20)


def public_functions() -> dict[str, Callable[..., Any]]:
    """The functions of the face, of analyses and of data, by dotted name."""
    found: dict[str, Callable[..., Any]] = {}
    for package in (memsim, memsim.analysis, memsim.data):
        for name in package.__all__:
            value = getattr(package, name)
            if inspect.isfunction(value):
                found[f"{package.__name__}.{name}"] = value
    return found


TAKES_ANYTHING = {"memsim.parameter", "memsim.analysis.tulving_wiseman"}
"""The default of a parameter is checked with its declaration; the other is arithmetic of numbers."""
DECLARING = {"memsim.choice", "memsim.analysis.of_judgments", "memsim.analysis.of_recalls"}
"""They declare parameters and analyses in a user's own code, where Python's error names the line."""
ARITHMETIC = {"memsim.analysis.yules_q"}
NOTHING_NEEDED = {"memsim.benchmark", "memsim.data.fetch_peers"}
"""None stands for what is done by default."""


@pytest.mark.parametrize("name", sorted(public_functions().keys() - TAKES_ANYTHING - DECLARING - ARITHMETIC))
def test_a_wrong_first_argument_is_an_error_of_memsim(name: str) -> None:
    function = public_functions()[name]
    needed = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
    others = [each for each in needed if each.kind is each.POSITIONAL_OR_KEYWORD][1:]
    named = {each.name: None for each in needed if each.kind is each.KEYWORD_ONLY}
    for wrong in (5, None, {}, object()):
        if wrong is None and name in NOTHING_NEEDED:
            continue
        with pytest.raises(memsim.errors.MemsimError):
            function(wrong, *(None for _ in others), **named)


def public_classes() -> dict[str, type[Any]]:
    """The classes of the face, of analyses, data, models, tasks and training, by dotted name."""
    packages = (memsim, memsim.analysis, memsim.data, memsim.models, memsim.paradigms, gym)
    found = {f"{package.__name__}.{name}": getattr(package, name) for package in packages for name in package.__all__}
    return {name: value for name, value in found.items() if isinstance(value, type)} | {"Training": Training}


DECLARED = {name: cls for name, cls in public_classes().items() if issubclass(cls, Parameterized)}
"""Their constructors take what they declare."""
WRONG: tuple[Any, ...] = (
    None,
    {},
    object(),
    "x",
    b"x",
    [1],
    [[1, 2], [3]],
    -1.5,
    1j,
    np.array([1, 2]),
    {"a": object()},
    [object()],
)


@pytest.mark.parametrize("name", sorted(name for name, cls in DECLARED.items() if not inspect.isabstract(cls)))
def test_a_wrong_value_of_what_is_declared_is_an_error_of_memsim(name: str) -> None:
    cls, refused = DECLARED[name], 0
    for declared in cls.parameters():
        for wrong in (*WRONG, 10**400, float("nan")):
            try:
                cls(**{declared.name: wrong})
            except memsim.errors.MemsimError:
                refused += 1
    assert refused >= 8 * len(cls.parameters())


def lists_of_people() -> memsim.Trials:
    return people()[:4].trials


def made() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """What a user makes of his own data, by name: the constructor or the classmethod, and arguments that it takes."""
    recalls, judgments, lists = people()[:4], judged(), lists_of_people()
    fields = {
        cls: {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        for cls, value in ((memsim.Recalls, recalls), (memsim.Judgments, judgments), (memsim.Trials, lists))
    }
    matrix: dict[str, Any] = {"matrix": [[1, 2, 0]], "list_length": 4, "times": None, "subject": None, "list": None}
    task: dict[str, Any] = {"paradigm": None, "origin": None}
    texts = dict.fromkeys(("model", "source", "category"))
    several: dict[str, Any] = {"conditions": (), "labels": (), "list_length": None}
    shared = {**texts, **several, **task}
    options = {declared.name: None for declared in memsim.data.ReaderOptions.declared()}
    spec: dict[str, Any] = {
        "model": "TCM", "free": ["context_drift"], "ties": None, "recalls": None, "lapse": None, "per": "group",
        "by": "likelihood", "weights": None, "starts": 1, "generations": 1, "seed": 0, "stopping": "own",
        "criteria": "spaced",
    }  # fmt: skip
    return {
        "Recalls": (memsim.Recalls, fields[memsim.Recalls]),
        "Judgments": (memsim.Judgments, fields[memsim.Judgments]),
        "Trials": (memsim.Trials, fields[memsim.Trials]),
        "ItemPool": (memsim.ItemPool, {"labels": ["a", "b"], "features": None, "similarity": None, "categories": None}),
        "Probes": (memsim.Probes, {"items": [[1, 2], [3, 4]], "about": None, "labels": {}}),
        "Observed": (memsim.Observed, {"dataset": "a", "condition": "b", "citation": "c", "details": {}}),
        "Simulated": (
            memsim.Simulated, {"model": "TCM", "parameters": {}, "seed": 1, "lists_seed": 1, "versions": {}}
        ),
        "FitSpec": (
            memsim.FitSpec, {name: spec[name] for name in ("per", "by", "weights", "starts", "generations", "seed",
                                                           "stopping", "criteria")} | {"space": fitted().spec.space},
        ),
        "FitSpec.of": (memsim.FitSpec.of, spec),
        "Recalls.from_matrix": (memsim.Recalls.from_matrix, matrix | {"output_limit": None} | task),
        "Recalls.from_frame": (
            memsim.Recalls.from_frame, {"frame": recalls.to_frame(), "output_limit": None, **shared},
        ),
        "Judgments.from_frame": (
            memsim.Judgments.from_frame,
            {"frame": judgments.to_frame(), "ratings": None, "pool": None, **shared,
             "paradigm": memsim.paradigms.Recognition},
        ),
        "ItemPool.numbered": (memsim.ItemPool.numbered, {"n_items": 3}),
        "ReaderOptions": (memsim.data.ReaderOptions, options),
        "ReaderOptions.of": (memsim.data.ReaderOptions.of, {"given": {}}),
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(made()))
def test_a_wrong_argument_of_what_users_make_is_an_error_of_memsim(name: str) -> None:
    make, right = made()[name]
    make(**right)
    for argument in right:
        refused = 0
        for wrong in WRONG:
            try:
                make(**{**right, argument: wrong})
            except memsim.errors.MemsimError:
                refused += 1
        assert refused >= len(WRONG) - 5, argument


HOOKS = {"fast_gradients", "of_situations", "of_record", "set_elsewhere", "own_clip", "defaults"}
"""Those that memsim calls, of which a model or a task may have its own."""
TESTED_BY_NAME = {"load", "from_json", "of", "numbered", "from_frame", "from_matrix", "declared", "parameters"}
"""Others have tests with right arguments beside the wrong one, above and below, or take none."""


def class_methods(cls: type[Any]) -> set[str]:
    static = {name: inspect.getattr_static(cls, name) for name in dir(cls) if not name.startswith("_")}
    return {name for name, each in static.items() if isinstance(each, classmethod | staticmethod)}


def test_a_wrong_argument_of_any_classmethod_is_an_error_of_memsim() -> None:
    seen = set()
    for cls in public_classes().values():
        for name in class_methods(cls) - HOOKS - TESTED_BY_NAME:
            seen.add(name)
            for wrong in (5, None, {}, object(), [1]):
                with pytest.raises(memsim.errors.MemsimError):
                    getattr(cls, name)(wrong)
    assert seen == {"preset"}, "a classmethod of another name: call it above, or name it in HOOKS or TESTED_BY_NAME"


MADE_BY_FUNCTIONS = {
    "memsim.Comparison", "memsim.Fit", "memsim.HeldOutComparison", "memsim.Posterior", "memsim.Normal",
    "memsim.Evidence", "memsim.analysis.RatingFits", "memsim.analysis.RecallRegression", "memsim.analysis.Selection",
    "memsim.analysis.Winners", "memsim.gym.Played",
}  # fmt: skip
"""Results, and what a model's own code returns, which ``check`` holds to the contract."""
DECLARATIONS = {
    "memsim.Parameter", "memsim.Preset", "memsim.analysis.Analysis", "memsim.data.Dataset",
}  # fmt: skip
"""Written in code that adds to memsim, where Python's error names the line."""
DRAWN = {"memsim.analysis.Panel", "memsim.analysis.Strip"}
"""What they hold is checked by the function that draws it."""
WRAPPING = {"memsim.gym.TaskEnv", "memsim.gym.TaskVectorEnv"}
"""Environments of Gymnasium, which has tests of its own."""


def test_every_public_class_is_tried_with_wrong_values() -> None:
    tried = {f"memsim.{name}" for name in made()} | {f"memsim.data.{name}" for name in made()}
    exempt = MADE_BY_FUNCTIONS | DECLARATIONS | DRAWN | WRAPPING
    assert public_classes().keys() - DECLARED.keys() - tried == exempt


@pytest.mark.parametrize("wrong", [5, None, object(), "x", [[1, 2], [3, 4], [5]]])
def test_what_is_drawn_is_checked_where_it_is_drawn(wrong: Any) -> None:
    curve = pd.Series([0.5, 0.2], [1, 2])
    for field in ("target", "obtained"):
        panel = memsim.analysis.Panel("a", "x", "y", curve, {"TCM": curve})._replace(**{field: wrong})
        with pytest.raises(memsim.errors.InputError):
            memsim.analysis.target_figure([panel])
    strip = memsim.analysis.Strip("write", np.zeros((2, 3)))
    with pytest.raises(memsim.errors.InputError):
        memsim.analysis.memory_figure([strip._replace(values=wrong)], ["a", "b", "c"])
    if wrong is not None:  # neither rows without labels, nor no links, is wrong
        with pytest.raises(memsim.errors.InputError):
            memsim.analysis.memory_figure([strip._replace(rows=wrong)], ["a", "b", "c"])
        with pytest.raises(memsim.errors.InputError):
            memsim.analysis.memory_figure([strip], ["a", "b", "c"], links=wrong)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: memsim.models.DNC.preset(5), "5 is not the name of a preset of DNC"),
        (lambda: Training.preset(5), "5 is not the name of a preset of Training.* 'GRU:serial'"),
        (lambda: Training("GRU"), r"'GRU' is given without a name; .* Training.preset\('GRU:serial'\)"),
        (lambda: Training(sizes=5), "Training: sizes: 5 is no mapping"),
        (lambda: memsim.models.CRU(stop_rule=np.zeros(2)), r"CRU: stop_rule=array\(\[0., 0.\]\) must be one of"),
        (lambda: memsim.FitSpec.of("TCM", 5), r"free=5 must be names of parameters, .* as in \['context_drift'\]"),
        (lambda: memsim.FitSpec.of("TCM", recalls="x"), r"got str 'x'; load_recalls\('x'\)"),
        (lambda: memsim.FitSpec.of("TCM", ties=[1]), r"fit: ties: \[1\] is no mapping; give a dict, as in"),
        (lambda: memsim.Recalls(lists_of_people(), 5), "positions: expected a matrix .* got 5"),
        (lambda: memsim.Recalls.from_matrix({}, 4), "Recalls.from_matrix: expected a matrix .* got {}"),
        (lambda: memsim.Recalls.from_matrix([[1]], 4, paradigm=int), "<class 'int'> is no paradigm; give one, or its"),
        (lambda: memsim.Recalls.from_matrix([[1]], 4, subject=5), r"subject=5 must be a list or an array of \(1,\)"),
        (lambda: memsim.Judgments.from_frame(judged().to_frame(), paradigm=None), "paradigm=None is no paradigm"),
        (lambda: dataclasses.replace(judged(), origin=5), "Judgments: origin=5 is neither"),
        (lambda: dataclasses.replace(lists_of_people(), seed="x"), "seed='x' must be a whole number"),
        (lambda: dataclasses.replace(lists_of_people(), probes=5), r"probes=5 is no memsim.Probes; give Probes\(items"),
        (lambda: dataclasses.replace(lists_of_people(), conditions=5), "conditions: 5 is no mapping; give a dict"),
        (lambda: memsim.ItemPool(["a"]).indices(5), "ItemPool.indices: 5 must be labels"),
        (lambda: memsim.data.ReaderOptions(paradigm=5), "paradigm=5 is no paradigm"),
        (lambda: memsim.data.ReaderOptions.of(5), "ReaderOptions.of: 5 is no mapping; give a dict"),
        (lambda: compared().figure("serial_postion_curve"), "curve='serial_postion_curve' must be .* 'serial_position"),
    ],
)  # fmt: skip
def test_a_wrong_value_of_a_constructor_is_said_with_what_is_wanted(wrong: Callable[[], object], says: str) -> None:
    with pytest.raises(memsim.errors.InputError, match=says):
        wrong()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: memsim.load_dataset(5), "5 is not the name of a data set; give it as text, as in 'peers_notask'"),
        (lambda: memsim.load_dataset("peers_notask", 5), "5 is not the name of a condition"),
        (lambda: memsim.load_curves(5), "5 is not the name of a data set"),
        (lambda: memsim.models.TCM.preset(5), "5 is not the name of a preset of TCM"),
        (lambda: memsim.models.SAM.preset(None), "as in 'murdock1962'"),
        (lambda: memsim.battery({}), "{} is no path; give the name of a file"),
        (lambda: memsim.battery("b.toml", 5), "no battery file|cannot be read|out: 5 is no path"),
        (lambda: memsim.benchmark(memsim.models.TCM(), set=5), "5 is not the name of a set .* 'installed'"),
        (lambda: memsim.explore(memsim.models.TCM(), link=5), "link=5 must be text"),
        (lambda: memsim.population(people()), "is no fit; give one to each person"),
        (lambda: memsim.Fit.load(5), "Fit.load: 5 is no path"),
        (lambda: memsim.Fit.load("f.json", model=5), "Fit.load: model=5 is no model; give its class"),
        (lambda: memsim.Posterior.load(5), "Posterior.load: 5 is no path"),
        (lambda: fitted().save(5), "Fit.save: 5 is no path"),
        (lambda: memsim.compare([memsim.models.TCM()]), "'people'; people may be recalls, the name of a data set"),
        (lambda: memsim.fit("TCM"), "'people'; people may be recalls"),
        (lambda: memsim.recover(), "'models'; models may be models, or their names"),
        (lambda: memsim.train(5), "5 is neither a Training nor the name of a preset"),
        (lambda: memsim.reproduce(5), "5 is neither a reproduction nor the name of one"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_said_with_what_is_wanted(wrong: Callable[[], object], says: str) -> None:
    with pytest.raises(memsim.errors.InputError, match=says):
        wrong()
