// The runs behind a finding with their intervals, against what is allowed: as
// reports/pages/interval_plot.cpp draws it for findings that stand in the page.
'use strict';
// plumbline.intervalPlot({runs, judged, low, high, expected, ceiling, unit, label}): an <svg>. A run, and
// what was judged, is {name, value, low, high, note}; NaN is: there is none.
plumbline.intervalPlot = (() => {
  const {words} = plumbline;
  const width = 660, left = 152, right = 590, top = 30, lineHeight = 20, mostRuns = 24;
  const known = (value) => value !== undefined && !Number.isNaN(value);

  const draw = (into, name, attributes, text) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    into.append(element);
    return element;
  };

  const ticks = (low, high, wanted) => {
    const rough = (high - low) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const share = rough / power;
    const step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    const values = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) values.push(k * step);
    return values;
  };

  return ({runs, judged, low, high, expected, ceiling, unit, label}) => {
    const lines = runs.slice(-mostRuns).concat(known(judged.value) ? [{...judged, judged: true}] : []);
    const values = lines.flatMap((line) => [line.value, line.low, line.high]).concat([low, high, expected]).filter(known);
    let least = Math.min(...values), most = Math.max(...values);
    // A far ceiling would press everything else together; it is named at the edge instead.
    if (known(ceiling) && ceiling < most + 1.5 * (most - least)) most = Math.max(most, ceiling);
    const air = most > least ? 0.06 * (most - least) : 0.05 * Math.abs(least) || 1;
    least -= air;
    most += air;
    const place = (value) =>
        left + Math.max(0, Math.min(1, (value - least) / (most - least))) * (right - left);
    const bottom = top + 6 + lines.length * lineHeight;

    const svg = draw(document.createDocumentFragment(), 'svg', {
      class: 'interval-plot', viewBox: `0 0 ${width} ${bottom + 22}`, role: 'img', 'aria-label': label});
    if (known(low) || known(high)) {
      const from = known(low) ? place(low) : left, to = known(high) ? place(high) : right;
      draw(svg, 'rect', {class: 'band', x: from, y: top, width: Math.max(0, to - from), height: bottom - top});
      [low, high].filter(known).forEach((limit) => {
        draw(svg, 'line', {class: 'limit', x1: place(limit), x2: place(limit), y1: top, y2: bottom});
      });
    }
    const above = (css, x, text, row) => draw(svg, 'text', {class: css, x, y: row ? 11 : 23, 'text-anchor': 'middle'}, text);
    if (known(expected)) {
      const x = place(expected);
      draw(svg, 'line', {class: 'expected', x1: x, x2: x, y1: top - 3, y2: bottom});
      above('expected-name', x, `expected ${words.number(expected)}`, false);
    }
    if (known(ceiling)) {
      const inside = ceiling <= most;
      const x = inside ? place(ceiling) : right;
      if (inside) draw(svg, 'line', {class: 'ceiling', x1: x, x2: x, y1: top - 3, y2: bottom});
      above('ceiling-name', x, `ceiling ${words.number(ceiling)}${inside ? '' : ' \u2192'}`, true);
    }
    const axis = draw(svg, 'g', {class: 'axis'});
    draw(axis, 'line', {x1: left, x2: right, y1: bottom, y2: bottom});
    ticks(least, most, 6).forEach((tick) => {
      const x = place(tick);
      draw(axis, 'line', {x1: x, x2: x, y1: bottom, y2: bottom + 4});
      draw(axis, 'text', {x, y: bottom + 16, 'text-anchor': 'middle'}, String(Number(tick.toPrecision(6))));
    });
    draw(axis, 'text', {x: width, y: bottom + 16, 'text-anchor': 'end'}, unit);
    lines.forEach((line, at) => {
      const y = top + 3 + lineHeight / 2 + at * lineHeight;
      const group = draw(svg, 'g', {class: line.judged ? 'judged' : 'run'});
      draw(group, 'text', {x: 0, y: y + 4}, line.name);
      if (!known(line.value)) {
        draw(group, 'text', {class: 'note', x: left + 6, y: y + 4}, line.note);
        return;
      }
      if (known(line.low) && known(line.high)) {
        const from = place(line.low), to = place(line.high);
        draw(group, 'line', {x1: from, x2: to, y1: y, y2: y});
        [from, to].forEach((end) => draw(group, 'line', {x1: end, x2: end, y1: y - 4, y2: y + 4}));
      }
      const x = place(line.value);
      if (line.judged) {
        draw(group, 'path', {d: `M${x} ${y - 6}l6 6l-6 6l-6 -6z`});
      } else {
        draw(group, 'circle', {cx: x, cy: y, r: 3.5});
      }
      draw(group, 'text', {class: 'value', x: width, y: y + 4, 'text-anchor': 'end'}, words.number(line.value));
    });
    return svg;
  };
})();
