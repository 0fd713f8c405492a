// Curves that can be looked into: drawn by uPlot from the values that stand beside each drawing, to
// zoom and to read. Without it, or without uPlot, the drawings of the page stay as they are.
'use strict';
(() => {
  if (typeof uPlot !== 'function') return;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const list = (text) => text ? text.split(' ').map((word) => word === '-' ? null : Number(word)) : null;

  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const bytes = (value) => {
    let unit = 0;
    while (value >= 1024 && unit + 1 < units.length) value /= 1024, ++unit;
    return `${Number(value.toPrecision(4))} ${units[unit]}`;
  };
  const short = (value) => value === null || value === undefined ? '' : String(Number(value.toPrecision(4)));

  // How a place is said.
  const placesOf = (svg) => {
    const names = svg.dataset.places?.split('/');
    if (names) return (value) => names[value - 1] ?? '';
    return svg.dataset.along === 'bytes' ? bytes : short;
  };

  const curvesOf = (svg) => Array.from(svg.querySelectorAll('.curve'), (group) => ({
    name: group.dataset.name,
    x: list(group.dataset.x),
    y: list(group.dataset.y),
    low: list(group.dataset.low),
    high: list(group.dataset.high),
    expected: list(group.dataset.expected),
    limit: list(group.dataset.limit),
    colour: getComputedStyle(group).getPropertyValue('--curve').trim(),
    dash: getComputedStyle(group.querySelector('.line')).strokeDasharray,
  }));

  // All curves over all places: uPlot wants one list of them.
  const chartOf = (svg, curves) => {
    const x = Array.from(new Set(curves.flatMap((curve) => curve.x))).sort((a, b) => a - b);
    const place = new Map(x.map((value, at) => [value, at]));
    const spread = (curve, values) => {
      const all = new Array(x.length).fill(undefined);
      curve.x.forEach((value, at) => { all[place.get(value)] = values[at] ?? undefined; });
      return all;
    };
    const isBytes = svg.dataset.along === 'bytes', unit = svg.dataset.unit;
    const along = placesOf(svg);
    const data = [x], bands = [], series = [{
      label: isBytes ? 'size' : svg.dataset.along.slice(0, -1),
      value: (plot, value) => value === null || value === undefined ? '' : along(value),
    }];
    for (const curve of curves) {
      const dash = /\d/.test(curve.dash) ? curve.dash.split(/[ ,]+/).map(parseFloat) : undefined;
      const low = curve.low && spread(curve, curve.low), high = curve.high && spread(curve, curve.high);
      const expected = curve.expected && spread(curve, curve.expected);
      const value = (plot, number, series, at) => {
        if (number === null || number === undefined) return '';
        let text = `${short(number)} ${unit}`;
        if (low && low[at] !== undefined) text += ` (${short(low[at])} \u2013 ${short(high[at])})`;
        if (expected && expected[at] !== undefined) text += `, expected ${short(expected[at])}`;
        return text;
      };
      data.push(spread(curve, curve.y));
      series.push({label: curve.name, stroke: curve.colour, width: 1.5, dash, spanGaps: true, value,
                   points: {show: x.length <= 40, size: 6, fill: curve.colour}});
      if (!low || !high) continue;
      data.push(high, low);
      const edge = {stroke: 'transparent', spanGaps: true, points: {show: false}};
      series.push({...edge, label: ''}, {...edge, label: ''});
      bands.push({series: [series.length - 2, series.length - 1], fill: `${curve.colour}28`});
    }
    return {data, series, bands};
  };

  // What is no curve: bars where a value should be, down to what is allowed; the physical limit.
  const drawBeside = (svg, curves) => (plot) => {
    const {ctx, bbox} = plot, scale = devicePixelRatio;
    ctx.save();
    ctx.lineWidth = 1.25 * scale;
    ctx.strokeStyle = colour('--ink');
    ctx.beginPath();
    for (const curve of curves) {
      curve.expected?.forEach((wanted, at) => {
        const place = plot.valToPos(curve.x[at], 'x', true);
        if (wanted === null || place < bbox.left - 1 || place > bbox.left + bbox.width + 1) return;
        const y = plot.valToPos(wanted, 'y', true);
        ctx.moveTo(place - 7 * scale, y);
        ctx.lineTo(place + 7 * scale, y);
        const limit = curve.limit?.[at] ?? null;
        if (limit === null) return;
        const end = plot.valToPos(limit, 'y', true);
        ctx.moveTo(place, y);
        ctx.lineTo(place, end);
        ctx.moveTo(place - 3 * scale, end);
        ctx.lineTo(place + 3 * scale, end);
      });
    }
    ctx.stroke();
    for (const mark of list(svg.dataset.marks) ?? []) {
      const place = plot.valToPos(mark, 'x', true);
      if (place < bbox.left || place > bbox.left + bbox.width) continue;
      ctx.strokeStyle = colour('--soft');
      ctx.setLineDash([2 * scale, 3 * scale]);
      ctx.beginPath();
      ctx.moveTo(place, bbox.top);
      ctx.lineTo(place, bbox.top + bbox.height);
      ctx.stroke();
    }
    const ceiling = Number(svg.dataset.ceiling);
    if (ceiling && ceiling <= plot.scales.y.max) {
      const y = plot.valToPos(ceiling, 'y', true);
      ctx.strokeStyle = colour('--fail');
      ctx.setLineDash([7 * scale, 3 * scale]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  };

  const build = (svg, frame) => {
    const curves = curvesOf(svg);
    const {data, series, bands} = chartOf(svg, curves);
    // As line_chart.cpp frames them.
    const scales = {
      'logarithmic': {distr: 3, log: 10},
      'from-zero': {range: (plot, low, high) => [0, 1.08 * Math.max(high, ceiling) || 1]},
      'around': {range: (plot, low, high) => {
        const middle = (low + high) / 2;
        const half = Math.max(.6 * (high - low), .05 * Math.abs(middle), 1e-9);
        return [middle - half, middle + half];
      }},
    };
    const inBytes = svg.dataset.along === 'bytes';
    const along = placesOf(svg);
    const ceiling = Number(svg.dataset.ceiling) || 0;
    const axis = {stroke: colour('--soft'), grid: {stroke: colour('--rule'), width: 1},
                  ticks: {stroke: colour('--rule'), width: 1}, font: '11px system-ui, sans-serif'};
    const plot = new uPlot({
      width: frame.clientWidth || 560,
      height: 300,
      series,
      bands,
      scales: {
        x: inBytes ? {time: false, distr: 3, log: 2} : {time: false},
        y: scales[svg.dataset.scale],
      },
      axes: [
        {...axis, values: (plot, ticks) => ticks.map((tick) => tick === null ? '' : along(tick)),
         space: svg.dataset.places ? 90 : 70, ...(inBytes ? {} : {incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500]})},
        {...axis, size: 60, values: (plot, ticks) => ticks.map(short)},
      ],
      padding: [null, svg.dataset.places ? 36 : 20, null, null],  // the last name stands beyond the end
      cursor: {drag: {x: true, y: false}},
      hooks: {draw: [drawBeside(svg, curves)]},
    }, data, frame);
    // The edges of a range have no line of their own in the legend.
    frame.querySelectorAll('.u-legend tr').forEach((row, at) => { row.hidden = series[at].label === ''; });
    return plot;
  };

  const enliven = (svg) => {
    const frame = document.createElement('div');
    frame.className = 'live-chart';
    frame.setAttribute('role', 'img');
    frame.setAttribute('aria-label', svg.getAttribute('aria-label'));
    frame.title = 'Drag to look closer, double-click to see all';
    svg.parentElement.append(frame);
    svg.classList.add('has-live');
    let plot = build(svg, frame);
    dark.addEventListener('change', () => {
      plot.destroy();
      plot = build(svg, frame);
    });
    new ResizeObserver(() => {
      const width = frame.clientWidth;
      if (width && width !== plot.width) plot.setSize({width, height: 300});
    }).observe(frame);
  };

  // A chart is drawn when it comes near: a report has many.
  const observer = new IntersectionObserver((entries) => {
    for (const {isIntersecting, target} of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      enliven(target);
    }
  }, {rootMargin: '300px'});
  document.querySelectorAll('svg.line-chart').forEach((svg) => observer.observe(svg));
})();
