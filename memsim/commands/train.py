"""``memsim train``: the training loop with its files, progress bar and checkpoints."""

from __future__ import annotations

import argparse
from pathlib import Path

from memsim.core.errors import InputError
from memsim.core.parameters import build

CHECKPOINT_EVERY = 500
"""Iterations between checkpoints."""


def add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser], asked: bool) -> None:
    """Add the command to the parser; its settings, for which torch is imported, only where it is ``asked`` for."""
    train = commands.add_parser("train", help="train a network: a DNC, or an LSTM as its control")
    train.set_defaults(command=run_train)
    train.add_argument("network", choices=("dnc", "lstm"), help="a DNC, or its controller alone")
    train.add_argument("--out", type=Path, help="file of weights (default: NETWORK-OBJECTIVE.safetensors)")
    train.add_argument("--preset", help="begin with the settings of a preset; others that are given come on top")
    train.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    train.add_argument("--threads", type=int, default=1, help="of the processor (default: 1, fastest for small nets)")
    if not asked:
        return
    from memsim.training.settings import Training

    train.epilog = f"presets: {', '.join(Training.presets)}"
    settings = train.add_argument_group("settings, kept in the record of the weights")
    for declared in Training.parameters():
        if declared.name != "network":
            told = f" {declared.unit}" if declared.unit else ""
            choices = f"; {declared.range}" if declared.options else ""
            default = "" if declared.text else f" (default: {declared.default}{told})"
            text = f"{declared.doc}{choices}{default}"
            settings.add_argument(f"--{declared.name.replace('_', '-')}", metavar="VALUE", help=text.replace("%", "%%"))


def run_train(parsed: argparse.Namespace) -> int:
    """Train, or go on where a checkpoint was left, and write weights, log and nothing else."""
    import torch
    from tqdm import tqdm

    from memsim.training.settings import Training
    from memsim.training.trainer import CHECKPOINT, Trainer

    given = {p.name: p.parse(text) for p in Training.parameters() if (text := getattr(parsed, p.name)) is not None}
    training = build(Training, given) if parsed.preset is None else Training.preset(parsed.preset).replace(**given)
    name = f"{training.network}-{training.objective}" if parsed.preset is None else parsed.preset
    out = parsed.out or Path(f"{name}.safetensors")
    if out.suffix != ".safetensors":
        raise InputError(f"--out {out} must end in .safetensors")
    try:
        device = torch.device(parsed.device)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InputError(f"--device {parsed.device} cannot be used: {error}") from None
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"--device {parsed.device} cannot be used: cpu or cuda")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out}: its folder cannot be made: {error}") from None
    torch.set_num_threads(max(parsed.threads, 1))
    trainer = Trainer(training, device=parsed.device)
    checkpoint = out.with_name(out.stem + CHECKPOINT)
    if checkpoint.is_file():
        trainer.resume(checkpoint)
        print(f"Going on from iteration {trainer.iteration:,} of {checkpoint}")
    with tqdm(total=training.iterations, initial=trainer.iteration, unit="it", disable=None) as bar:

        def progress(iteration: int, loss: float) -> None:
            bar.update()
            if iteration % 10 == 0:
                held = f", held out {trainer.best:.3f}" if trainer.best_at else ""
                bar.set_postfix_str(f"loss {loss:.3f}, lists to {trainer.longest}{held}", refresh=False)

        going = True
        while going and trainer.iteration < training.iterations:
            going = trainer.run(trainer.iteration + CHECKPOINT_EVERY, progress)
            trainer.checkpoint(checkpoint)
    trainer.save(out)
    checkpoint.unlink(missing_ok=True)
    last = trainer.log[-1] if trainer.log else {}
    told = ", ".join(f"{name} {value:.4g}" for name, value in last.items())
    early = "" if going else f"; people held out were best at iteration {trainer.best_at:,}, whose weights are kept"
    print(f"Trained {trainer.iteration:,} iterations in {trainer.seconds:.0f} s: {told}{early}")
    print(f"Written: {out}, {out.with_suffix('.csv')}")
    return 0
