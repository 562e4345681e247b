"""What is to be trained, on what and how: every setting that trained weights depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from memsim.core.errors import InputError
from memsim.core.limits import NETWORK, SEED
from memsim.core.parameters import Parameterized, Preset, choice, flag, parameter, text

_RANDOM_LISTS = ("recall", "serial", "recognition", "cued", "repeat-copy", "essay-copy", "essay-recall")
OBJECTIVES = (
    "recall", "serial", "imitation", "recognition", "cued", "repeat-copy", "essay-copy", "essay-recall"
)  # fmt: skip
APPLIES: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(("slots", "width", "heads", "masked", "deallocate", "sharpened"), ("network", ("dnc",))),
    "momentum": ("optimizer", ("rmsprop",)),
    "weight_decay": ("optimizer", ("adam",)),
    **dict.fromkeys(("people", "held_out", "patience"), ("objective", ("imitation",))),
    **dict.fromkeys(("first_length", "list_length", "promotion"), ("objective", _RANDOM_LISTS)),
    "copies": ("objective", ("repeat-copy", "essay-copy")),
    "longest_delay": ("objective", ("recognition", "cued")),
    "directions": ("objective", ("cued",)),
}
"""Settings that have an effect only with some values of another setting."""
_ESSAY = {
    "network": "dnc", "vector_size": 6, "slots": 7, "width": 10, "heads": 1, "hidden": 128, "first_length": 5,
    "list_length": 5, "optimizer": "rmsprop", "learning_rate": 1e-4, "momentum": 0.9, "schedule": "constant",
    "clipping": "value", "gradient_clip": 10.0,
}  # fmt: skip
_PEOPLE = {"objective": "imitation", "people": "peers_notask", "batch": 64, "learning_rate": 0.004}
_SERIAL = {"objective": "serial", "list_length": 9, "iterations": 4000}
_RECOGNITION = {"objective": "recognition", "iterations": 4000}
_CUED = {"objective": "cued", "list_length": 12, "promotion": 0.5, "iterations": 2500}
_ESSAY_SOURCE = "Greydanus (2017), the code of the essay's experiment; initial weights of the controller ours"
_OURS = "chosen here"
MOST_LINKS = 2**27


@dataclass(frozen=True)
class Training(Parameterized):
    """What to train, on what, and how; everything that the result depends on.

    ``objective``:

    - ``recall``: at every output any studied item not yet recalled is right, and stopping after the last; the network's
      own choice among the right ones is fed back. No order is asked for, and no item counts twice.
    - ``serial``: the items in the order of study, then stopping.
    - ``imitation``: the responses of people, and their stopping; some subjects are held out.
    - ``recognition``: whether a probe was studied; half of them were. Lures are drawn as the items are.
    - ``cued``: the item that was studied in a pair with the cue, and no response to a cue that was not studied.
    - ``repeat-copy``: bits once seen, put out as many times as asked for (Graves et al., 2014).
    - ``essay-recall``, ``essay-copy``: the lists and losses of the essay (Greydanus, 2017).

    Except for ``imitation``, lists are random and grow from ``first_length`` to ``list_length`` items: by one whenever
    the mean loss of 100 iterations is below ``promotion``.

    Raises
    ------
    InputError : a value out of its range, or a setting that has no effect with the others, given another value than
        its default.
    """

    presets: ClassVar = {
        "DNC": Preset({"network": "dnc"}, _OURS),
        "DNC:people": Preset({**_PEOPLE, "network": "dnc", "start": "dnc-recall"}, _OURS),
        "DNC:serial": Preset({**_SERIAL, "network": "dnc"}, _OURS),
        "DNC:recognition": Preset({**_RECOGNITION, "network": "dnc"}, _OURS),
        "DNC:cued": Preset({**_CUED, "network": "dnc"}, _OURS),
        "LSTM": Preset({"network": "lstm"}, _OURS),
        "LSTM:people": Preset({**_PEOPLE, "network": "lstm", "start": "lstm-recall"}, _OURS),
        "LSTM:serial": Preset({**_SERIAL, "network": "lstm"}, _OURS),
        "LSTM:recognition": Preset({**_RECOGNITION, "network": "lstm"}, _OURS),
        "LSTM:cued": Preset({**_CUED, "network": "lstm"}, _OURS),
        "greydanus2017-recall": Preset({**_ESSAY, "objective": "essay-recall", "batch": 3, "iterations": 30_000},
                                       _ESSAY_SOURCE),
        "greydanus2017-copy": Preset({**_ESSAY, "objective": "essay-copy", "batch": 16, "iterations": 20_000},
                                     _ESSAY_SOURCE),
    }  # fmt: skip

    network: str = choice("dnc", ("dnc", "lstm"), "a DNC, or its controller alone")
    objective: str = choice("recall", OBJECTIVES, "what is rewarded")
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
        doc="length of item vectors; bits of the tasks of bits",
    )
    slots: int = parameter(16, 1, NETWORK["slots"], symbol="N", doc="slots of memory (DNC)")
    width: int = parameter(16, 1, NETWORK["width"], symbol="W", doc="length of a slot (DNC)")
    heads: int = parameter(1, 1, NETWORK["heads"], symbol="R", doc="read heads (DNC)")
    hidden: int = parameter(96, 1, NETWORK["hidden"], doc="units of each controller layer")
    layers: int = parameter(1, 1, NETWORK["layers"], doc="controller layers")
    layer_norm: bool = flag(False, "normalise the outputs of controller layers")
    masked: bool = flag(False, "content addressing with masks (Csordas & Schmidhuber, 2019; DNC)")
    deallocate: bool = flag(False, "wipe slots that are freed (Csordas & Schmidhuber, 2019; DNC)")
    sharpened: bool = flag(False, "sharpen reading along links (Csordas & Schmidhuber, 2019; DNC)")
    first_length: int = parameter(4, 1, 1000, unit="items", doc="longest list at the start")
    list_length: int = parameter(20, 1, 1000, unit="items", symbol="L", doc="longest list in the end")
    copies: int = parameter(3, 1, 1000, doc="most copies asked for (repeat-copy), or lists in a row (essay-copy)")
    longest_delay: int = parameter(
        8, 0, 1000, unit="steps", doc="longest distraction between study and test (recognition, cued)"
    )
    directions: str = choice("both", ("both", "forward"), "which items of pairs are cues: any, or the first (cued)")
    promotion: float = parameter(0.25, 0, 100, unit="nats", doc="mean loss of an output below which lists grow")
    batch: int = parameter(48, 1, 10_000, unit="lists", symbol="B", doc="lists in an iteration")
    iterations: int = parameter(6000, 1, 10_000_000, doc="steps of the optimizer")
    optimizer: str = choice("adam", ("adam", "rmsprop"), "AdamW (Loshchilov & Hutter, 2019), or RMSProp")
    learning_rate: float = parameter(0.002, 0, 1, doc="of the optimizer")
    schedule: str = choice("cosine", ("cosine", "constant"), "the learning rate falls to 0 as a cosine, or is constant")
    momentum: float = parameter(0.0, 0, 1, doc="of RMSProp")
    weight_decay: float = parameter(0.0, 0, 1, doc="of AdamW")
    gradient_clip: float = parameter(10.0, 0, None, doc="largest gradient")
    clipping: str = choice("norm", ("norm", "value"), "whether the norm of the gradient is clipped, or each number")
    held_out: float = parameter(0.2, 0.01, 0.9, doc="share of subjects held out (imitation)")
    patience: int = parameter(
        1000, 0, 10_000_000, unit="iterations",
        doc="stop when the loss of people held out was lowest this long ago (imitation); 0 never stops",
    )  # fmt: skip
    seed: int = parameter(0, 0, SEED, doc="of weights, lists and choices")

    def __post_init__(self) -> None:
        super().__post_init__()
        for declared in self.parameters():
            value = getattr(self, declared.name)
            condition, allowed = APPLIES.get(declared.name, ("", ()))
            if condition and value != declared.default and getattr(self, condition) not in allowed:
                raise InputError(
                    f"Training: {declared.name}={value!r} has no effect with {condition}={getattr(self, condition)!r}; "
                    f"it is for {condition}={' or '.join(map(repr, allowed))}"
                )

        if self.network == "dnc" and self.batch * self.slots**2 > MOST_LINKS:
            raise InputError(
                f"Training: batch={self.batch} lists with slots={self.slots} have more than {MOST_LINKS:,} links "
                "between slots (batch times slots squared), too many for the memory; take fewer slots or lists"
            )

    @property
    def label(self) -> str:
        """The name of weights that are trained so: ``dnc-recall``, ``dnc-people``, ``lstm-serial``."""
        return f"{self.network}-{'people' if self.objective == 'imitation' else self.objective}"

    def config(self) -> dict[str, int | bool]:
        """The sizes and options of the network, as its record keeps them."""
        memory: dict[str, int | bool] = {"slots": 0}
        if self.network == "dnc":
            memory = {"slots": self.slots, "width": self.width, "heads": self.heads}
            memory |= {name: True for name in ("masked", "deallocate", "sharpened") if getattr(self, name)}
        normed: dict[str, int | bool] = {"layer_norm": True} if self.layer_norm else {}
        return {**memory, "hidden": self.hidden, "layers": self.layers, **normed}
