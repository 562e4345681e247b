"""A session answers edits in order, the newest one wins, and what it sends can be JSON; the widget and the server."""

import asyncio
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import memsim
from memsim.core.errors import InputError, UnknownNameError
from memsim.experiments.battery_file import read_battery
from memsim.explorer.exports import battery_of, python_of
from memsim.explorer.links import query_of, setting_of
from memsim.explorer.menu import Menu
from memsim.explorer.opening import opened
from memsim.explorer.server import LOCAL, application, listening, page_file, script
from memsim.explorer.session import Session
from memsim.explorer.setting import first_setting
from memsim.models import CMR, DNC, TCM, Strength
from memsim.paradigms import FreeRecall, SerialRecall

MENU = Menu()
SMALL = replace(first_setting(MENU, FreeRecall(list_length=6)), n_trials=40)


def started() -> tuple[Session, list[dict[str, Any]]]:
    sent: list[dict[str, Any]] = []
    session = Session(MENU, SMALL, sent.append)
    session.receive({"type": "start"})
    return session, sent


def kinds(sent: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in sent]


def edit(group: str, name: str, value: Any) -> dict[str, Any]:
    return {"type": "edit", "group": group, "name": name, "value": value}


def test_a_page_gets_everything_it_shows() -> None:
    _, sent = started()
    assert kinds(sent) == ["error", "form", "curves", "files", "inside", "likelihood", "done"]
    json.dumps(sent, allow_nan=False)
    by_kind = {message["type"]: message for message in sent}
    assert by_kind["error"]["text"] == ""
    assert by_kind["files"]["query"] == query_of(SMALL, MENU)
    assert by_kind["inside"]["label"] == "TCM" and by_kind["likelihood"]["table"] is None


def test_an_edit_moves_one_curve() -> None:
    session, sent = started()
    before = next(message for message in sent if message["type"] == "curves")["figures"][0]
    sent.clear()
    session.receive(edit("model:TCM", "stop_base", 0.5))
    assert "form" not in kinds(sent)  # the page has moved its slider by itself
    after = next(message for message in sent if message["type"] == "curves")["figures"][0]
    lines = {line["label"]: (line, other) for line, other in zip(before["lines"], after["lines"], strict=True)}
    assert lines["CMR"][0] == lines["CMR"][1]
    assert sum(lines["TCM"][1]["mean"]) < sum(lines["TCM"][0]["mean"])  # who stops early recalls less
    session.receive(edit("models", "CMR", False))
    assert "form" in kinds(sent) and list(session.setting.by_label) == ["TCM"]


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {"type": "evil"}, edit("model:TCM", "context_drift", 9), {"type": "start", "query": "x=1"}],
)  # fmt: skip
def test_what_cannot_be_done_leaves_the_setting(message: Any) -> None:
    session, sent = started()
    sent.clear()
    session.receive(message)
    assert sent[0]["type"] == "error" and sent[0]["text"] and session.setting == SMALL
    assert sent[1]["type"] == "form"  # shows again what holds


def test_the_newest_edit_wins() -> None:
    sent: list[dict[str, Any]] = []

    async def dragged() -> Session:
        session = Session(MENU, SMALL, sent.append)
        for number in range(30):
            session.receive(edit("model:TCM", "context_drift", number / 100))
        assert session._task is not None
        await session._task
        return session

    session = asyncio.run(dragged())
    assert session.setting.by_label["TCM"] == TCM(context_drift=0.29)
    assert kinds(sent).count("curves") < 30 and sent[-1]["type"] == "done"
    last = [message for message in sent if message["type"] == "curves"][-1]["figures"]
    alone: list[dict[str, Any]] = []
    Session(MENU, session.setting, alone.append).receive({"type": "start"})
    assert next(message for message in alone if message["type"] == "curves")["figures"] == last


def test_what_is_opened_first() -> None:
    menu, setting = opened(TCM(context_drift=0.8), "CMR:demonstration", TCM(), paradigm=FreeRecall(list_length=5))
    assert setting.by_label == {
        "TCM": TCM(context_drift=0.8), "CMR:demonstration": CMR.preset("demonstration"), "TCM (2)": TCM()
    }  # fmt: skip
    assert setting.people == "" and menu.presets_of("TCM (2)") == {"defaults": "TCM"} and not menu.own
    _, named = opened("StartEnd", paradigm="serial_recall")
    assert type(named.task) is SerialRecall and list(named.by_label) == ["StartEnd"]
    with pytest.raises(UnknownNameError, match="did you mean 'serial_recall'"):
        opened("StartEnd", paradigm="serial_recal")
    _, usual = opened()
    assert usual.people == "peers_notask" and list(usual.by_label) == ["TCM", "CMR"]
    _, linked = opened(link="http://127.0.0.1:5006/?people=morton2013&model=SAM")
    assert linked.people == "morton2013" and list(linked.by_label) == ["SAM"]
    recalls = memsim.load_dataset("morton2013")[:20]
    menu, setting = opened("TCM", people=recalls)
    assert setting.people == "people" and setting.task == recalls.trials.paradigm
    with pytest.raises(InputError, match="no account"):
        opened("StartEnd", paradigm=FreeRecall(), people=None)
    assert opened([TCM(), "CMR"], people=None)[1] == opened(TCM(), "CMR", people=None)[1]
    with pytest.raises(InputError, match=r"without the labels \['mine'\], as in explore\("):
        opened({"mine": TCM()})
    for wrong in ("people", "link", "paradigm"):
        given: Any = {"people": None, wrong: 5}
        with pytest.raises(InputError, match="5"):
            opened(TCM(), **given)


GIVEN: list[list[Any]] = [
    [TCM(context_drift=0.8)],
    [TCM(), TCM(context_drift=0.8), "tcm"],
    [CMR.preset("demonstration").replace(recall_drift=0.5), CMR.preset("demonstration"), CMR()],
    [DNC(weights="dnc-people"), DNC(weights="dnc-people", without="reading")],
]


@pytest.mark.parametrize("models", GIVEN)
def test_a_registered_model_with_values_goes_by_a_link_and_a_battery_file(models: list[Any], tmp_path: Path) -> None:
    """Another page, which was given nothing, restores them; so does a battery file."""
    menu, setting = opened(*models, paradigm=FreeRecall(list_length=5), people=None)
    assert [model for _, model in setting.models] == [TCM() if model == "tcm" else model for model in models]
    assert setting_of(query_of(setting, menu), Menu()) == setting
    (path := tmp_path / "explored.toml").write_text(battery_of(setting, menu), encoding="utf-8")
    assert {each.label: each.model for each in read_battery(path)[0].models} == setting.by_label


def test_models_that_are_not_registered_keep_their_values() -> None:
    @dataclass(frozen=True)
    class Mine(Strength):
        """One of a user."""

    menu, setting = opened(Mine(retention=0.3), Mine(), people=None)
    assert list(menu.own) == list(setting.by_label) == ["Mine", "Mine (2)"]
    assert 'label = "Mine"\nparameters = { retention = 0.3 }\n' in battery_of(setting, menu)
    assert '"Mine": Mine(retention=0.3),' in python_of(setting, menu)
    assert setting_of(query_of(setting, menu), menu) == setting
    like = type("TCM", (Mine,), {"__doc__": "Called as a registered one."})
    menu, setting = opened(like(), "TCM", people=None)
    assert [(label, type(model)) for label, model in setting.models] == [("TCM (yours)", like), ("TCM", TCM)]


def test_a_notebook_shows_a_widget() -> None:
    pytest.importorskip("anywidget")
    explorer = memsim.explore(TCM(context_drift=0.8), paradigm=FreeRecall(list_length=5), people=None)
    bundle = explorer._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data
    sent: list[dict[str, Any]] = []
    assert explorer.session is not None
    explorer.session.send = sent.append
    explorer.widget._handle_custom_msg(edit("model:TCM", "context_drift", 0.2), [])
    assert "curves" in kinds(sent) and explorer.models == {"TCM": TCM(context_drift=0.2)}
    assert "export default" in script("notebook.js") and "context_drift=0.2" in explorer.query


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in ("anywidget", "tornado", "tornado.web", "tornado.websocket"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"memsim\[explore\]"):
        memsim.explore(TCM(), people=None)._repr_mimebundle_()
    with pytest.raises(InputError, match=r"memsim\[explore\]"):
        application(MENU, SMALL)


def test_the_page_is_served_to_this_machine_under_its_own_name_alone() -> None:
    pytest.importorskip("tornado")
    from tornado.httpclient import AsyncHTTPClient, HTTPRequest
    from tornado.httpserver import HTTPServer
    from tornado.websocket import websocket_connect

    async def asked() -> None:
        sockets = listening(0)
        assert [socket.getsockname()[0] for socket in sockets] == [LOCAL]
        port = sockets[0].getsockname()[1]
        with pytest.raises(InputError, match="cannot be used"):
            listening(port)
        server = HTTPServer(application(MENU, SMALL))
        server.add_sockets(sockets)
        client, base = AsyncHTTPClient(), f"{LOCAL}:{port}"
        page = await client.fetch(f"http://{base}/")
        assert (
            page.body.decode() == page_file("page.html")
            and "script-src 'self'" in page.headers["Content-Security-Policy"]
        )
        for path, headers in (("", {"Host": "evil.example"}), ("../setup.cfg", {}), ("page.html", {})):
            answer = await client.fetch(HTTPRequest(f"http://{base}/{path}", headers=headers), raise_error=False)
            assert answer.code in (403, 404)
        with pytest.raises(Exception, match="403"):
            await websocket_connect(HTTPRequest(f"ws://{base}/socket", headers={"Origin": "http://evil.example"}))
        socket = await websocket_connect(f"ws://{base}/socket")
        await socket.write_message("no JSON")
        assert json.loads(await socket.read_message())["text"]
        socket.close()
        server.stop()
        await server.close_all_connections()

    asyncio.run(asked())
