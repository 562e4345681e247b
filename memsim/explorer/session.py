"""One page: it takes edits, and answers with the form, curves, likelihoods, the state inside, and files to take away.

A session knows nothing of browsers: messages are plain values that JSON can hold, and whoever brings them to a page
calls :meth:`Session.receive`. Work is done in a thread, one piece at a time and the curves first; an edit that comes in
between makes what is left of the work begin anew, so that a page that is dragged about follows the latest value.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from memsim.core.errors import MemsimError, MemsimWarning
from memsim.core.model import MemoryModel
from memsim.core.names import printable, shown
from memsim.explorer.curves import Curves
from memsim.explorer.drawing import figures
from memsim.explorer.exports import battery_of, python_of
from memsim.explorer.fields import form, watched_fields
from memsim.explorer.insides import inside
from memsim.explorer.likelihoods import Scored, in_parts, of_setting
from memsim.explorer.links import query_of, setting_of
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting, edited

Message = dict[str, Any]
Send = Callable[[Message], None]
MOST_KEPT = 2000
"""Scores of parts of lists that are kept."""
URGENT, SETTLING = 3, 0.15
"""The pieces of work that come at once, and the seconds after which the others follow, if no edit comes before."""
_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="memsim-explorer")
"""All pages share it: models compute on one processor, and warnings are those of one piece of work."""


class Session:
    """One page and its setting.

    Parameters
    ----------
    menu : what the page offers.
    setting : what it shows first.
    send : called with each message to the page, in the thread of the event loop.
    curves : those that several pages share; by default its own.
    """

    def __init__(self, menu: Menu, setting: Setting, send: Send, curves: Curves | None = None) -> None:
        self.menu, self.setting, self.send = menu, setting, send
        self.curves = Curves(menu) if curves is None else curves
        self._scores: dict[Any, Scored] = {}
        self._warned: list[str] = []
        self._task: asyncio.Task[None] | None = None
        self._newer = False
        self._sent_form: Any = None

    def receive(self, message: Any) -> None:
        """Take a message of the page: ``{"type": "start", "query": ...}``, or an edit of a field.

        An edit is ``{"type": "edit", "group": ..., "name": ..., "value": ...}``. What cannot be done is answered with
        an error in words, and the setting stays as it was.
        """
        try:
            if not isinstance(message, dict) or message.get("type") not in ("start", "edit"):
                raise MemsimError(f"{shown(message)} is no message of this page")
            if message["type"] == "start":
                self._sent_form = None
                if query := str(message.get("query") or "").removeprefix("?"):
                    self.setting = setting_of(query, self.menu, self.setting)
            else:
                self.setting = edited(
                    self.setting, self.menu, str(message.get("group")), str(message.get("name")), message.get("value")
                )
        except Exception as error:  # the code of a model may raise anything when it is built anew
            text = str(error) if isinstance(error, MemsimError) else f"{type(error).__name__}: {error}"
            self.send({"type": "error", "text": printable(text)})
            self._sent_form = None  # so that the form shows again what holds
        else:
            self.send({"type": "error", "text": ""})
        self._send_form()
        self._begin()

    def _send_form(self) -> None:
        """Send the form where its fields have changed, and not only values that the page itself has moved."""
        groups = form(self.setting, self.menu)
        shape = [
            (group["id"], group["note"],
             [{**each, "value": each["value"] if each["kind"] != "range" else 0, "from": 0, "to": 0, "step": 0}
              for each in (*group["fields"], *group["more"])]) for group in groups
        ]  # fmt: skip
        if shape != self._sent_form:
            self._sent_form = shape
            self.send({"type": "form", "groups": groups})

    def _begin(self) -> None:
        """Let the event loop work on the setting; without one, work on it now."""
        self._newer = True
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._newer = False
            for piece in self.pieces(self.setting):
                for message in piece():
                    self.send(message)
            return
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._work())

    async def _work(self) -> None:
        while self._newer:
            self._newer = False
            for number, piece in enumerate(self.pieces(self.setting)):
                if number == URGENT:
                    await asyncio.sleep(SETTLING)  # a page that is dragged about sends its next edit by then
                    if self._newer:
                        break
                for message in await asyncio.get_running_loop().run_in_executor(_WORKER, piece):
                    self.send(message)
                if self._newer:
                    break

    def close(self) -> None:
        """The page is gone: leave the rest of the work."""
        self._newer = False
        if self._task is not None:
            self._task.cancel()

    def pieces(self, setting: Setting) -> Iterator[Callable[[], list[Message]]]:
        """The pieces of work for a setting, the most urgent first; each gives messages."""
        few = {
            label: n for label, _ in setting.models if (n := self.curves.first_look(setting, label)) < setting.n_trials
        }
        yield lambda: _noted(lambda: self._curves(setting, few))
        yield lambda: [{"type": "files", "query": query_of(setting, self.menu), "python": python_of(setting, self.menu),
                        "battery": battery_of(setting, self.menu)}]  # fmt: skip
        yield lambda: _noted(lambda: self._inside(setting))
        for label in list(few):
            few = {each: n for each, n in few.items() if each != label}
            yield lambda rest=few: _noted(lambda: self._curves(setting, rest))  # type: ignore[misc]
        yield from self._scoring(setting)
        yield lambda: _noted(lambda: self._likelihood(setting))
        yield lambda: [{"type": "done"}]

    def _curves(self, setting: Setting, few: dict[str, int]) -> Message:
        points, failed = {}, []
        if people := self.curves.of_people(setting):
            points[setting.people] = people
        for label, _ in setting.models:
            try:
                points[label] = self.curves.of_model(setting, label, few.get(label))
            except Exception as error:  # the code of a model may raise anything, and the others still have curves
                failed.append(f"{label}: {error}")
        said = [f"{label}: {n:,} of {setting.n_trials:,} lists so far" for label, n in few.items()]
        names = {}
        if setting.people:
            whom = self.menu.people(setting.people)
            names[setting.people] = f"{whom.reference}, N = {whom.n_subjects}"
        drawn = figures(self.curves.analyses(setting), points, setting.people, names)
        return {
            "type": "curves",
            "figures": drawn,
            "pending": "; ".join(said),
            "failed": [printable(f) for f in failed],
        }

    def _scoring(self, setting: Setting) -> Iterator[Callable[[], list[Message]]]:
        """Pieces that score a part of people's lists each, so that an edit need not wait for all of them."""
        if not setting.people or (recalls := self.menu.people(setting.people).recalls) is None:
            return
        if len(self._scores) > MOST_KEPT:
            self._scores.clear()
        self._warned = []
        for label, model in setting.models:
            parts, ended = in_parts(label, model, recalls, self._scores), list[bool]()

            def one(parts: Iterator[None] = parts, ended: list[bool] = ended) -> Message:
                if next(parts, ended) is ended:
                    ended.append(True)
                return {"type": "scoring"}

            def noted(one: Callable[[], Message] = one) -> list[Message]:
                self._warned += _noted(one)[0].get("warnings", [])
                return []

            while not ended:
                yield noted

    def _likelihood(self, setting: Setting) -> Message:
        table = of_setting(setting, self.menu, self._scores)
        return {"type": "likelihood", "table": table, "warnings": self._warned}

    def _inside(self, setting: Setting) -> Message:
        model = setting.by_label.get(setting.watched)
        answer: Message = {"type": "inside", "fields": watched_fields(setting), "label": setting.watched}
        if not isinstance(model, MemoryModel):
            return {**answer, "inside": None, "note": "None of these models goes step by step."}
        try:
            found = inside(model, self.curves.lists_of(setting), setting.trial - 1, setting.seed)
        except Exception as error:  # as above
            return {**answer, "inside": None, "note": printable(str(error))}
        return {**answer, "inside": found.to_json(), "note": ""}


def warm_up(menu: Menu, setting: Setting, curves: Curves) -> None:
    """Compute the first curves while the browser opens; what goes wrong, the page itself will say."""

    def first() -> None:
        with warnings.catch_warnings(), suppress(Exception):
            warnings.simplefilter("ignore")
            curves.of_people(setting)
            for label, _ in setting.models:
                curves.of_model(setting, label)

    _WORKER.submit(first)


def _noted(work: Callable[[], Message]) -> list[Message]:
    """A message, with what memsim warned of on the way; an error of memsim becomes a message of its own."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", category=MemsimWarning)
        try:
            message = work()
        except Exception as error:  # as above; the page goes on, and says what went wrong
            text = str(error) if isinstance(error, MemsimError) else f"{type(error).__name__}: {error}"
            return [{"type": "error", "text": printable(text)}]
    said = [*message.get("warnings", []), *(printable(str(each.message)) for each in caught)]
    return [{**message, "warnings": list(dict.fromkeys(said))}]
