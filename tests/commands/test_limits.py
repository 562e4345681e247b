"""Numbers that no experiment needs, and files that are none: one line, before memory or time is taken."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from memsim import compare, fit, load_dataset, recover, run, simulate
from memsim.commands.main import main
from memsim.core.errors import DataError, InputError, MemsimError
from memsim.core.limits import CELLS, MOST
from memsim.core.names import printable, shown
from memsim.experiments.battery_file import read_battery
from memsim.experiments.labels import filled_in
from memsim.fitting.result import Fit
from memsim.fitting.ties import tied_value
from memsim.models import DNC, TCM
from memsim.models.networks.loaded_network import trained_network
from memsim.models.networks.weights import find_weights, load_weights, read_header, save_weights
from memsim.paradigms import FreeRecall
from memsim.running.sealed import sealed, unsealed
from tests.conftest import shared_file

HUGE = 10**400


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        "fit tcm --people peers_notask --starts 9999999999999999999999999",
        "fit tcm --people peers_notask --generations 1000000000000",
        "fit SAM --people peers_notask --samples 1000000000000",
        "fit tcm --people peers_notask --by summary --n-trials 1000000000000",
        "fit tcm --people peers_notask --by summary --weights lag_crp=nan",
        "fit tcm --people peers_notask --free context_drift=nan:1",
        "fit tcm --people peers_notask --free context_drift=0:inf",
        "fit tcm --people peers_notask --set context_drift=nan",
        "fit tcm --people peers_notask --workers 1000000000",
        "fit tcm --people peers_notask --starts 1.5",
        "compare tcm --people peers_notask --folds 99999999999",
        "compare tcm --people peers_notask --seed -1",
        "recover tcm --simulations 1000000000000",
        "recover tcm cmr --replications 100000",
        "recover tcm cmr --subjects 1000000000000",
        "recover tcm --list-length 1000000000",
        "run --models tcm --n-trials 1000000000000",
        "run --models tcm --list-length 1000000000",
        "run --models tcm --list-length 9999 --n-trials 1000000",
        "run --models tcm --presentation-time nan",
        "run --models tcm --retention-interval 1e400",
        "run --models tcm --output-limit 1000000000",
        "run --models dnc --people none --retention-interval 9999999 --n-trials 20",
        "run --models tcm --seed 1000000000000000000000000000000",
        "train dnc --hidden 100000000000 --out w.safetensors",
        "train dnc --slots 4096 --batch 10000 --out w.safetensors",
        "train dnc --threads 1000000000 --out w.safetensors",
        "show dnc --list-length 1000000000 --out x.png",
        "show dnc --trial 1000000000 --out x.png",
        "reproduce golden-cases --seed -1",
        "check tcm --seed 1000000000000000000000000000000",
        f"run --models tcm --n-trials {'9' * 5000}",
        f"train dnc --iterations {'9' * 5000} --out w.safetensors",
    ],
)
def test_options(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith("memsim: ") and error.count("\n") == 1 and len(error) < 600
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("function", "name"),
    [(fit, name) for name in ("starts", "generations", "seed")]
    + [(compare, name) for name in ("starts", "folds", "seed")]
    + [(recover, name) for name in ("simulations", "n_trials", "seed")]
    + [(run, name) for name in ("n_trials", "seed")],
)
@pytest.mark.parametrize("value", [0.5, -1, True, "3", None, float("nan"), HUGE, 10**25])
def test_arguments(function: Any, name: str, value: Any) -> None:
    recalls = load_dataset("peers_notask")[:20]
    given: tuple[Any, ...] = {fit: (TCM(), recalls), compare: ({"TCM": TCM()}, recalls), recover: (TCM(),),
                              run: ({"TCM": TCM()}, FreeRecall())}[function]  # fmt: skip
    if name in ("simulations", "generations") and value is None:
        return  # as if it were not given
    with pytest.raises(InputError, match=name):
        function(*given, **{name: value})


def test_parameters_and_bounds() -> None:
    for value in (HUGE, -HUGE, float("nan"), float("inf")):
        with pytest.raises(InputError, match="TCM: context_drift="):
            TCM(context_drift=value)
        with pytest.raises(InputError, match="list_length"):
            FreeRecall(list_length=value)
    recalls = load_dataset("peers_notask")[:20]
    bounds: Any
    for bounds in ((0, HUGE), (float("nan"), 1), ("0", "1"), (1, 0), (0.5,), 3, (0, 0.5, 1)):
        with pytest.raises(InputError, match="rising numbers"):
            fit(TCM(), recalls, {"context_drift": bounds})


def battery_text(**changes: str) -> str:
    parts = {"n_trials": "20", "seeds": "[0]", "analyses": '["lag_crp"]', "label": '"a"', "drift": "0.5"} | changes
    return (
        f"[battery]\nn_trials = {parts['n_trials']}\nseeds = {parts['seeds']}\nanalyses = {parts['analyses']}\n"
        f'[[models]]\nname = "TCM"\nlabel = {parts["label"]}\nparameters.context_drift = {parts["drift"]}\n'
        "[[paradigms]]\n"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_trials": "1000000000000"}, "line 2, battery.n_trials: 1000000000000 must be at most 1,000,000"),
        ({"n_trials": "1" + "0" * 400}, "must be at most"),
        ({"n_trials": "0x" + "f" * 6000}, "too large to show must be at most"),
        ({"n_trials": "9" * 6000}, "is not TOML"),
        ({"seeds": f"[{'9' * 40}]"}, "line 3, battery.seeds.* must be at most"),
        ({"seeds": str(list(range(20_000)))}, "there are 20,000 seeds"),
        ({"seeds": str(list(range(9_000))), "drift": str([i / 1000 for i in range(500)]), "label": '"{context_drift}"'},
         "500 models in 1 tasks with 9,000 seeds make 4,500,000 cells, more than 100,000"),
        ({"drift": "[" * 5000 + "]" * 5000}, "nested too deeply"),
        ({"drift": "nan"}, "must be a finite number"),
        ({"drift": "0x" + "f" * 6000}, "too large to show"),
        ({"label": '"{name:>3000000000}"'}, "line 7, models.1..label.*only a format such as"),
        ({"label": '"{name.__class__}"'}, "is no name here"),
        ({"label": '"{0}"'}, "is no name here"),
        ({"label": '"{}"'}, "is no name here"),
        ({"label": '"{name[0]}"'}, "is no name here"),
        ({"label": '"{name!r}"'}, "only a format such as"),
        ({"label": '"{context_drift:{name}}"'}, "only a format such as"),
        ({"label": '"{name"'}, "cannot be filled in"),
        ({"label": '"' + "x" * 5000 + '"'}, "longer than 200 letters"),
        ({"analyses": '[{ name = "lag_crp", label = "CON" }]'}, "name of a device"),
        ({"analyses": '[{ name = "lag_crp", label = "Summary" }]'}, "is the name of another file"),
        ({"analyses": '["lag_crp", { name = "lag_crp", label = "Lag_CRP" }]'}, "must be unique"),
    ],
)  # fmt: skip
def test_batteries(changes: dict[str, str], message: str) -> None:
    Path("b.toml").write_text(battery_text(**changes))
    with pytest.raises(InputError, match=message):
        read_battery(Path("b.toml"))


def test_a_grid_is_counted_before_it_is_made() -> None:
    values = [round(0.1 + i / 1000, 3) for i in range(100)]
    names = ("encoding_drift", "start_drift", "recall_drift", "stop_base", "primacy_scale", "primacy_decay")
    parameters = ", ".join(f"{name} = {values}" for name in names)
    Path("b.toml").write_text(
        f'[battery]\nanalyses = ["lag_crp"]\n[[paradigms]]\n[[models]]\nname = "CMR"\nparameters = {{ {parameters} }}\n'
    )
    with pytest.raises(InputError, match="line 6.*the lists make 1,000,000,000,000 combinations, more than 100,000"):
        read_battery(Path("b.toml"))
    text = shared_file("cases/handling/07_no_limits/grid.toml").read_text()
    Path("b.toml").write_text(text.replace("\ntrials =", "\nn_trials ="))
    with pytest.raises(InputError, match=r"1,000,000,000,\d+ combinations, more than 100,000"):
        read_battery(Path("b.toml"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there must be a list of analyses"),
        (b"\x00\xff\xfe\x01", "is not in UTF-8"),
        ("[battery]\ntitle = 'é'".encode("latin-1"), "is not in UTF-8.*save it so"),
        ("[battery]".encode("utf-16"), "is not in UTF-8"),
        (b"\xff\xd8\xff\xe0", "is not in UTF-8"),
        (b"[battery]\nx = \x00", "is not TOML"),
        (b"a,b\n1,2\n", "is not TOML"),
    ],
)
def test_files_that_are_no_batteries(content: bytes, message: str) -> None:
    Path("b.toml").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_battery(Path("b.toml"))


def test_a_battery_may_begin_with_a_mark_of_its_encoding_and_not_be_a_folder() -> None:
    Path("b.toml").write_bytes(b"\xef\xbb\xbf" + battery_text().replace("\n", "\r\n").encode())
    assert read_battery(Path("b.toml"))[0].models[0].label == "a"
    Path("folder.toml").mkdir()
    with pytest.raises(InputError, match="folder.toml cannot be read"):
        read_battery(Path("folder.toml"))


def test_labels() -> None:
    values = {"name": "TCM", "drift": 0.25, "n": 3}
    assert filled_in("{name}, {drift:.1f} {n:d} {{x}} {drift:g}", values) == "TCM, 0.2 3 {x} 0.25"
    with pytest.raises(InputError, match="cannot be filled in"):
        filled_in("{name:.2f}", values)


@given(st.text(max_size=60))
@example("{name:{name:{name}}}")
@example("{drift:.9999999999f}")
def test_labels_are_filled_in_or_refused(template: str) -> None:
    try:
        assert len(filled_in(template, {"name": "TCM", "drift": 0.5})) <= 200
    except InputError as error:
        assert len(str(error)) < 600


@pytest.mark.parametrize(
    "expression",
    ["9**9**9", "9**9**9**9", "(" * 99 + "1" + ")" * 99, "1+" * 99 + "1", "1" + "+1" * 5000, "-" * 199 + "1", "1<<9**9",
     "exp(exp(exp(9)))", "max()", "log(0)", "(-1)**0.5", "0**-1", "1e999", "x.y", "[0]*9", "'a'*9", "\0", "x" * 10_000,
     "9" * 199, "lambda: 0", "__import__('os')", "drift if drift else 0", "nan"],
)  # fmt: skip
def test_ties_end_at_once(expression: str) -> None:
    try:
        assert isinstance(tied_value("own", expression, {"drift": 0.5}), float)
    except InputError as error:
        assert len(str(error)) < 600


def altered_weights(path: Path, config: dict[str, Any], changes: dict[str, Any] | None = None) -> Path:
    weights = load_weights("dnc-recall")
    record = {**weights.record, "config": {**weights.record["config"], **config}, **(changes or {})}
    save_weights(path, weights.tensors, record)
    return path


@pytest.mark.parametrize(
    ("config", "changes"),
    [({"hidden": math.inf}, {}), ({"hidden": None}, {}), ({"hidden": [96]}, {}), ({}, {"vector_size": 10**9}),
     ({}, {"vector_size": None}), ({}, {"objective": ["recall"]}), ({}, {"network": {}}), ({}, {"config": []})],
)  # fmt: skip
def test_records_of_weights(config: dict[str, Any], changes: dict[str, Any]) -> None:
    path = altered_weights(Path("w.safetensors"), config, changes)
    with pytest.raises(InputError, match="w.safetensors has a record"):
        read_header(str(path))


@pytest.mark.parametrize(
    "config",
    [{"layers": 10**9}, {"hidden": 10**9}, {"slots": 10**9}, {"width": -1}, {"heads": 1.5}, {"hidden": "96"}],
)
def test_sizes_of_weights_are_within_the_ranges_of_the_core(config: dict[str, Any]) -> None:
    """Before any memory is taken for them."""
    model = DNC(weights=str(altered_weights(Path("w.safetensors"), config)))
    (name,) = config
    with pytest.raises(InputError, match=f"w.safetensors.* do not fit .*DNC: {name}="):
        simulate(model, FreeRecall(list_length=4).trials(1, 0), 0)


def test_sizes_of_weights_are_those_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    path = altered_weights(Path("w.safetensors"), {"hidden": 4096, "layers": 8})
    model = DNC(weights=str(path))
    with pytest.raises(InputError, match="the sizes in the record are not those of the weights"):
        trained_network(str(path), model.weights_sha256)
    for config, message in (
        ({"other": 1}, "DNC has no size 'other'"),
        ({"masked": 1}, "masked=1 must be True or False"),
    ):
        path = altered_weights(Path("o.safetensors"), config)
        with pytest.raises(InputError, match=f"do not fit .*: .*{message}"):
            trained_network(str(path), DNC(weights=str(path)).weights_sha256)
    slots = DNC(weights=str(altered_weights(Path("s.safetensors"), {"slots": 4096})))
    task = FreeRecall(list_length=4)
    assert slots.together(task) == 7 and DNC().together(task) == 2048


@pytest.mark.filterwarnings("ignore:.*holds no checksum")
def test_a_billion_layers() -> None:
    path = shared_file("cases/handling/07_no_limits/layers1e9.safetensors")
    with pytest.raises(InputError, match=r"layers=1000000000 is outside its range \[1, 8\]"):
        simulate(DNC(weights=str(path)), FreeRecall(list_length=4).trials(1, 0), 0)


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"{}", b"\xff\xff\xff\xff\xff\xff\xff\x7f{}", b"PK\x03\x04"])
def test_files_that_are_no_weights(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("w.safetensors").write_bytes(content)
    assert main(["run", "--models", "dnc:w.safetensors", "--n-trials", "20"]) == 2
    assert "w.safetensors is not a safetensors file" in capsys.readouterr().err
    Path("folder.safetensors").mkdir()
    with pytest.raises(InputError, match="there is no file folder.safetensors"):
        find_weights("folder.safetensors")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def fit_record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("fit") / "fit.json"
    fit(TCM(), load_dataset("peers_notask")[:20], ["context_drift"], starts=1, generations=1).save(path)
    return unsealed(path.read_bytes())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_files_of_fits_load_or_are_refused(fit_record: dict[str, Any], data: st.DataObject) -> None:
    """Any value anywhere in the file of a fit: a fit that can be shown, or an error of memsim."""
    record = json.loads(json.dumps(fit_record))
    inner: Any = record
    while True:
        key = data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
        if not isinstance(inner[key], dict | list) or not inner[key] or data.draw(st.booleans()):
            break
        inner = inner[key]
    inner[key] = data.draw(JSON)
    Path("changed.json").write_text(sealed(record))
    try:
        fitted = Fit.load("changed.json")
    except MemsimError as error:
        assert "changed.json" in str(error)
        return
    fitted.to_frame()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"1", b"null", b"[" * 100_000, b'{"format": "memsim fit 2"}']
)
def test_files_that_are_no_fits(content: bytes) -> None:
    Path("fit.json").write_bytes(content)
    with pytest.raises(DataError, match="fit.json is no fit that memsim wrote"):
        Fit.load("fit.json")
    with pytest.raises(DataError, match="is no fit"):
        Fit.load(".")


def test_a_fit_runs_no_code(fit_record: dict[str, Any]) -> None:
    Path("evil.py").write_text("open('PWNED', 'w').write('code ran')\n")
    for module, name in (("evil", "Evil"), ("memsim.models", "evil.py"), ("evil.py", "TCM"), ("os", "system")):
        record = json.loads(json.dumps(fit_record))
        record["spec"]["model"] |= {"module": module, "class": name}
        Path("fit.json").write_text(sealed(record))
        with pytest.raises(MemsimError, match="fit.json"):
            Fit.load("fit.json")
    Path("fit.json").write_bytes(shared_file("cases/handling/03_fit_file_runs_code/fit.json").read_bytes())
    with pytest.raises(MemsimError, match="fit.json"):
        Fit.load("fit.json")
    assert not Path("PWNED").exists() and not Path("SCRATCH").exists()


def test_nothing_acts_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "\x1b]0;x\x07\x1b[31m\u202e"
    assert main(["run", "--models", name]) == 2
    assert main(["battery", f"{name}.toml"]) == 2
    Path("b.toml").write_text(battery_text(label=json.dumps(name)))
    assert main(["battery", "b.toml", "--workers", "1", "--out", "out"]) == 0
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err and "\u202e" not in printed.out + printed.err
    assert printable("tab\t, line\n, é, 日本") == "tab\t, line\n, é, 日本"
    assert shown(HUGE).endswith("(401 characters)") and "too large" in shown(16**6000)


def test_limits_are_sane() -> None:
    assert all(least >= 1 for least in MOST.values()) and CELLS <= 10**6
