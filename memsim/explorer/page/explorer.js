// The page as a whole: it shows what the server sends, and sends what is edited.

let pages = 0;

// What can be copied and saved: a text with its buttons.
function makeFile(page, title, name, rows) {
  const id = identifier(page, "file", name);
  const area = make("textarea", { id, readonly: true, spellcheck: "false", rows });
  const copy = make("button", { type: "button" }, "Copy");
  const save = make("a", { download: name, href: "#" }, "Save");
  save.setAttribute("aria-label", `Save ${name}`);
  copy.setAttribute("aria-label", `Copy ${title}`);
  copy.addEventListener("click", async () => {
    area.select();
    try { await navigator.clipboard.writeText(area.value); copy.textContent = "Copied"; } catch { copy.textContent = "Selected"; }
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  save.addEventListener("click", () => {
    if (save.href.startsWith("blob:")) URL.revokeObjectURL(save.href);
    save.href = URL.createObjectURL(new Blob([area.value], { type: "text/plain" }));
  });
  const element = make("div", {}, make("label", { for: id }, title), area, make("div", { class: "buttons" }, copy, save));
  return { element, show: (text) => { area.value = text; } };
}

// transport: send(message) to the server; address(query) makes a link, or gives null where there is none.
function mount(root, transport) {
  const page = (pages += 1);
  root.classList.add("memsim-explorer");
  const status = make("p", { class: "status", role: "status" }, "Starting …");
  const problem = make("p", { class: "error", role: "alert" });
  const form = make("form", { "aria-label": "Setting", autocomplete: "off" });
  form.addEventListener("submit", (event) => event.preventDefault());
  let waiting = null;
  const busy = () => {
    status.textContent = "Computing …";
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      status.textContent = "Computing … A model that runs for the first time is compiled, which can take a minute.";
    }, 4000);
  };
  const say = (text) => { clearTimeout(waiting); status.textContent = text; };
  const emit = (group, name, value) => { busy(); transport.send({ type: "edit", group, name, value }); };
  emit.page = page;

  const legend = make("ul", { class: "legend", "aria-label": "Legend" });
  const figures = make("div", { class: "figures" });
  const keep = make("button", { type: "button", "aria-pressed": "false" }, "Keep these curves in grey");
  const notes = make("ul", { class: "notes" });
  const table = make("div", { class: "scroll" });
  const words = make("p", { class: "said" });
  const inside = new Inside(page, emit);
  const heading = (name, text) => make("h2", { id: identifier(page, "heading", name) }, text);
  const section = (name, text, ...children) => make("section", { "aria-labelledby": identifier(page, "heading", name) }, heading(name, text), ...children);
  const link = makeFile(page, "Link that restores this setting", "memsim-link.txt", 2);
  const python = makeFile(page, "Python", "explored.py", 14);
  const battery = makeFile(page, "Battery file, for memsim battery", "explored.toml", 14);
  const main = make("main", {},
    section("curves", "Curves", legend, figures, make("div", { class: "buttons" }, keep), notes),
    section("likelihood", "Likelihood of people's lists", words, table),
    inside.element,
    section("files", "Take it with you", make("div", { class: "exports" }, link.element, make("div", { class: "files" }, python.element, battery.element))));
  root.replaceChildren(make("div", { class: "page" }, make("header", {}, make("h1", {}, "memsim explorer"), status), problem, form, main));

  const groups = new Map(), charts = new Map();
  let ghosts = null, warned = new Map();

  keep.addEventListener("click", () => {
    ghosts = ghosts ? null : new Map([...charts].map(([id, chart]) => [id, chart.figure.lines]));
    keep.setAttribute("aria-pressed", ghosts ? "true" : "false");
    keep.textContent = ghosts ? "Drop the curves in grey" : "Keep these curves in grey";
    for (const [id, chart] of charts) chart.keep(ghosts ? ghosts.get(id) : null);
  });

  function showNotes(kind, texts) {
    warned.set(kind, texts);
    const all = [...new Set([...warned.values()].flat())];
    notes.replaceChildren(...all.map((text) => make("li", {}, text)));
  }

  function showCurves(message) {
    const present = new Set(message.figures.map((figure) => figure.id));
    for (const [id, chart] of charts) if (!present.has(id)) { chart.element.remove(); charts.delete(id); }
    for (const figure of message.figures) {
      if (!charts.has(figure.id)) charts.set(figure.id, new Chart(figure.id, page));
      const chart = charts.get(figure.id);
      if (chart.element.parentNode !== figures) figures.append(chart.element);
      chart.update(figure);
    }
    const lines = new Map(message.figures.flatMap((figure) => figure.lines.map((line) => [line.label, line])));
    legend.replaceChildren(...[...lines.values()].map(legendItem));
    say(message.pending || "Computing …");
    showNotes("curves", [...message.failed, ...message.warnings]);
  }

  function showLikelihood(message) {
    const shown = message.table;
    words.textContent = shown ? shown.words : "Choose people to see how likely their responses are under each model.";
    if (!shown || !shown.rows.length) { table.replaceChildren(); return; }
    const last = shown.columns.length - 1;
    const head = make("tr", {}, ...shown.columns.map((name) => make("th", { scope: "col" }, name)));
    const rows = shown.rows.map((row) => make("tr", {}, ...row.map((cell, i) => (i
      ? make("td", i === last ? { class: "words" } : {}, cell) : make("th", { scope: "row" }, cell)))));
    table.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  }

  function receive(message) {
    if (message.type === "form") updateForm(form, groups, message.groups, emit);
    else if (message.type === "curves") showCurves(message);
    else if (message.type === "likelihood") { showLikelihood(message); showNotes("likelihood", message.warnings); }
    else if (message.type === "inside") { inside.update(message); showNotes("inside", message.warnings); }
    else if (message.type === "error") problem.textContent = message.text;
    else if (message.type === "done") say("Up to date.");
    else if (message.type === "files") {
      link.show(transport.address(message.query));
      python.show(message.python);
      battery.show(message.battery);
    }
  }
  return { receive, stop: () => inside.stop(), say };
}
