// The state inside a model: strips of values over the steps of a list, shown step by step.

const PALE = [250, 246, 240], DARK = [84, 16, 60], COLD = [33, 84, 150], WARM = [160, 34, 44];

function mixed(one, other, share) {
  return one.map((part, i) => Math.round(part + share * (other[i] - part)));
}

function shade(value, most, signed) {
  if (value === null) return [255, 255, 255];
  const share = Math.min(Math.abs(value) / most, 1);
  if (!signed) return mixed(PALE, DARK, Math.sqrt(share) * 0.35 + share * 0.65);
  return mixed([255, 255, 255], value < 0 ? COLD : WARM, share);
}

class Strip {
  constructor(page, index) {
    this.key = identifier(page, "strip", index);
    this.caption = make("figcaption", { id: `${this.key}-title` });
    this.canvas = make("canvas", { role: "img", "aria-labelledby": `${this.key}-title ${this.key}-words` });
    this.words = make("p", { id: `${this.key}-words`, class: "help" });
    this.element = make("figure", {}, this.caption, this.canvas, this.words);
  }

  draw(strip, steps, step, phases) {
    const rows = strip.values.length, columns = steps.length;
    const cell = Math.max(6, Math.min(14, 300 / rows)), left = 8 + 6.2 * Math.max(3, ...strip.rows.map((row) => row.length)), wide = (494 - left) / columns, top = 4, bottom = 20;
    const ratio = Math.max(1, window.devicePixelRatio || 1);
    const width = left + columns * wide + 6, height = top + rows * cell + bottom;
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
      if (start) { pen.beginPath(); pen.moveTo(left + start * wide, top); pen.lineTo(left + start * wide, top + rows * cell); pen.stroke(); }
    }
    pen.strokeStyle = "#0b5394";
    pen.lineWidth = 2;
    pen.strokeRect(left + step * wide, top, wide, rows * cell);
    pen.fillStyle = "#1a1a1a";
    pen.font = "10px system-ui, sans-serif";
    pen.textAlign = "center";
    const every = Math.ceil(22 / wide);
    steps.forEach((label, at) => { if (at % every === 0) pen.fillText(label, left + (at + 0.5) * wide, height - 7); });
    pen.textAlign = "right";
    const each = Math.ceil(11 / cell);
    (strip.rows.length ? strip.rows : []).forEach((label, at) => {
      if (at % each === 0) pen.fillText(label, left - 4, top + (at + 0.5) * cell + 3.5);
    });
    if (!strip.rows.length) pen.fillText(strip.row, left - 4, top + 10);
    this.caption.textContent = strip.title;
    this.words.textContent = this.describe(strip, step);
  }

  // The largest values of the present step, in words.
  describe(strip, step) {
    const now = strip.values.map((row, at) => [strip.rows[at] || String(at + 1), row[step], at])
      .filter(([, value, at]) => value !== null && !(strip.row === "step" && at >= step));
    if (!now.length) return "It has no value at this step.";
    const largest = [...now].sort((one, other) => Math.abs(other[1]) - Math.abs(one[1])).slice(0, 3).filter(([, value]) => value);
    if (!largest.length) return "All are zero.";
    const said = largest.map(([name, value]) => `${strip.row} ${name} ${value.toFixed(2)}`);
    return `Largest now: ${said.join(", ")}.`;
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
    const { steps, said, strips, phases } = this.content;
    this.step = Math.max(0, Math.min(step, steps.length - 1));
    this.slider.value = this.step;
    const words = `Step ${this.step + 1} of ${steps.length}: ${said[this.step]}.`;
    this.slider.setAttribute("aria-valuetext", words);
    this.said.textContent = words;
    this.back.disabled = this.step === 0;
    this.next.disabled = this.step === steps.length - 1;
    strips.forEach((strip, i) => this.strips[i].draw(strip, steps, this.step, phases));
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
