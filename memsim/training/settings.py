"""What is to be trained, on what and how: every setting that trained weights depend on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any, ClassVar, Self

from memsim.core.errors import InputError, ModelError
from memsim.core.limits import NETWORK, SEED
from memsim.core.listed_options import parts_in
from memsim.core.names import closest, normalized, require_mapping, require_name, shown
from memsim.core.parameters import Preset, choice, parameter, text
from memsim.models.networks.cores.declared_sizes import checked_sizes, sizes_of
from memsim.models.networks.cores.named_cores import NamedCore, canonical, find_core, names_file
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.tasks import CUED_TASKS, MANY_TASKS, TASKS, require_tasks
from memsim.models.networks.wear.levers import NAMES as LEVERS
from memsim.models.networks.wear.levers import Levers
from memsim.training.applying import Needs, NeedsAll, NeedsLess, NeedsNamed, Rules, require_applicable
from memsim.training.criteria import criterion
from memsim.training.learning_rules.registered import BY_NOISE, RULES, WITH_FEEDBACK
from memsim.training.objectives.registered import OBJECTIVES
from memsim.training.task_trainings import TASK_TRAININGS

_NAMES = tuple(OBJECTIVES.names())


def _of(*objectives: str) -> Needs:
    return Needs("objective", objectives)


def _all_but(*left_out: str) -> Needs:
    return _of(*(name for name in _NAMES if name not in left_out))


def _among_many(*tasks: str) -> NeedsAll:
    """Several tasks by one network, one of these among them."""
    return NeedsAll((_of(MANY_TASKS), NeedsNamed("tasks", tasks)))


_IN_ORDER = tuple(name for name, task in CUED_TASKS.items() if {"forward", "backward"} & {*task.cues})
_BOTH_TESTS = ("recall+recognition", "serial+recognition")
_JUDGED = ("recognition", *_BOTH_TESTS)
_ANY_ORDER = ("recall", "recall+recognition")
APPLIES: Rules = {
    "momentum": (Needs("optimizer", ("rmsprop",)),),
    "weight_decay": (Needs("optimizer", ("adam",)),),
    **dict.fromkeys(("step_every", "step_factor"), (Needs("schedule", ("step",)),)),
    "gradient_clip": (Needs("clipping", ("norm", "value")),),
    **dict.fromkeys(("people", "held_out"), (_of("imitation"),)),
    **dict.fromkeys(("until", "patience"), (_of("imitation"), Needs("held_out_lists"))),
    **dict.fromkeys(("first_length", "list_length", "held_out_lists"), (_all_but("imitation"),)),
    "promotion": (NeedsAll((_all_but("imitation"), NeedsLess("first_length", "list_length"))),),
    "vector_size": (_all_but("n-grams", "two-hops"),),
    "response_set": (_of(*_ANY_ORDER, "serial", "serial+recognition"), _among_many("recall", *_IN_ORDER)),
    "lures": (Needs("response_set", ("pool",)),),
    "stop_credit": (_of(*_ANY_ORDER), _among_many("recall")),
    "item_vectors": (_of("associative-recall"),),
    "order": (_of("n-grams"),),
    "classes": (_of("one-shot"),),
    **dict.fromkeys(("chains", "answer_steps"), (_of("links"),)),
    "copies": (_of("repeat-copy", "essay-copy"),),
    "longest_delay": (_of(*_JUDGED, "cued"), _among_many("recognition", "cued")),
    "probed": (_of(*_BOTH_TESTS),),
    "directions": (_of("cued"), _among_many("cued")),
    **dict.fromkeys(("tasks", "plan", "replay", "elastic", "modules"), (_of(MANY_TASKS),)),
    **dict.fromkeys(LEVERS, (_of(*TASKS),)),
    "carry_over": (_of(*(name for name, task in TASKS.items() if not task.pairs)),),
    "flush_noise": (Needs("flush"),),
    "feedback": (Needs("learning_rule", WITH_FEEDBACK),),
    "perturbation": (Needs("learning_rule", BY_NOISE),),
    **dict.fromkeys(("pairs", "fitness"), (Needs("learning_rule", ("evolution",)),)),
}
"""Settings that have an effect only beside some values of others."""
CLIP = 10.0
"""Largest norm of a gradient for cores that declare none."""
_ESSAY = {
    "network": "DNC", "vector_size": 6, "slots": 7, "width": 10, "heads": 1, "hidden": 128, "first_length": 5,
    "list_length": 5, "optimizer": "rmsprop", "learning_rate": 1e-4, "momentum": 0.9, "schedule": "constant",
    "clipping": "value", "gradient_clip": 10.0,
}  # fmt: skip
_PEOPLE = {"objective": "imitation", "people": "peers_notask", "batch": 64, "learning_rate": 0.004,
           "patience": 1000}  # fmt: skip
_SERIAL = {"objective": "serial", "list_length": 9, "iterations": 4000}
_RECOGNITION = {"objective": "recognition", "iterations": 4000}
_CUED = {"objective": "cued", "list_length": 12, "promotion": 0.5, "iterations": 2500}
_BOTH = {
    "objective": "recall+recognition", "list_length": 12, "longest_delay": 16, "promotion": 0.4, "learning_rate": 0.003,
    "iterations": 3500,
}  # fmt: skip
_ESSAY_SOURCE = "Greydanus (2017), the code of the essay's experiment; initial weights of the controller ours"
_OURS = "chosen here"
_KINDS: dict[str, dict[str, Any]] = {
    "": {}, "people": _PEOPLE, "serial": _SERIAL, "recognition": _RECOGNITION, "cued": _CUED,
    "recall+recognition": _BOTH,
}  # fmt: skip
_KINDS |= {
    name: {"objective": name} for name in _NAMES
    if name not in {*_KINDS, "recall", "imitation", "essay-recall", "essay-copy"}
}  # fmt: skip
"""What a core is trained for, by the name behind the colon of a preset: people, or an objective."""
_BEGUN = {("DNC", "people"): "dnc-closed", ("LSTM", "people"): "lstm-closed"}
"""The weights that imitation begins with, where some ship."""


def _presets_of(network: str) -> dict[str, Preset]:
    """The presets of a core: ``GRU``, ``GRU:people``, ``GRU:serial``, ..."""
    found = {}
    for kind, values in _KINDS.items():
        start = {"start": _BEGUN[network, kind]} if (network, kind) in _BEGUN else {}
        found[f"{network}:{kind}".rstrip(":")] = Preset({**values, **start, "network": network}, _OURS)
    return found


@dataclass(frozen=True, init=False)
class Training(Levers):
    """What to train, on what, and how; everything that the result depends on.

    ``objective``:

    - ``recall``: at every output any studied item not yet recalled is right, and stopping after the last; the network's
      own choice among the right ones is fed back. No order is asked for, and no item counts twice.
    - ``serial``: the items in the order of study, then stopping.
    - ``imitation``: the responses of people, and their stopping; some subjects are held out.
    - ``recognition``: whether a probe was studied; half of them were. Lures are drawn as the items are.
    - ``cued``: the item that was studied in a pair with the cue, and no response to a cue that was not studied.
    - ``recall+recognition``, ``serial+recognition``: a list is studied once, its probes are judged, and it is recalled;
      ``probed`` says in which order.
    - ``copy``, ``repeat-copy``, ``associative-recall``, ``n-grams``, ``priority-sort`` (Graves et al., 2014),
      ``one-shot`` (Santoro et al., 2016), ``two-hops`` (Sukhbaatar et al., 2015), ``links`` and ``induction`` (Olsson
      et al., 2022): tasks of sequences, see :mod:`memsim.training.sequence_tasks`.
    - ``many-tasks``: several of the tasks ``recall, serial, backward, recognition, cued, copy`` by one network, which
      has a cue for each; see :mod:`memsim.training.transfer`.
    - ``essay-recall``, ``essay-copy``: the lists and losses of the essay (Greydanus, 2017).

    Except for ``imitation``, lists are random and grow from ``first_length`` to ``list_length`` items: by one whenever
    the mean loss of 100 iterations is below ``promotion``. Tasks of sequences declare their own ``list_length`` and
    ``vector_size`` where these are not given, and their lists do not grow unless ``first_length`` is given.

    ``learning_rule`` says how weights come to change; what each rule does, and for which cores it is, stands in
    :mod:`memsim.training.learning_rules`.

    The network is measured every 100 iterations, and after the last, on the subjects held out, or on ``held_out_lists``
    random lists. Then those weights are kept that did best, and training may end early, by ``until`` or ``patience``.

    The sizes and options of the core are given by their own names: ``Training(network="GRU", hidden=72)``.

    The levers of wear (:class:`memsim.models.networks.wear.levers.Levers`) hold in training, so that the network learns
    what to do about them. A study step takes a second, except with people, whose task has its times; so does a step of
    the test. The list before, for ``carry_over``, is another one of the batch.

    Raises
    ------
    InputError : a value out of its range, a setting that has no effect with the others, given another value than
        its default, or a name that is neither a setting nor a size of the core.
    """

    presets: ClassVar = {
        **{name: preset for core in CORES.names() for name, preset in _presets_of(core).items()},
        **{name: Preset(values, _OURS) for name, values in TASK_TRAININGS.items()},
        "greydanus2017-recall": Preset({**_ESSAY, "objective": "essay-recall", "batch": 3, "iterations": 30_000},
                                       _ESSAY_SOURCE),
        "greydanus2017-copy": Preset({**_ESSAY, "objective": "essay-copy", "batch": 16, "iterations": 20_000},
                                     _ESSAY_SOURCE),
    }  # fmt: skip

    network: str = text("DNC", "the core to train: a registered name, or file.py:Class")
    code_sha256: str = field(init=False, default="", repr=False)
    """The checksum of the code of a core that is not memsim's."""
    sizes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The sizes and options of the core that are not its defaults, by name."""
    objective: str = choice("recall", _NAMES, "what is rewarded")
    people: str = text(
        "", "whose recalls to imitate: a data set, NAME[:CONDITION], or a CSV file in psifr's long table (imitation)"
    )
    start: str = text("", "weights to begin with: a file, or the name of those that ship; random ones if not given")
    vector_size: int = parameter(
        16,
        2,
        NETWORK["vector_size"],
        unit="features",
        symbol="D",
        doc="length of item vectors; in tasks of sequences, which have their own defaults, bits, features or symbols",
    )
    list_length: int = parameter(
        20, 1, 1000, unit="items", symbol="L", doc="longest list in the end; a task of sequences has its own default"
    )
    first_length: int = parameter(
        4, 1, 1000, unit="items", doc="longest list at the start; list_length if that is less, or in tasks of sequences"
    )
    copies: int = parameter(3, 1, 1000, doc="most copies asked for (repeat-copy), or lists in a row (essay-copy)")
    longest_delay: int = parameter(
        8, 0, 1000, unit="steps", doc="longest distraction between study and test (recognition, cued)"
    )
    response_set: str = choice("list", ("list", "pool"), "responses are items of the list, or lures as well (recall)")
    lures: int = parameter(50, 1, 10_000, unit="items", doc="items that were not studied among the candidates (pool)")
    stop_credit: float = parameter(
        0.0, 0, 1, symbol="ρ", doc="worth of stopping at an output at which an item is left, from half of training on"
    )
    item_vectors: int = parameter(1, 1, 100, unit="vectors", doc="length of an item (associative-recall)")
    order: int = parameter(3, 1, 12, symbol="n", doc="of n-grams: the next bit depends on n - 1 bits (n-grams)")
    classes: int = parameter(5, 2, 1000, doc="classes of an episode (one-shot)")
    chains: int = parameter(2, 1, 1000, doc="chains of words in a list (links)")
    answer_steps: int = parameter(
        1, 1, 1000, unit="steps", doc="most steps from question to answer, one for each link (links)"
    )
    probed: str = choice(
        "before", ("before", "after", "either"),
        "whether probes come before or after recall, or either, drawn for each batch (recall+recognition)",
    )  # fmt: skip
    directions: str = choice("both", ("both", "forward"), "which items of pairs are cues: any, or the first (cued)")
    tasks: str = text("recall,serial,recognition,copy", "the tasks that have a cue, separated by commas (many-tasks)")
    plan: str = text(
        "joint", "joint, a task drawn for each batch, or the tasks to be trained one after another (many-tasks)"
    )
    replay: float = parameter(0.0, 0, 1, doc="share of batches from earlier tasks, one after another (many-tasks)")
    elastic: float = parameter(
        0.0, 0, None, symbol="λ", doc="weight of the elastic penalty for earlier tasks (many-tasks)"
    )
    modules: int = parameter(
        0, 0, 64, doc="of the controller, two of which a task uses and keeps; 0: none (many-tasks, of DNC and LSTM)"
    )
    promotion: float = parameter(0.25, 0, 100, unit="nats", doc="mean loss of an output below which lists grow")
    batch: int = parameter(48, 1, 10_000, unit="lists", symbol="B", doc="lists in an iteration")
    iterations: int = parameter(6000, 1, 10_000_000, doc="steps of the optimizer")
    learning_rule: str = choice("backpropagation", tuple(RULES), "how weights come to change")
    feedback: str = choice(
        "random", ("random", "symmetric"),
        "errors go back by fixed random weights, or by those that go forward (feedback-alignment, e-prop, rflo)",
    )  # fmt: skip
    perturbation: float = parameter(
        0.05, 1e-9, 100, symbol="σ",
        doc="standard deviation of noise on weights (evolution), or on what drives units (node-perturbation)",
    )  # fmt: skip
    pairs: int = parameter(32, 1, 1000, symbol="n", doc="mirrored pairs of networks in an iteration (evolution)")
    fitness: str = choice(
        "ranked", ("ranked", "scaled"), "losses are ranked, or scaled by their standard deviation (evolution)"
    )
    optimizer: str = choice("adam", ("adam", "rmsprop"), "AdamW (Loshchilov & Hutter, 2019), or RMSProp")
    learning_rate: float = parameter(0.002, 0, 1, doc="of the optimizer")
    schedule: str = choice(
        "cosine", ("cosine", "constant", "step"),
        "after warm-up the learning rate falls to 0 as a cosine, is constant, or falls in steps",
    )  # fmt: skip
    warmup: int = parameter(
        0, 0, 10_000_000, unit="iterations", doc="the learning rate rises in equal steps over the first ones"
    )
    step_every: int = parameter(1000, 1, 10_000_000, unit="iterations", doc="between two steps of the learning rate")
    step_factor: float = parameter(0.5, 0, 1, doc="of the learning rate at each step")
    momentum: float = parameter(0.0, 0, 1, doc="of RMSProp")
    weight_decay: float = parameter(0.0, 0, 1, doc="of AdamW")
    gradient_clip: float | None = parameter(None, 1e-9, None, doc="largest gradient; if not given, that of the core")
    clipping: str = choice(
        "norm", ("norm", "value", "none"), "whether the norm of the gradient is clipped, each number, or neither"
    )
    precision: str = choice(
        "float32", ("float32", "float64", "bfloat16"), "of numbers; with bfloat16, of those products that allow it"
    )
    held_out: float = parameter(0.2, 0.01, 0.9, doc="share of subjects held out (imitation)")
    held_out_lists: int = parameter(
        0, 0, 100_000, unit="lists",
        doc="random lists of full length on which loss and accuracy are measured every 100 iterations",
    )  # fmt: skip
    until: str = text("", "stop when lists held out reach this: accuracy=NUMBER, of outputs, or loss=NUMBER")
    patience: int = parameter(
        0, 0, 10_000_000, unit="iterations",
        doc="stop when lists held out did best this long ago, by accuracy if until names it, else by loss; 0 never",
    )  # fmt: skip
    seed: int = parameter(0, 0, SEED, doc="of weights, lists and choices")

    def __init__(self, *given: object, **settings: Any) -> None:
        if given:
            raise InputError(
                f"Training: {shown(given[0])} is given without a name; name settings, as in Training(network='GRU'), "
                "or take a preset, as in Training.preset('GRU:serial')"
            )
        require_mapping(settings.get("sizes", {}), "Training: sizes", "{'cells': 12}")
        own = {each.name: each for each in fields(self) if each.init}
        sizes = {**settings.pop("sizes", {}), **{name: settings.pop(name) for name in [*settings] if name not in own}}
        defaults = self.defaults(settings)
        for name in own:
            if name != "sizes":
                object.__setattr__(self, name, settings.get(name, defaults[name]))
        object.__setattr__(self, "sizes", sizes)
        self.__post_init__()

    def __post_init__(self) -> None:
        super().__post_init__()
        found = find_core(self.network)
        object.__setattr__(self, "network", canonical(self.network))
        object.__setattr__(self, "code_sha256", found.code_sha256)
        self._require_sizes(found.cls)
        object.__setattr__(self, "until", str(criterion(self.until) or ""))
        own = self.own_clip(found.cls)
        self._require_lengths()
        if self.objective == MANY_TASKS:
            self.task_names  # noqa: B018  # raises
        require_applicable("Training", super().values(), self.defaults(super().values()), APPLIES)
        if self.learning_rule == "node-perturbation" and self.objective not in ("recall", "serial"):
            raise InputError(
                f"Training: learning_rule={self.learning_rule!r} needs the loss of each list, which "
                f"objective={self.objective!r} does not give; take recall or serial, or learning_rule='evolution'"
            )
        if self.gradient_clip == own:
            object.__setattr__(self, "gradient_clip", None)
        if self.warmup and self.warmup >= self.iterations:
            raise InputError(
                f"Training: warmup={self.warmup:,} leaves none of the iterations={self.iterations:,} at the full "
                "learning rate; take fewer, or more iterations"
            )

    @classmethod
    def defaults(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The values of all settings where they are not given, beside these: some depend on the objective."""
        found = {each.name: each.default for each in cls.parameters()}
        objective = settings.get("objective", found["objective"])
        if not isinstance(objective, str) or objective not in _NAMES:
            return found
        kind = OBJECTIVES.get(objective)
        found |= kind.defaults()
        longest = settings.get("list_length", found["list_length"])
        if isinstance(longest, Real):
            found["first_length"] = min(max(found["first_length"], kind.shortest), longest) if kind.grows else longest
        return found

    @property
    def task_names(self) -> tuple[str, ...]:
        """Of several tasks by one network, their names in the order of their cues."""
        return require_tasks(parts_in(self.tasks))

    def _require_lengths(self) -> None:
        if self.first_length > self.list_length:
            raise InputError(
                f"Training: first_length={self.first_length} is above list_length={self.list_length}, and lists do not "
                "become shorter; give a longer list_length, or leave first_length out"
            )

    @staticmethod
    def own_clip(core: type[Any]) -> float:
        """The largest gradient that a core declares."""
        clip = getattr(core, "gradient_clip", CLIP)
        if isinstance(clip, bool) or not isinstance(clip, int | float) or not 0 < clip < math.inf:
            raise ModelError(f"{core.__name__}: gradient_clip={shown(clip)} must be a number above 0, as in 10.0")
        return float(clip)

    @property
    def clip(self) -> float:
        """The largest gradient: that of the settings, or else of the core."""
        return self.own_clip(self.core()) if self.gradient_clip is None else self.gradient_clip

    def _require_sizes(self, core: type[Any]) -> None:
        """Check the sizes, and keep those that are not the core's defaults."""
        defaults = {each.name: each.default for each in sizes_of(core)}
        settings = [declared.name for declared in self.parameters()]
        if taken := sorted(set(defaults) & {*settings, "sizes"}):
            raise ModelError(f"{core.__name__}: its size {taken[0]} has the name of a setting of training; rename it")
        if len(unknown := set(self.sizes) - set(defaults)):
            name = min(unknown)
            near = closest(name, [*defaults, *settings])
            have = ", ".join(f"{each}={default}" for each, default in defaults.items()) or "none"
            raise InputError(
                f"Training: {name}={shown(self.sizes[name])} is no size of {self.network}{near} Its sizes are: {have}."
            )
        full = checked_sizes(core, self.sizes)
        kept = {name: value for name, value in full.items() if value != defaults[name]}
        object.__setattr__(self, "sizes", kept)

    @classmethod
    def preset(cls, name: str) -> Self:
        """The settings of a preset, ``GRU`` or ``GRU:serial``; of a core in a file, ``mine.py:MyCore:serial``."""
        require_name(name, "a preset of Training", "GRU:serial")
        core = name.rpartition(":")[0]
        network = next((each for each in (name, core) if names_file(each)), None)
        presets = cls.presets if network is None else _presets_of(network)
        known = next((each for each in presets if normalized(each) == normalized(name)), None)
        if known is None:
            near = [each for each in presets if normalized(each).startswith(f"{normalized(core)}:")] if core else []
            have = near or [each for each in presets if ":" not in each]
            raise InputError(
                f"Training has no preset {name!r}{closest(name, have)} There are: {', '.join(have)}"
                + ("." if near else "; and with what to train for, as in GRU:serial.")
            )
        return cls(**presets[known].values)

    def replace(self, **changes: Any) -> Self:
        """A copy with some settings or sizes changed; what was at its default has that of the changed settings."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        defaults = self.defaults(own)
        given = {name: value for name, value in own.items() if name not in defaults or value != defaults[name]}
        return type(self)(**{**given, **changes})

    def values(self) -> dict[str, Any]:
        """The values of the settings by name, and then all sizes of the core."""
        clip = {} if self.clipping == "none" else {"gradient_clip": self.clip}
        return {**super().values(), **clip, **self.config()}

    def core(self) -> type[Any]:
        """The class of the core.

        Raises
        ------
        InputError : its code has changed since these settings were made.
        """
        return self.named_core().cls

    def named_core(self) -> NamedCore:
        """The core, with what a record of weights says of it; raises as :meth:`core` does."""
        found = find_core(self.network)
        if found.code_sha256 != self.code_sha256:
            raise InputError(f"the code of {self.network} has changed since the settings were made; make them again")
        return found

    @property
    def label(self) -> str:
        """The name of weights that are trained so: ``dnc-recall``, ``dnc-people``, ``mycore-serial``."""
        core = self.network.rpartition(":")[2].lower()
        return f"{core}-{'people' if self.objective == 'imitation' else self.objective}"

    def config(self) -> dict[str, int | float | bool | str]:
        """All sizes and options of the core, as its record keeps them."""
        return checked_sizes(self.core(), self.sizes)
