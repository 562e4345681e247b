"""Battery files: models, tasks, people and analyses in TOML, read and checked; errors name the line and the key."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from memsim.analysis.registered import ANALYSES
from memsim.core.errors import InputError, MemsimError
from memsim.core.files.file_names import file_names
from memsim.core.files.written_files import files_in
from memsim.core.limits import CELLS, MOST, SEED
from memsim.core.names import closest, shown
from memsim.core.parameters import Parameterized
from memsim.core.trials import Paradigm
from memsim.data.loading import names_dataset, names_file
from memsim.data.reader_options import ReaderOptions
from memsim.experiments.figures import PEOPLE
from memsim.experiments.labels import filled_in
from memsim.experiments.people import People
from memsim.experiments.plan import Battery, PlannedAnalysis, PlannedModel, PlannedTask, obstacle_to
from memsim.experiments.toml_lines import Place, line_of, spelled
from memsim.models.lookup import find_model
from memsim.paradigms.registered import PARADIGMS

MOST_BYTES = 10_000_000
Planned = TypeVar("Planned", PlannedModel, PlannedTask)


def read_battery(path: Path) -> tuple[Battery, Path]:
    """Read and check a battery file; give the battery and the folder of its results.

    ==================  ===============================================================================================
    ``[battery]``       ``title``; ``output``, a folder; ``n_trials``, lists for each model (5000); ``seeds``, a list
                        ([0]); ``analyses``, a list of names, or of tables with ``name``, the options of the analysis,
                        and a ``label`` if it is listed more than once
    ``[[models]]``      ``name`` as for ``memsim run``: a registered one, ``name:preset``, a file; ``parameters``, a
                        table; ``label``; ``tasks``, labels of the tasks that it runs through (all)
    ``[[paradigms]]``   ``name`` (that of the data, or free_recall); ``settings``, a table; ``people``, the people to
                        compare with: a data set or a file, which gives all other settings; ``reading``, a table of
                        what the file does not say, as :func:`memsim.load_recalls` takes it; ``label``
    ==================  ===============================================================================================

    A list of values means each value in turn, and several lists mean all combinations; a list of data means the same.
    A label may contain values: ``"TCM, drift {context_drift}"``. Paths are relative to the folder of the battery file.

    Raises
    ------
    InputError : the file cannot be read or has an error; the message names file, line and key.
    """
    return _Reader(path, *_content(path)).battery()


def _content(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a battery file, and what it holds."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(f"the battery file {path} has {size:,} bytes, more than {MOST_BYTES:,}; it is no battery")
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(f"the battery file {path} cannot be read: it is not in UTF-8 ({error}); save it so") from None
    except OSError as error:
        raise InputError(f"the battery file {path} cannot be read: {error}") from None
    except RecursionError:
        raise InputError(f"{path} is nested too deeply for a battery file") from None
    except ValueError as error:  # not TOML, or a number of thousands of digits
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is not TOML: {error}") from None


def files_of_battery(path: Path) -> list[Path]:
    """The files that a battery file names, and itself."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                yield from texts(part)

    named = list(texts(_content(path)[1]))
    return [path, *files_in(named), *files_in(str(path.parent / text) for text in named)]


class _Reader:
    def __init__(self, path: Path, text: str, content: dict[str, Any]) -> None:
        self.path, self.text, self.content = path, text, content
        self.places: dict[int, Place] = {}
        self.n_combinations = 0
        """Of values of parameters and settings so far."""

    def fail(self, place: Place, problem: object, word: str = "") -> NoReturn:
        line = line_of(self.text, place, word)
        raise InputError(f"{self.path}, line {line}, {spelled(place)}: {problem}") from None

    def known(self, table: Any, place: Place, keys: Iterable[str]) -> None:
        """Fail unless ``table`` is a table without keys other than these."""
        keys = list(keys)
        if not isinstance(table, dict):
            self.fail(place, f"{shown(table)} must be a table of {', '.join(keys)}")
        for key in table:
            if key not in keys:
                self.fail((*place, key), f"there is no such key{closest(key, keys)} There are: {', '.join(keys)}.")

    def text_at(self, table: Mapping[str, Any], place: Place, key: str, default: str = "") -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (key in table and not value):
            self.fail((*place, key), f"{shown(value)} must be text")
        return value

    def whole(self, value: Any, place: Place, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.fail(place, f"{shown(value)} must be a whole number of at least {least}", shown(value))
        if value > most:
            self.fail(place, f"{shown(value)} must be at most {most:,}", shown(value))
        return value

    def tables(self, key: str) -> list[tuple[Place, dict[str, Any]]]:
        found = self.content.get(key)
        if not isinstance(found, list) or not found:
            self.fail((key,), f"there must be at least one [[{key}]]")
        return [((key, number), table) for number, table in enumerate(found)]

    def battery(self) -> tuple[Battery, Path]:
        self.known(self.content, (), ("battery", "models", "paradigms"))
        head, at = self.content.get("battery", {}), ("battery",)
        self.known(head, at, ("title", "output", "n_trials", "seeds", "analyses"))
        seeds = head.get("seeds", [0])
        if not isinstance(seeds, list) or not seeds:
            self.fail((*at, "seeds"), f"{shown(seeds)} must be a list of whole numbers, such as [0, 1]")
        if len(seeds) > MOST["seeds"]:
            self.fail((*at, "seeds"), f"there are {len(seeds):,} seeds, and at most {MOST['seeds']:,} can be run")
        for number, seed in enumerate(seeds):
            self.whole(seed, (*at, "seeds", number), 0, SEED)
        if len(set(seeds)) < len(seeds):
            self.fail((*at, "seeds"), f"{shown(seeds)} holds a seed twice")
        battery = Battery(
            title=self.text_at(head, at, "title", self.path.stem),
            n_trials=self.whole(head.get("n_trials", 5000), (*at, "n_trials"), 1, MOST["n_trials"]),
            seeds=tuple(seeds),
            analyses=tuple(self.analyses(head.get("analyses"), (*at, "analyses"))),
            tasks=tuple(task for place, table in self.tables("paradigms") for task in self.tasks(place, table)),
            models=tuple(model for place, table in self.tables("models") for model in self.models(place, table)),
        )
        cells = len(battery.models) * len(battery.tasks) * len(seeds)
        if cells > CELLS:
            self.fail(
                at, f"{len(battery.models):,} models in {len(battery.tasks):,} tasks with {len(seeds):,} seeds make "
                f"{cells:,} cells, more than {CELLS:,}; run parts of it",
            )  # fmt: skip
        self.check_pairs(battery)
        return battery, Path(self.text_at(head, at, "output", f"memsim-{self.path.stem}"))

    def analyses(self, found: Any, at: Place) -> Iterable[PlannedAnalysis]:
        if not isinstance(found, list) or not found:
            self.fail(at, 'there must be a list of analyses, such as ["lag_crp"]; memsim analyses lists them')
        labels: set[str] = set()
        for number, item in enumerate(found):
            place = (*at, number)
            table = {"name": item} if isinstance(item, str) else item
            if not isinstance(table, dict) or not isinstance(table.get("name"), str):
                self.fail(place, f"{shown(item)} must be the name of an analysis, or a table with a name and options")
            try:
                name = ANALYSES.canonical(table["name"])
                analysis = ANALYSES.get(name)
            except MemsimError as error:
                self.fail(place, error, table["name"])
            options = {key: value for key, value in table.items() if key not in ("name", "label")}
            for key in options:
                try:
                    analysis.check_options([key])
                except InputError as error:
                    self.fail((*place, key), error, key)
            label = self.text_at(table, place, "label", name)
            if (
                label.casefold() in labels
                or not label.replace("_", "").replace("-", "").isalnum()
                or file_names([label])[label] != label
            ):
                self.fail(
                    place,
                    f"the label {shown(label)} names a file: it may have letters, digits, - and _, and must be unique, "
                    "short, and no name of a device",
                    label,
                )
            if label.casefold() in ("summary", "curves", "comparison", "recalls", "manifest"):
                self.fail(
                    place,
                    f"the label {label!r} is the name of another file of the results; choose another label",
                    label,
                )
            labels.add(label.casefold())
            yield PlannedAnalysis(label, name, options)

    def tasks(self, at: Place, table: dict[str, Any]) -> Iterable[PlannedTask]:
        self.known(table, at, ("name", "label", "settings", "people", "reading"))
        data = table.get("people", [""])
        if isinstance(data, str):
            data = [data]
        if not isinstance(data, list) or not data or not all(isinstance(name, str) for name in data):
            self.fail((*at, "people"), f"{shown(data)} must be a data set, a file, or a list of them")
        reading = self.reading(table, at, data)
        for number, spec in enumerate(data):
            place = (*at, "people", *((number,) if isinstance(table.get("people"), list) else ()))
            people = self.people(spec, place, reading) if spec else None
            base: Paradigm | None = people.paradigm if people else None
            if base is None or "name" in table:
                try:
                    cls: Any = PARADIGMS.get(self.text_at(table, at, "name", "free_recall"))
                except MemsimError as error:
                    self.fail((*at, "name"), error)
                if base is not None and not isinstance(base, cls):
                    self.fail(place, f"{spec} is from {type(base).__name__}, not {cls.__name__}", spec)
                base = base if base is not None else cls()
            settings = self.grid(table.get("settings", {}), (*at, "settings"), type(base))
            for given, varied in settings:
                task = self.built(base, given, (*at, "settings") if "settings" in table else at)
                if people is not None and task.list_length != people.paradigm.list_length:
                    length = people.paradigm.list_length
                    self.fail(
                        (*at, "settings", "list_length"), f"{spec} has lists of {length} items; leave it to the data"
                    )
                named = people.label if people is not None else cls.__name__
                label = self.label(table, at, named, task, varied)
                yield self.at(PlannedTask(label, task, given, people, named, tuple(varied)), at)

    def at(self, planned: Planned, place: Place) -> Planned:
        """Remember where in the file ``planned`` stands, for errors, and return it."""
        self.places[id(planned)] = place
        return planned

    def reading(self, table: dict[str, Any], at: Place, data: list[str]) -> dict[str, Any]:
        """How files of people are read; they did the task that ``name`` names."""
        given = table.get("reading", {})
        self.known(given, (*at, "reading"), [declared.name for declared in ReaderOptions.declared()])
        if given and not all(data):
            self.fail((*at, "reading"), "it says how a file of people is read; name one by people")
        for key, value in given.items():
            try:
                ReaderOptions.of({key: value})
            except MemsimError as error:
                self.fail((*at, "reading", key), error)
        words = given.get("wordpool")
        named = {"paradigm": table["name"]} if isinstance(table.get("name"), str) and all(map(names_file, data)) else {}
        return named | given | ({"wordpool": str(self.path.parent / words)} if isinstance(words, str) else {})

    def people(self, spec: str, place: Place, reading: Mapping[str, Any]) -> People:
        beside, named = str(self.path.parent / spec), not names_dataset(spec)
        file = beside if named and (names_file(beside) or names_file(spec)) else spec
        try:
            return People.load(file, **reading)
        except MemsimError as error:
            self.fail(place, error, spec)

    def models(self, at: Place, table: dict[str, Any]) -> Iterable[PlannedModel]:
        self.known(table, at, ("name", "label", "parameters", "tasks"))
        spec = self.text_at(table, at, "name")
        if not spec:
            self.fail(at, "a model needs its name")
        try:
            label, found = find_model(self.found(spec))
        except MemsimError as error:
            self.fail((*at, "name"), error)
        base: Any = found() if isinstance(found, type) else found
        only = table.get("tasks", [])
        if not isinstance(only, list) or not all(isinstance(name, str) for name in only):
            self.fail((*at, "tasks"), f"{shown(only)} must be a list of labels of [[paradigms]]")
        for given, varied in self.grid(table.get("parameters", {}), (*at, "parameters"), type(base)):
            model = self.built(base, given, (*at, "parameters") if given else at)
            own = self.label(table, at, label, model, varied)
            yield self.at(PlannedModel(own, model, given, tuple(only), name=label, varied=tuple(varied)), at)

    def found(self, spec: str) -> str:
        """A model's name; the path of its file, if it has one, starts at the folder of the battery file."""
        name, colon, rest = spec.partition(":")
        if name.endswith(".py"):
            return f"{self.path.parent / name}{colon}{rest}"
        return f"{name}:{self.path.parent / rest}" if rest.endswith(".safetensors") else spec

    def grid(self, table: Any, at: Place, cls: type[Parameterized]) -> list[tuple[dict[str, Any], list[str]]]:
        """All combinations of the values, each of which is checked, with the names of the parameters that vary."""
        declared = {parameter.name: parameter for parameter in cls.parameters()}
        self.known(table, at, [*declared, *(["weights"] if "weights" in cls.__dataclass_fields__ else [])])
        choices: dict[str, list[Any]] = {}
        for name, value in table.items():
            values = value if isinstance(value, list) else [value]
            if not values:
                self.fail((*at, name), "the list of values is empty")
            for number, each in enumerate(values):
                place = (*at, name, number) if isinstance(value, list) else (*at, name)
                try:
                    declared[name].check(each, cls.__name__) if name in declared else None
                except InputError as error:
                    self.fail(place, error, each if isinstance(each, str) else shown(each))
            choices[name] = [declared[name].check(each, cls.__name__) if name in declared else each for each in values]
        n_combinations = prod(map(len, choices.values()))
        self.n_combinations += n_combinations
        if self.n_combinations > CELLS:
            n_combinations = n_combinations if n_combinations > CELLS else self.n_combinations
            self.fail(
                at, f"the lists make {n_combinations:,} combinations, more than {CELLS:,}; give fewer or shorter "
                "lists",
            )  # fmt: skip
        varied = [name for name, values in choices.items() if len(values) > 1]
        return [(dict(zip(choices, values, strict=True)), varied) for values in product(*choices.values())]

    def built(self, base: Any, given: Mapping[str, Any], at: Place) -> Any:
        try:
            return base.replace(**given)
        except MemsimError as error:
            self.fail(at, error)

    def label(self, table: Mapping[str, Any], at: Place, name: str, value: Any, varied: Sequence[str]) -> str:
        """The label in the file with values filled in; without a label, the name and the values that vary."""
        template = self.text_at(table, at, "label")
        values = value.values()
        if not template:
            varying = ", ".join(f"{key}={values[key]}" for key in varied)
            return f"{name} {varying}" if varying else name
        try:
            label = filled_in(template, {**values, "name": name})
        except InputError as error:
            self.fail((*at, "label"), error)
        return label

    def check_pairs(self, battery: Battery) -> None:
        """Check that the labels of models and tasks differ, and that every model has an account of its tasks."""
        labels = [task.label for task in battery.tasks]
        several = {label for label, n in Counter(labels).items() if n > 1}
        for task in battery.tasks:
            if task.label in several:
                self.fail(self.places[id(task)], f"several tasks have the label {task.label!r}; give different labels")
        for model in battery.models:
            place = self.places[id(model)]
            for name in model.tasks:
                if name not in labels:
                    self.fail((*place, "tasks"), f"there is no task {name!r}{closest(name, labels)} There are: "
                              f"{', '.join(labels)}.", name)  # fmt: skip
            if model.label == PEOPLE:
                self.fail(place, f"the label {PEOPLE!r} is that of people in figures; give the model another label")
        for task in battery.tasks:
            seen: set[str] = set()
            for model in battery.models_of(task):
                if model.label in seen:
                    self.fail(self.places[id(model)],
                              f"several models have the label {model.label!r}; give different labels")  # fmt: skip
                seen.add(model.label)
                self.check_pair(model, task)

    def check_pair(self, model: PlannedModel, task: PlannedTask) -> None:
        if obstacle := obstacle_to(model, task):
            self.fail(self.places[id(model)], f"{obstacle}; name the tasks of the model: tasks = [...]")
