// The state inside a model: strips of values over the steps of a list, shown step by step.

const PALE = [250, 246, 240], DARK = [84, 16, 60], COLD = [33, 84, 150], WARM = [160, 34, 44];

// Of a bar of colours, in pixels: the room beside a strip, and the least and greatest height.
const BAR = 50, SHORTEST = 40, TALLEST = 150;

function mixed(one, other, share) {
  return one.map((part, i) => Math.round(part + share * (other[i] - part)));
}

function shade(value, most, signed) {
  if (value === null) return [255, 255, 255];
  const share = Math.min(Math.abs(value) / most, 1);
  if (!signed) return mixed(PALE, DARK, Math.sqrt(share) * 0.35 + share * 0.65);
  return mixed([255, 255, 255], value < 0 ? COLD : WARM, share);
}

// What the colours mean, for those who do not see the bar.
function colours(strip) {
  const most = onScale(strip.most);
  return strip.signed ? `Colours: blue is -${most}, white 0, red ${most}.` : `Colours: pale is 0, dark ${most}.`;
}

// A number on a scale, and one in a sentence.
function onScale(value) {
  const size = Math.abs(value);
  return size && (size < 0.001 || size >= 10000) ? value.toExponential(1).replace(".0e", "e") : String(Number(value.toPrecision(2)));
}

function spoken(value) {
  return value === 0 || (Math.abs(value) >= 0.1 && Math.abs(value) < 10000) ? value.toFixed(2) : onScale(value);
}

class Strip {
  constructor(page, index) {
    this.key = identifier(page, "strip", index);
    this.caption = make("figcaption", { id: `${this.key}-title` });
    this.canvas = make("canvas", { role: "img", "aria-labelledby": `${this.key}-title ${this.key}-words` });
    this.words = make("p", { id: `${this.key}-words`, class: "help" });
    this.element = make("figure", {}, this.caption, this.canvas, this.words);
  }

  draw(strip, { steps, said, phases }, step) {
    const rows = strip.values.length, columns = steps.length;
    const cell = Math.max(6, Math.min(14, 300 / rows)), left = 8 + 6.2 * Math.max(3, ...strip.rows.map((row) => row.length)), wide = (494 - BAR - left) / columns, top = 7, bottom = 20;
    const ratio = Math.max(1, window.devicePixelRatio || 1);
    const width = left + columns * wide + BAR + 6, foot = top + rows * cell, height = Math.max(foot + bottom, top + SHORTEST + 7);
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, height);
    strip.values.forEach((row, at) => {
      for (let column = 0; column <= step; column += 1) {
        // Of a square of step by step, what comes later is not there yet.
        const hidden = strip.row === "step" && at > step;
        const [red, green, blue] = shade(hidden ? null : row[column], strip.most, strip.signed);
        pen.fillStyle = `rgb(${red},${green},${blue})`;
        pen.fillRect(left + column * wide, top + at * cell, wide + 0.5, cell + 0.5);
      }
    });
    pen.strokeStyle = "#888";
    pen.strokeRect(left, top, columns * wide, rows * cell);
    for (const start of Object.values(phases)) {
      if (!start) continue;
      pen.beginPath();
      pen.moveTo(left + start * wide, top);
      pen.lineTo(left + start * wide, foot);
      if (strip.row === "step") { pen.moveTo(left, top + start * cell); pen.lineTo(left + columns * wide, top + start * cell); }
      pen.stroke();
    }
    pen.strokeStyle = "#0b5394";
    pen.lineWidth = 2;
    pen.strokeRect(left + step * wide, top, wide, rows * cell);
    pen.fillStyle = "#1a1a1a";
    pen.font = "10px system-ui, sans-serif";
    pen.textAlign = "center";
    const every = Math.ceil(22 / wide);
    steps.forEach((label, at) => { if (at % every === 0) pen.fillText(label, left + (at + 0.5) * wide, foot + 13); });
    pen.textAlign = "right";
    const each = Math.ceil(11 / cell);
    (strip.rows.length ? strip.rows : []).forEach((label, at) => {
      if (at % each === 0) pen.fillText(label, left - 4, top + (at + 0.5) * cell + 3.5);
    });
    if (!strip.rows.length) pen.fillText(strip.row, left - 4, top + 10);
    this.bar(pen, strip, left + columns * wide + 9, top, Math.max(SHORTEST, Math.min(TALLEST, rows * cell)));
    this.caption.textContent = strip.title;
    this.words.textContent = `${this.describe(strip, said, step)} ${colours(strip)}`;
  }

  // The colours of all values of the scale, with numbers at its ends and in its middle.
  bar(pen, strip, left, top, tall) {
    const low = strip.signed ? -strip.most : 0, lines = Math.round(tall);
    for (let line = 0; line < lines; line += 1) {
      const [red, green, blue] = shade(strip.most - (line / (lines - 1)) * (strip.most - low), strip.most, strip.signed);
      pen.fillStyle = `rgb(${red},${green},${blue})`;
      pen.fillRect(left, top + line, 9, 1.5);
    }
    pen.strokeStyle = "#888";
    pen.lineWidth = 1;
    pen.strokeRect(left, top, 9, lines);
    pen.fillStyle = "#1a1a1a";
    pen.textAlign = "left";
    [strip.most, (strip.most + low) / 2, low].forEach((value, at) => pen.fillText(onScale(value), left + 13, top + at * lines / 2 + 3.5));
  }

  // The largest values of the present step, in words; of steps also what happened there, for an item is studied and recalled.
  describe(strip, said, step) {
    const name = (at) => (strip.row === "step" ? `step ${at + 1} (${said[at]})` : `${strip.row} ${strip.rows[at] || at + 1}`.trim());
    const now = strip.values.map((row, at) => [name(at), row[step], at])
      .filter(([, value, at]) => value !== null && !(strip.row === "step" && at >= step));
    if (!now.length) return "It has no value at this step.";
    const largest = [...now].sort((one, other) => Math.abs(other[1]) - Math.abs(one[1])).slice(0, 3).filter(([, value]) => value);
    if (!largest.length) return "All are zero.";
    return `Largest now: ${largest.map(([which, value]) => `${which} ${spoken(value)}`).join(", ")}.`;
  }
}

class Inside {
  constructor(page, emit) {
    this.page = page;
    this.emit = emit;
    this.step = 0;
    this.strips = [];
    const id = identifier(page, "step");
    const button = (label, act) => {
      const made = make("button", { type: "button" }, label);
      made.addEventListener("click", act);
      return made;
    };
    this.back = button("Back", () => this.go(this.step - 1));
    this.play = button("Play", () => this.toggle());
    this.next = button("Next", () => this.go(this.step + 1));
    this.slider = make("input", { id, type: "range", min: 0, max: 0, step: 1, value: 0 });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.said = make("p", { "aria-live": "polite", class: "said" });
    this.note = make("p", { class: "note" });
    this.choice = make("div", { class: "pair" });
    this.fields = new Map();
    this.area = make("div", { class: "strips" });
    this.player = make("div", { class: "player", role: "group", "aria-label": "Steps of the list" }, this.back, this.play, this.next,
      make("label", { for: id }, "Step"), this.slider);
    this.element = make("section", { "aria-labelledby": `${id}-title` }, make("h2", { id: `${id}-title` }, "State inside, step by step"),
      this.choice, this.player, this.said, this.note, this.area);
  }

  update(message) {
    updateFields(this.choice, this.fields, "inside", message.fields, this.emit);
    const fresh = !this.content || !message.inside || this.label !== message.label
      || this.content.steps.length !== message.inside.steps.length;
    this.label = message.label;
    this.content = message.inside;
    this.note.textContent = message.note;
    this.player.hidden = !this.content;
    if (!this.content) { this.stop(); this.area.replaceChildren(); this.said.textContent = ""; this.strips = []; return; }
    const { strips, steps } = this.content;
    while (this.strips.length < strips.length) this.strips.push(new Strip(this.page, this.strips.length));
    this.strips.length = strips.length;
    this.area.replaceChildren(...this.strips.map((strip) => strip.element));
    this.slider.max = steps.length - 1;
    this.go(fresh ? steps.length - 1 : Math.min(this.step, steps.length - 1));
  }

  go(step) {
    if (!this.content) return;
    const { steps, said, strips } = this.content;
    this.step = Math.max(0, Math.min(step, steps.length - 1));
    this.slider.value = this.step;
    const words = `Step ${this.step + 1} of ${steps.length}: ${said[this.step]}.`;
    this.slider.setAttribute("aria-valuetext", words);
    this.said.textContent = words;
    this.back.disabled = this.step === 0;
    this.next.disabled = this.step === steps.length - 1;
    strips.forEach((strip, i) => this.strips[i].draw(strip, this.content, this.step));
  }

  toggle() {
    if (this.timer) { this.stop(); return; }
    if (this.step === this.content.steps.length - 1) this.go(0);
    this.play.textContent = "Pause";
    this.timer = setInterval(() => {
      if (this.step >= this.content.steps.length - 1) this.stop();
      else this.go(this.step + 1);
    }, 600);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
  }
}
