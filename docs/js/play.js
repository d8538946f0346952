"use strict";
// Figures to play with. `models` is the mathematics: the browser's test compares each with the numbers of refnn that lie
// in the page. Below it, one function a figure draws what a model says and listens to the reader's mouse or keyboard.

const models = {
  // theta after each step of gradient descent on curvature theta^2 / 2 (GD-02)
  descent({ curvature, theta, steps }, rate) {
    const path = [theta];
    for (let t = 0; t < steps; t++) path.push(path[t] - rate * curvature * path[t]);
    return path;
  },

  // the highest of the lines a x + b, and which it is; of equal ones the first (MAX-01, MAX-04)
  maxout(lines, x) {
    const z = lines.map(([a, b]) => a * x + b);
    const highest = Math.max(...z);
    return [highest, z.indexOf(highest)];
  },

  // the weights after one sample, and whether it was wrong (PERC-02)
  perceptron(w, x, y) {
    const wrong = y * w.reduce((score, each, i) => score + each * x[i], 0) <= 0;
    return [wrong ? w.map((each, i) => each + y * x[i]) : w, wrong];
  },

  // one place of a correlation: the window there, times the kernel, summed (CNN-03)
  convolution(image, kernel, row, column) {
    let sum = 0;
    kernel.forEach((line, p) => line.forEach((tap, q) => { sum += tap * image[row + p][column + q]; }));
    return sum;
  },
};

const figures = {
  descent(box, start) {
    const rate = slider(box, "learning rate", 0.05, 2.2, 0.05, 0.5);
    const picture = drawing(box, 360, 220);
    const say = saying(box);
    const at = (theta) => [180 + 55 * theta, 200 - 38 * theta * theta / 2];
    const valley = range(-3.2, 3.2, 0.1).map(at);
    listen([rate], () => {
      const path = models.descent(start, rate.value());
      picture.clear();
      picture.line(valley, "rim");
      picture.line(path.map(at), "path");
      path.forEach((theta) => picture.dot(...at(theta), 3.5, "one"));
      const factor = 1 - rate.value() * start.curvature;
      say(`Each step multiplies theta by ${fixed(factor)}: after ${start.steps} steps it is ${fixed(path.at(-1), 4)}. ` +
        (Math.abs(factor) > 1 ? "Too large: it climbs out of the valley." : Math.abs(factor) === 1 ? "It jumps to and fro for ever."
          : factor < 0 ? "It jumps over the lowest point, and still gets there." : factor < 0.1 ? "One step, and it is all but there." : "It creeps down on one side."));
    });
  },

  maxout(box, start) {
    const controls = start.lines.map(([a, b], i) =>
      [slider(box, `slope ${i + 1}`, -2, 2, 0.25, a), slider(box, `height ${i + 1}`, -2, 2, 0.25, b)]);
    const x = slider(box, "input", -2, 2, 0.25, 0);
    const picture = drawing(box, 360, 240);
    const say = saying(box);
    const at = (u, v) => [180 + 80 * u, 140 - 40 * v];
    listen([...controls.flat(), x], () => {
      const lines = controls.map((pair) => pair.map((control) => control.value()));
      picture.clear();
      lines.forEach(([a, b], i) => picture.line([-2.2, 2.2].map((u) => at(u, a * u + b)), ["one", "two", "three"][i]));
      picture.line(range(-2.2, 2.2, 0.02).map((u) => at(u, models.maxout(lines, u)[0])), "path");
      const [value, winner] = models.maxout(lines, x.value());
      picture.dot(...at(x.value(), value), 5, ["one", "two", "three"][winner]);
      const used = new Set(range(-2, 2, 0.02).map((u) => models.maxout(lines, u)[1])).size;
      say(`At ${fixed(x.value())} line ${winner + 1} answers with ${fixed(value)}, and it alone will be trained by this ` +
        `sample. Between -2 and 2, ${used} of the ${lines.length} lines ever answer.`);
    });
  },

  perceptron(box, { samples, labels, bound, separator }) {
    let w, next, mistakes, clean, last;
    const again = () => { [w, next, mistakes, clean, last] = [[0, 0, 0], 0, 0, 0, null]; };
    const show = () => {
      const [after, wrong] = models.perceptron(w, samples[next], labels[next]);
      [w, last, clean, mistakes] = [after, { sample: next, wrong }, wrong ? 0 : clean + 1, mistakes + wrong];
      next = (next + 1) % samples.length;
    };
    const done = () => clean >= samples.length;
    button(box, "next sample", () => { if (!done()) show(); draw(); });
    button(box, "next mistake", () => { do { if (!done()) show(); } while (!done() && !last.wrong); draw(); });
    button(box, "start again", () => { again(); draw(); });
    const picture = drawing(box, 300, 240);
    const say = saying(box);
    const at = (u, v) => [150 + 110 * u, 120 - 110 * v];
    const draw = () => {
      picture.clear();
      const [a, b, c] = w, length = Math.hypot(a, b);
      if (length > 0) {
        const foot = [-a * c / length ** 2, -b * c / length ** 2], along = [-b / length, a / length];
        picture.line([-3, 3].map((s) => at(foot[0] + s * along[0], foot[1] + s * along[1])), "path");
        const tip = foot.map((each, i) => each + 0.25 * [a, b][i] / length);
        picture.line([at(...foot), at(...tip)], "rim");
      }
      samples.forEach(([u, v], i) => picture.mark(...at(u, v), labels[i] > 0, labels[i] > 0 ? "two" : "one"));
      if (last) picture.ring(...at(...samples[last.sample]), 10, last.wrong ? "three" : "rim");
      const weights = `(${w.map((each) => fixed(each)).join(", ")})`;
      say(done() ? `Done: a whole pass without a mistake, after ${mistakes}. Novikoff's bound for u = (${separator.join(", ")}) allows ${bound}. Weights ${weights}.`
        : !last ? `Weights ${weights}: all scores are zero, so the first sample is a mistake.`
          : `Sample ${last.sample + 1} was ${last.wrong ? "wrong: it is added to the weights, times its label" : "right: nothing happens"}. ` +
            `Weights ${weights}, ${mistakes} mistake${mistakes === 1 ? "" : "s"}; the bound is ${bound}.`);
    };
    again();
    draw();
  },

  convolution(box, { image, kernels }) {
    const size = image.length - 2;
    const kind = choice(box, "kernel", Object.keys(kernels));
    const row = slider(box, "row", 1, size, 1, 1), column = slider(box, "column", 1, size, 1, 3);
    const picture = drawing(box, 380, 180);
    const say = saying(box);
    listen([kind, row, column], () => {
      const [i, j] = [row.value() - 1, column.value() - 1], kernel = kernels[kind.value()];
      const map = range(0, size - 1, 1).map((p) => range(0, size - 1, 1).map((q) => models.convolution(image, kernel, p, q)));
      const most = Math.max(...map.flat().map(Math.abs), 1e-9);
      picture.clear();
      image.forEach((line, p) => line.forEach((ink, q) => picture.cell(10 + 20 * q, 10 + 20 * p, 20, ink / 16, "ink")));
      map.forEach((line, p) => line.forEach((value, q) =>
        picture.cell(230 + 20 * q, 30 + 20 * p, 20, Math.abs(value) / most, value < 0 ? "below" : "above")));
      picture.frame(10 + 20 * j, 10 + 20 * i, 60);
      picture.frame(230 + 20 * j, 30 + 20 * i, 20);
      const terms = kernel.flatMap((line, p) => line.map((tap, q) => [tap, image[i + p][j + q]])).filter(([tap, ink]) => tap * ink !== 0);
      say(`Row ${i + 1}, column ${j + 1}: ${terms.map(([tap, ink]) => `${fixed(tap)}·${fixed(ink)}`).join(" + ").replaceAll("+ -", "− ") || "nothing"} = ` +
        `${fixed(map[i][j])}. The same nine weights at every place.`);
    });
  },
};

// The tools: controls that the keyboard works by itself, and a drawing of lines, dots and cells.

function range(from, to, step) {
  return Array.from({ length: Math.floor((to - from) / step + 1e-9) + 1 }, (_, i) => from + i * step);
}

function fixed(number, digits = 2) {
  return Math.abs(number) >= 1e5 ? number.toExponential(1) : String(Number(number.toFixed(digits)));
}

function element(parent, name, attributes = {}, text = "") {
  const space = parent.namespaceURI.endsWith("svg") || name === "svg" ? "http://www.w3.org/2000/svg" : parent.namespaceURI;
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return parent.appendChild(made);
}

function slider(box, name, min, max, step, start) {
  const label = element(box, "label", {}, `${name} `);
  const input = element(label, "input", { type: "range", min, max, step, value: start });
  const shown = element(label, "span", { class: "value" }, start);
  input.addEventListener("input", () => { shown.textContent = input.value; });
  return { input, value: () => Number(input.value) };
}

function choice(box, name, options) {
  const label = element(box, "label", {}, `${name} `);
  const input = element(label, "select");
  options.forEach((option) => element(input, "option", { value: option }, option));
  return { input, value: () => input.value };
}

function button(box, name, press) {
  element(box, "button", { type: "button", class: "md-button" }, name).addEventListener("click", press);
}

function listen(controls, draw) {
  controls.forEach((control) => control.input.addEventListener("input", draw));
  draw();
}

function saying(box) {
  const output = element(box, "output", { "aria-live": "polite" });
  return (text) => { output.textContent = text; };
}

function drawing(box, width, height) {
  const svg = element(box, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": box.getAttribute("aria-label") });
  const point = ([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`;
  return {
    clear() { svg.replaceChildren(); },
    line(points, look) { element(svg, "polyline", { points: points.map(point).join(" "), class: look }); },
    dot(cx, cy, r, look) { element(svg, "circle", { cx, cy, r, class: `dot ${look}` }); },
    ring(cx, cy, r, look) { element(svg, "circle", { cx, cy, r, class: look }); },
    mark(x, y, up, look) {
      if (up) element(svg, "path", { d: `M${x - 5} ${y + 4}h10l-5 -9z`, class: `dot ${look}` });
      else this.dot(x, y, 4.5, look);
    },
    cell(x, y, side, opacity, look) { element(svg, "rect", { x, y, width: side, height: side, class: `cell ${look}`, "fill-opacity": opacity }); },
    frame(x, y, side) { element(svg, "rect", { x, y, width: side, height: side, class: "three" }); },
  };
}

document.querySelectorAll("figure.play").forEach((box) => {
  const { start } = JSON.parse(box.querySelector("script").textContent);
  box.querySelector("table").remove();
  figures[box.dataset.play](box, start);
});
