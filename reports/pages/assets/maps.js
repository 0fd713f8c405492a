// Maps of the network: what is under the pointer or the keys, in words; and all of what is too fine
// for a drawing, on a canvas. Without it the drawings of the page stay as they are.
'use strict';
(() => {
  const {percent, countOf} = plumbline.words;
  const most_rows = 128;  // of the drawing, as square_map.cpp has it
  const nothing = -128, failure = 100;

  const number = (frame, name) => Number(frame.dataset[name]);
  const levelOf = (steps, deviation, failed) => {
    if (failed) return failure;
    if (deviation > steps[0]) return -1;
    let level = 0;
    while (level < steps.length && -deviation > steps[level]) ++level;
    return level;
  };
  const colourNames = (level) => level === failure ? '--m-failed' : level < 0 ? '--m-fast' :
      level === 0 ? '--m-ok' : `--m-${level}`;

  // The pairs of a map by their two places.
  const load = async (frame) => {
    const [cells, places] = await Promise.all(
        [plumbline.data.table(frame.dataset.map), plumbline.data.table(`${frame.dataset.map}-places`)]);
    const rows = new Map();
    const a = cells.column('a'), b = cells.column('b');
    for (let i = 0; i < cells.rows; ++i) rows.set(a.at(i) * places.rows + b.at(i), i);
    return {
      cells,
      places,
      name: (place) => places.at('name', place),
      row: (x, y) => rows.get(Math.min(x, y) * places.rows + Math.max(x, y)),
    };
  };

  const words = (frame, map, x, y) => {
    const of = frame.dataset.of;
    const pair = x === y ? `within ${of} ${map.name(x)}` : `${of} ${map.name(y)} with ${map.name(x)}`;
    const row = map.row(x, y);
    if (row === undefined) return `${pair}: not measured`;
    const paths = map.cells.at('paths', row), failed = map.cells.at('failed', row);
    const parts = [];
    if (paths) parts.push(`${percent(map.cells.at('deviation', row))}, the slowest of ${countOf(paths, 'path')}`);
    if (failed) parts.push(`${countOf(failed, 'path')} carried nothing`);
    return `${pair}: ${parts.join('; ')}`;
  };

  // The worst level of each pixel: rows of a drawing may hold several places.
  const draw = (frame, map, canvas) => {
    const steps = frame.dataset.steps.split(' ').map(Number);
    const size = Math.min(map.places.rows, canvas.width);
    const levels = new Int8Array(size * size).fill(nothing);
    const scale = size / map.places.rows;
    const a = map.cells.column('a'), b = map.cells.column('b');
    const deviation = map.cells.column('deviation'), failed = map.cells.column('failed');
    for (let i = 0; i < map.cells.rows; ++i) {
      const level = levelOf(steps, deviation.at(i), failed.at(i));
      const x = Math.floor(a.at(i) * scale), y = Math.floor(b.at(i) * scale);
      for (const at of [y * size + x, x * size + y]) {
        const now = levels[at];
        if (now === nothing || level > now || (now === -1 && level === 0)) levels[at] = level;
      }
    }
    const style = getComputedStyle(document.documentElement);
    const probe = document.createElement('canvas').getContext('2d');
    const rgb = (name) => {
      probe.fillStyle = style.getPropertyValue(name).trim();
      const hex = probe.fillStyle;
      return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    };
    const colours = new Map([-1, 0, 1, 2, 3, 4, 5, failure].map((level) => [level, rgb(colourNames(level))]));
    const image = new ImageData(size, size);
    for (let i = 0; i < levels.length; ++i) {
      const colour = colours.get(levels[i]);
      if (!colour) continue;  // transparent: not measured
      image.data.set(colour, 4 * i);
      image.data[4 * i + 3] = 255;
    }
    const fine = new OffscreenCanvas(size, size);
    fine.getContext('2d').putImageData(image, 0, 0);
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(fine, 0, 0, canvas.width, canvas.height);
  };

  const enliven = (frame) => {
    const svg = frame.querySelector('svg');
    const said = document.createElement('p');
    said.className = 'map-words';
    said.setAttribute('aria-live', 'polite');
    frame.append(said);
    let loading = null;
    const loaded = () => loading ??= load(frame);
    let at = null;  // the cell that the keys are on

    // Of the square within the drawing, in the page's pixels.
    const square = () => {
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      return {left: number(frame, 'left') * scale, top: number(frame, 'top') * scale,
              side: number(frame, 'side') * scale, box};
    };
    const say = async (x, y) => {
      const map = await loaded();
      said.textContent = words(frame, map, x, y);
    };
    svg.addEventListener('pointermove', async (event) => {
      const {left, top, side, box} = square();
      const x = (event.clientX - box.left - left) / side, y = (event.clientY - box.top - top) / side;
      if (x < 0 || y < 0 || x >= 1 || y >= 1) return;
      const {places} = await loaded();
      at = [Math.floor(x * places.rows), Math.floor(y * places.rows)];
      say(...at);
    });
    svg.tabIndex = 0;
    svg.addEventListener('keydown', async (event) => {
      const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
      if (!step) return;
      event.preventDefault();
      const {places} = await loaded();
      at = at ? at.map((value, i) => Math.min(Math.max(value + step[i], 0), places.rows - 1)) : [0, 0];
      say(...at);
    });

    if (Number(frame.dataset.places) <= most_rows) return;
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    frame.append(canvas);
    const paint = async () => {
      const map = await loaded();
      const {left, top, side} = square();
      Object.assign(canvas.style, {left: `${left}px`, top: `${top}px`, width: `${side}px`,
                                   height: `${side}px`, pointerEvents: 'none'});
      canvas.width = canvas.height = Math.round(side * devicePixelRatio);
      draw(frame, map, canvas);
      frame.dataset.painted = map.places.rows;
    };
    new ResizeObserver(paint).observe(svg);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  };

  document.querySelectorAll('.square-map').forEach(enliven);
})();
