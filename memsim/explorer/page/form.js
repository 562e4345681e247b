// The form: fields as the server describes them, made once, and then kept in step with it.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const identified = new Map();
function identifier(...parts) {
  const key = parts.join("\n");
  if (!identified.has(key)) identified.set(key, `memsim-${identified.size}`);
  return identified.get(key);
}

// Numbers as people type them: no more digits than a slider can place.
function short(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "number" ? String(Number(value.toPrecision(5))) : String(value);
}

function sliderPlace(field, value) {
  if (!field.log) return value;
  return (1000 * Math.log(value / field.from)) / Math.log(field.to / field.from);
}

function sliderValue(field, place) {
  if (!field.log) return field.integer ? Math.round(place) : Number(place.toPrecision(5));
  return Number((field.from * Math.pow(field.to / field.from, place / 1000)).toPrecision(4));
}

// One field: an element with its control, and a function that shows another value.
function makeField(group, field, emit) {
  const id = identifier(emit.page, group, field.name);
  const help = make("p", { id: `${id}-help`, class: "help" }, field.help || "");
  const label = make("label", { for: id }, field.label);
  if (field.symbol) {
    const [letter, ...below] = field.symbol.split("_");
    label.append(make("span", { class: "symbol" }, letter, ...(below.length ? [make("sub", {}, below.join(" "))] : [])));
  }
  if (field.unit) label.append(make("span", { class: "unit" }, field.unit));
  const common = { id, name: field.name, "aria-describedby": `${id}-help` };
  const send = (value) => emit(group, field.name, value);
  if (field.kind === "flag") {
    const box = make("input", { ...common, type: "checkbox" });
    box.addEventListener("change", () => send(box.checked));
    return { element: make("div", { class: "field flag" }, box, label, help), show: (next) => { box.checked = next.value; } };
  }
  if (field.kind === "choice") {
    const select = make("select", common);
    for (const option of field.options) select.append(make("option", { value: option.value }, option.label));
    select.addEventListener("change", () => send(select.value));
    return { element: make("div", { class: "field" }, label, select, help), show: (next) => { select.value = next.value; } };
  }
  if (field.kind === "text") {
    const box = make("input", { ...common, type: "text", spellcheck: "false" });
    box.addEventListener("change", () => send(box.value));
    return { element: make("div", { class: "field" }, label, box, help), show: (next) => { box.value = next.value; } };
  }
  const bounds = { min: field.low, max: field.high };
  const exact = make("input", { type: "number", step: "any", ...bounds });
  const typed = () => {
    if (exact.value === "" && field.optional) return send(null);
    if (exact.value !== "" && Number.isFinite(Number(exact.value))) send(Number(exact.value));
    return undefined;
  };
  if (field.kind === "number") {
    for (const [name, value] of Object.entries({ ...common, class: "alone", step: field.step })) exact.setAttribute(name, value);
    if (field.optional) exact.placeholder = "not set";
    exact.addEventListener("change", typed);
    return { element: make("div", { class: "field" }, label, exact, help), show: (next) => { exact.value = short(next.value); } };
  }
  const range = make("input", { ...common, type: "range" });
  exact.setAttribute("aria-label", `${field.label}, exact value`);
  const say = (value) => range.setAttribute("aria-valuetext", short(value) + (field.unit ? ` ${field.unit}` : ""));
  let now = field;
  const show = (next) => {
    now = next;
    range.min = now.log ? 0 : now.from;
    range.max = now.log ? 1000 : now.to;
    range.step = now.log ? 5 : now.step;
    range.value = sliderPlace(now, now.value);
    exact.value = short(now.value);
    say(now.value);
  };
  range.addEventListener("input", () => {
    const value = sliderValue(now, Number(range.value));
    exact.value = short(value);
    say(value);
    send(value);
  });
  exact.addEventListener("change", () => {
    const value = Number(exact.value);
    if (exact.value !== "" && value >= now.from && value <= now.to) { range.value = sliderPlace(now, value); say(value); }
    typed();
  });
  return { element: make("div", { class: "field" }, label, range, exact, help), show };
}

// Everything of a field that decides how it is made, and not only what it shows.
function madeOf(field) {
  const { value, from, to, step, ...rest } = field;
  return JSON.stringify(field.kind === "range" ? rest : { ...rest, step });
}

// Fields stand one after the other in their parent, before `last` if there is such an element.
function updateFields(parent, kept, group, fields, emit, last = null) {
  const present = new Set(fields.map((field) => field.name));
  for (const [name, old] of kept) if (!present.has(name)) { old.element.remove(); kept.delete(name); }
  let before = null;
  for (const field of fields) {
    let known = kept.get(field.name);
    if (!known || known.made !== madeOf(field)) {
      const fresh = { ...makeField(group, field, emit), made: madeOf(field) };
      const focused = known && known.element.contains(document.activeElement);
      if (known) known.element.replaceWith(fresh.element);
      else parent.insertBefore(fresh.element, before ? before.nextSibling : kept.values().next().value?.element ?? last);
      kept.set(field.name, (known = fresh));
      if (focused) known.element.querySelector("input, select").focus();
    }
    known.show(field);
    before = known.element;
  }
}

function updateForm(form, kept, groups, emit) {
  const present = new Set(groups.map((group) => group.id));
  for (const [id, old] of kept) if (!present.has(id)) { old.element.remove(); kept.delete(id); }
  let before = null;
  for (const group of groups) {
    let known = kept.get(group.id);
    if (!known) {
      const note = make("p", { class: "note" });
      const set = make("fieldset", {}, make("legend", {}, group.title), note);
      const element = make("details", { class: "group", open: group.open }, make("summary", {}, group.title), set);
      const rest = make("details", { class: "more" }, make("summary", {}, "Further parameters"));
      set.append(rest);
      known = { element, set, note, rest, fields: new Map(), more: new Map() };
      form.insertBefore(element, before ? before.nextSibling : form.firstChild);
      kept.set(group.id, known);
    }
    known.note.textContent = group.note;
    known.note.title = group.note;
    updateFields(known.set, known.fields, group.id, group.fields, emit, known.rest);
    known.rest.hidden = !group.more.length;
    updateFields(known.rest, known.more, group.id, group.more, emit);
    before = known.element;
  }
}
