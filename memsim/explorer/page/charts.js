// Curves as SVG: the parts of a figure are made once, and their places are changed as values change.

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 360, HIGH = 250, LEFT = 48, RIGHT = 10, TOP = 10, BOTTOM = 40;

function shape(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

// The outline of a marker around (0, 0), by the letter that names it in the figures of memsim.
function markerPath(marker) {
  const paths = {
    s: "M-3-3H3V3H-3Z", D: "M0-4L4 0 0 4-4 0Z", "^": "M0-4L4 3H-4Z", v: "M0 4L4-3H-4Z", "<": "M-4 0L3-4V4Z", ">": "M4 0L-3-4V4Z",
    P: "M-1.5-4h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5z", X: "M-4-2l2-2 2 2 2-2 2 2-2 2 2 2-2 2-2-2-2 2-2-2 2-2z",
  };
  return paths[marker] || "M3.2 0A3.2 3.2 0 1 1-3.2 0 3.2 3.2 0 1 1 3.2 0Z";
}

function linePath(xs, ys) {
  let path = "", down = false;
  for (let i = 0; i < xs.length; i += 1) {
    if (ys[i] === null || xs[i] === null) { down = false; continue; }
    path += `${down ? "L" : "M"}${xs[i].toFixed(1)} ${ys[i].toFixed(1)}`;
    down = true;
  }
  return path;
}

// The band between two curves, in as many pieces as gaps leave.
function bandPath(xs, lows, highs) {
  let path = "", piece = [];
  const close = () => {
    if (piece.length > 1) {
      const up = piece.map((i) => `${xs[i].toFixed(1)} ${highs[i].toFixed(1)}`);
      const back = [...piece].reverse().map((i) => `${xs[i].toFixed(1)} ${lows[i].toFixed(1)}`);
      path += `M${[...up, ...back].join("L")}Z`;
    }
    piece = [];
  };
  xs.forEach((x, i) => { if (x === null || lows[i] === null || highs[i] === null) close(); else piece.push(i); });
  close();
  return path;
}

function markersPath(xs, ys, marker) {
  const outline = markerPath(marker);
  return xs.map((x, i) => (x === null || ys[i] === null ? "" : shifted(outline, x, ys[i]))).join("");
}

// An outline that begins with one absolute move, drawn around another point.
function shifted(outline, x, y) {
  const absolute = /[MLHVA]/;
  let out = "", letter = "", at = 0;
  for (const [, command, number] of outline.matchAll(/([a-zA-Z])|(-?\d*\.?\d+)/g)) {
    if (command) { letter = command; at = 0; out += command; continue; }
    let value = Number(number);
    if (letter === "H") value += x;
    else if (letter === "V") value += y;
    else if (letter === "A") { if (at % 7 === 5) value += x; if (at % 7 === 6) value += y; }
    else if (absolute.test(letter)) value += at % 2 ? y : x;
    out += ` ${Math.round(value * 100) / 100}`;
    at += 1;
  }
  return out;
}

function whiskersPath(xs, lows, highs) {
  return xs.map((x, i) => (x === null || lows[i] === null || highs[i] === null
    ? "" : `M${x.toFixed(1)} ${lows[i].toFixed(1)}V${highs[i].toFixed(1)}`)).join("");
}

class Chart {
  constructor(id, page) {
    this.key = identifier(page, "figure", id);
    this.caption = make("figcaption", { id: `${this.key}-title` });
    this.svg = shape("svg", {
      viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-labelledby": `${this.key}-title`, "aria-describedby": `${this.key}-words`,
    });
    this.axes = shape("g");
    this.ghosts = shape("g", { class: "ghosts" });
    this.body = shape("g");
    this.svg.append(this.axes, this.ghosts, this.body);
    this.words = make("p", { id: `${this.key}-words` });
    this.table = make("div", { class: "scroll" });
    this.more = make("details", {}, make("summary", {}, "In words and numbers"), this.words, this.table);
    this.more.addEventListener("toggle", () => this.fillTable());
    this.element = make("figure", { "data-curve": id }, this.caption, this.svg, this.more);
    this.lines = new Map();
    this.drawnAxes = "";
  }

  update(figure) {
    this.figure = figure;
    this.caption.textContent = figure.title;
    const { x, y } = figure;
    this.toX = (value) => (value === null ? null : LEFT + ((value - x.low) / (x.high - x.low)) * (WIDE - LEFT - RIGHT));
    this.toY = (value) => (value === null ? null : HIGH - BOTTOM - ((value - y.low) / (y.high - y.low)) * (HIGH - TOP - BOTTOM));
    const axes = JSON.stringify([x, y, figure.x_label, figure.y_label, figure.style]);
    if (axes !== this.drawnAxes) { this.drawAxes(figure); this.drawnAxes = axes; this.drawGhosts(); }
    const present = new Set(figure.lines.map((line) => line.label));
    for (const [label, group] of this.lines) if (!present.has(label)) { group.remove(); this.lines.delete(label); }
    // People come last, so that their points lie above the lines of models.
    for (const line of [...figure.lines].sort((one, other) => one.people - other.people)) this.drawLine(line);
    this.words.textContent = figure.words;
    this.fillTable();
  }

  drawAxes(figure) {
    const bottom = HIGH - BOTTOM, parts = [];
    parts.push(shape("path", { d: `M${LEFT} ${TOP}V${bottom}H${WIDE - RIGHT}`, fill: "none", stroke: "#333" }));
    for (const tick of figure.x.ticks) {
      const at = this.toX(tick.at);
      parts.push(shape("path", { d: `M${at} ${bottom}v4`, stroke: "#333" }));
      parts.push(shape("text", { x: at, y: bottom + 16, "text-anchor": "middle" }, tick.label));
    }
    for (const tick of figure.y.ticks) {
      const at = this.toY(tick.at);
      parts.push(shape("path", { d: `M${LEFT} ${at}h-4`, stroke: "#333" }));
      parts.push(shape("text", { x: LEFT - 7, y: at + 4, "text-anchor": "end" }, tick.label));
    }
    if (figure.style === "roc") {
      parts.push(shape("path", { d: `M${this.toX(0)} ${this.toY(0)}L${this.toX(1)} ${this.toY(1)}`, stroke: "#bbb" }));
    }
    const middle = (TOP + bottom) / 2;
    parts.push(shape("text", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH - 6, "text-anchor": "middle" }, figure.x_label));
    parts.push(shape("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, figure.y_label));
    this.axes.replaceChildren(...parts);
  }

  drawLine(line) {
    const xs = line.x.map(this.toX), ys = line.mean.map(this.toY), lows = line.low.map(this.toY), highs = line.high.map(this.toY);
    const joined = this.figure.style !== "categories";
    let group = this.lines.get(line.label);
    if (!group) {
      group = shape("g", { "data-label": line.label });
      group.append(shape("path", { class: "spread" }), shape("path", { class: "mean", fill: "none" }), shape("path", { class: "marks" }));
      this.lines.set(line.label, group);
    }
    this.body.append(group);
    const [spread, mean, marks] = group.children;
    const bars = line.people || !joined;
    spread.setAttribute("d", bars ? whiskersPath(xs, lows, highs) : bandPath(xs, lows, highs));
    spread.setAttribute("fill", bars ? "none" : line.color);
    spread.setAttribute("stroke", bars ? line.color : "none");
    spread.setAttribute("opacity", bars ? 1 : 0.22);
    mean.setAttribute("d", joined ? linePath(xs, ys) : "");
    mean.setAttribute("stroke", line.color);
    mean.setAttribute("stroke-width", line.people ? 1.2 : 2.2);
    mean.setAttribute("stroke-dasharray", line.dash);
    marks.setAttribute("d", bars ? markersPath(xs, ys, line.marker) : "");
    marks.setAttribute("fill", line.color);
  }

  // Curves that were kept for comparison, in grey; they stay in their place as axes change.
  keep(lines) {
    this.kept = lines;
    this.drawGhosts();
  }

  drawGhosts() {
    const paths = (this.kept || []).filter((line) => !line.people).map((line) => shape("path", {
      d: linePath(line.x.map(this.toX), line.mean.map(this.toY)), fill: "none", stroke: "#9a9a9a", "stroke-width": 1.6,
      "stroke-dasharray": line.dash,
    }));
    this.ghosts.replaceChildren(...paths);
  }

  fillTable() {
    if (!this.more.open || !this.figure) return;
    const { figure } = this;
    const places = [...new Set(figure.lines.flatMap((line) => line.places))];
    const head = make("tr", {}, make("th", { scope: "col" }, figure.x_label || "Level"),
      ...figure.lines.map((line) => make("th", { scope: "col" }, line.name)));
    const rows = places.map((place) => make("tr", {}, make("th", { scope: "row" }, place.replaceAll("_", " ")),
      ...figure.lines.map((line) => {
        const value = line.mean[line.places.indexOf(place)];
        return make("td", {}, value === null || value === undefined ? "–" : value.toFixed(3));
      })));
    this.table.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  }
}

function legendItem(line) {
  const sample = shape("svg", { viewBox: "0 0 34 12", "aria-hidden": "true" });
  sample.append(shape("path", { d: "M1 6H33", stroke: line.color, "stroke-width": line.people ? 1.2 : 2.2, "stroke-dasharray": line.dash }));
  if (line.people) sample.append(shape("path", { d: shifted(markerPath(line.marker), 17, 6), fill: line.color }));
  return make("li", {}, sample, line.name);
}
