// One finding or one node of a large report, opened by its address: #finding=ID, #node=HOST. What
// stands in the page already is only scrolled to.
'use strict';
plumbline.views = (() => {
  const {words} = plumbline;
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const badge = (pair) => {
    const {span, set} = words.badge();
    set(pair);
    return span;
  };
  const link = (kind, name, text = name) =>
      make('a', {href: `#${kind}=${plumbline.fragment(name)}`, textContent: text});
  const withUnit = (value, unit) => words.number(value) + (unit ? `\u00a0${unit}` : '');
  const known = (value) => !Number.isNaN(value);

  const facts = (entries) => {
    const list = make('dl', {className: 'facts'});
    entries.filter(([, value]) => value).forEach(([name, value]) => {
      list.append(make('dt', {textContent: name}), make('dd', {}, value));
    });
    return list;
  };
  // A plain table of a few rows: headings are texts or [text, 'number'].
  const table = (className, headings, rows) => {
    const numeric = headings.map((heading) => Array.isArray(heading));
    const head = make('tr', {}, ...headings.map((heading, at) => make(
        'th', {scope: 'col', className: numeric[at] ? 'number' : '', textContent: numeric[at] ? heading[0] : heading})));
    const body = make('tbody', {}, ...rows.map((cells) => make('tr', {}, ...cells.map((cell, at) => make(
        'td', {className: numeric[at] ? 'number' : ''}, cell)))));
    return make('div', {className: 'scroll'}, make('table', {className}, make('thead', {}, head), body));
  };
  const command = (text) => {
    const code = make('code', {textContent: text.replace(/[\n\r\t]/g, ' ')});
    const button = make('button', {type: 'button', className: 'copy', textContent: 'Copy'});
    button.addEventListener('click', async () => {
      button.textContent = await plumbline.copied(code.textContent) ? 'Copied' : 'Select and copy';
      setTimeout(() => { button.textContent = 'Copy'; }, 1600);
    });
    return make('div', {className: 'command'}, code, button);
  };

  // Shows `parts` in the place of a view and takes the reader there.
  const open = (id, title, parts) => {
    const view = document.getElementById(id);
    const close = make('button', {type: 'button', className: 'copy close', textContent: 'Close'});
    close.addEventListener('click', () => {
      view.hidden = true;
      history.replaceState(null, '', location.pathname + location.search);
    });
    const heading = make('h3', {tabIndex: -1}, ...title);
    view.replaceChildren(make('div', {className: 'view-head'}, heading, close), ...parts);
    view.hidden = false;
    view.scrollIntoView({block: 'start'});
    heading.focus({preventScroll: true});
  };

  // ---- a finding

  const showFinding = async (wanted) => {
    const [all, runs] = await Promise.all([plumbline.data.table('findings'), plumbline.data.table('runs')]);
    if (!all) return false;
    let row = 0;
    while (row < all.rows && plumbline.fragment(all.at('id', row)) !== wanted) ++row;
    if (row === all.rows) return false;
    const text = (name) => all.at(name, row);
    const unit = text('unit');
    const number = (name) => withUnit(text(name), unit);
    const limits = known(text('low')) && known(text('high')) ? `${words.number(text('low'))} to ${number('high')}` :
        known(text('low')) ? `at least ${number('low')}` : known(text('high')) ? `at most ${number('high')}` : '';
    const parts = [
      words.prose(make('p', {className: 'sentence'}), text('sentence')),
      facts([
        ['Host', link('node', text('host'))],
        ['Measured', [text('metric'), text('subject'), text('work')].filter(Boolean).join(' \u00b7 ')],
        ['Judged', known(text('value')) && known(text('ci_low')) ?
            `${number('value')}, interval ${words.number(text('ci_low'))} to ${words.number(text('ci_high'))}, from ${words.countOf(text('runs'), 'run')}` : ''],
        ['Expected', text('expected') + (unit && text('expected') ? `\u00a0${unit}` : '') + (limits ? `, ${limits}` : '')],
        ['Ceiling', known(text('ceiling')) ? `${number('ceiling')}: a value above it is a measurement error` : ''],
        ['Rule', text('rule')],
        ['What to do', text('action')],
        ['Basis', text('basis')],
        ['Source', text('source')],
        ['Finding', text('id') + (text('provenance') === 'simulated' ? ', simulated' : '')],
      ]),
    ];
    const own = [];
    for (let i = 0; runs && i < runs.rows; ++i) {
      if (runs.at('finding', i) === row) own.push(i);
    }
    if (known(text('value')) && own.some((i) => known(runs.at('median', i)))) {
      parts.push(make('div', {className: 'plot'}, plumbline.intervalPlot({
        runs: own.map((i, at) => ({
          name: `${at + 1}\u2002${runs.at('time', i)}`, value: runs.at('median', i),
          low: runs.at('ci_low', i), high: runs.at('ci_high', i), note: runs.at('outcome', i)})),
        judged: {name: own.length === 1 ? 'judged, between runs' : `judged, ${text('runs')} runs`,
          value: text('value'), low: text('ci_low'), high: text('ci_high')},
        low: text('low'), high: text('high'), expected: text('expected_value'), ceiling: text('ceiling'),
        unit, label: text('sentence')})));
    }
    if (own.length) {
      const say = (name, i) => words.number(runs.at(name, i));
      parts.push(table('runs', ['Run, UTC', ['Median'], ['99\u00a0% low'], ['high'], ['Min'], ['Max'], ['Spread'], ['Samples'], 'Remarks'],
        own.map((i, at) => [
          `${at + 1}\u2002${runs.at('time', i)}`,
          runs.at('outcome', i) === 'ok' ? say('median', i) || runs.at('text', i) : runs.at('outcome', i),
          say('ci_low', i), say('ci_high', i), say('min', i), say('max', i),
          known(runs.at('spread', i)) ? `${(100 * runs.at('spread', i)).toFixed(2)}\u00a0%` : '',
          runs.at('samples', i) ? words.count(runs.at('samples', i)) : '',
          [runs.at('flags', i), runs.at('transport', i), runs.at('note', i)].filter(Boolean).join(' \u00b7 '),
        ])));
    } else {
      parts.push(make('p', {className: 'lead', textContent: 'Its rows stand in measurements.csv.'}));
    }
    if (text('command')) {
      parts.push(make('div', {className: 'repeat'}, make('p', {textContent: 'Measure it again:'}), command(text('command'))));
    }
    open('finding-view', [badge(words.verdicts[text('verdict')]), make('span', {textContent: `${text('host')} ${text('subject')}`})], parts);
    return true;
  };

  // ---- a node

  const findingsOf = (all, host) => {
    const rows = [];
    for (let row = 0; all && row < all.rows; ++row) {
      if (all.at('host', row) === host) rows.push(row);
    }
    if (!rows.length) return [];
    return [
      make('h4', {textContent: 'Findings that need attention'}),
      table('sortable', ['Verdict', 'What was found', ['Difference'], 'What to do'], rows.map((row) => [
        badge(words.verdicts[all.at('verdict', row)]),
        link('finding', all.at('id', row), all.at('sentence', row)),
        words.percent(all.at('difference', row)),
        all.at('action', row),
      ])),
    ];
  };

  // What the static page has of the findings, for reports whose findings are a list.
  const listedOf = (host) => {
    const lines = Array.from(document.querySelectorAll('#finding-list .finding'))
        .filter((line) => (line.querySelector('.f-host')?.textContent ?? host) === host);
    if (!lines.length) return [];
    return [
      make('h4', {textContent: 'Findings'}),
      make('ul', {className: 'deciding'}, ...lines.map((line) => make('li', {},
          line.querySelector('.badge').cloneNode(true),
          make('a', {href: `#${line.id}`, textContent: line.querySelector('.sentence')?.textContent ?? line.id})))),
    ];
  };

  const devicesOf = (all, host) => {
    const rows = [];
    for (let row = 0; all && row < all.rows; ++row) {
      if (all.at('host', row) === host) rows.push(row);
    }
    if (!rows.length) return [];
    const names = ['subject', 'kind', 'name', 'pci_address', 'numa_node', 'serial', 'uuid'];
    return [
      make('details', {className: 'fold'}, make('summary', {textContent: `Devices: ${rows.length}`}),
          table('sortable', ['Subject', 'Kind', 'Name', 'PCI address', 'NUMA', 'Serial', 'UUID'],
              rows.map((row) => names.map((name) => all.at(name, row))))),
    ];
  };

  // Neutral within two percent, then from one to eight shades: worse is warm, better is cool.
  const shadeOf = (difference) => {
    if (Number.isNaN(difference)) return 'heat-none';
    const steps = Math.min(7, Math.floor(Math.abs(difference) / 0.04 + 0.5));
    return steps === 0 ? 'heat-7' : `${difference < 0 ? 'heat' : 'cool'}-${7 - steps}`;
  };
  const better = (series, s, value, reference) => {
    const lower = series.at('better', s) === 'lower';
    return lower ? reference / value - 1 : value / reference - 1;
  };

  // Paths between all pairs of some parts, as a table whose shades are differences from the rest.
  const matrix = (values, node, title, members) => {
    const {series} = values;
    const ends = members.map((s) => series.at('subject', s).split('>'));
    if (ends.some((pair) => pair.length !== 2)) return null;
    const sorted = (names) => [...new Set(names)].map((name) => [words.naturalKey(name), name]).sort().map(([, name]) => name);
    const from = sorted(ends.map(([a]) => a)), to = sorted(ends.map(([, b]) => b));
    if (from.length * to.length < 4) return null;
    const cells = new Map(members.map((s, at) => [ends[at].join('>'), s]));
    const head = make('tr', {}, make('th', {className: 'corner', textContent: 'from \u2193  to \u2192'}),
        ...to.map((name) => make('th', {scope: 'col', textContent: name})));
    const rows = from.map((a) => make('tr', {}, make('th', {scope: 'row', textContent: a}), ...to.map((b) => {
      const s = cells.get(`${a}>${b}`);
      const value = s === undefined ? NaN : values.at(s, node);
      if (Number.isNaN(value)) return make('td', {className: 'heat-none', textContent: '\u2013'});
      const known_expected = series.at('expected', s);
      const reference = Number.isNaN(known_expected) ? values.median(s) : known_expected;
      const difference = better(series, s, value, reference);
      return make('td', {className: shadeOf(difference), title: `${a}>${b}: ${words.percent(difference)}`, textContent: words.rough(value)});
    })));
    return make('figure', {className: 'heat-map'},
        make('figcaption', {}, make('b', {textContent: title}), make('span', {className: 'unit', textContent: series.at('unit', members[0])})),
        make('div', {className: 'scroll'}, make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows))));
  };

  const valuesOf = async (host) => {
    const values = await plumbline.values();
    if (!values) return [];
    let node = 0;
    while (node < values.nodes && values.hosts.at(node) !== host) ++node;
    if (node === values.nodes) return [];
    const {series} = values;
    const own = [];
    for (let s = 0; s < series.rows; ++s) {
      if (!Number.isNaN(values.ratio(s, node))) own.push(s);
    }
    if (!own.length) return [];
    const families = new Map();
    own.forEach((s) => {
      const name = [series.at('metric', s), series.at('work', s)].filter(Boolean).join(', ');
      families.set(name, [...(families.get(name) ?? []), s]);
    });
    const matrices = [...families].map(([name, members]) => matrix(values, node, name, members)).filter(Boolean);
    const parts = [];
    if (matrices.length) {
      parts.push(make('div', {className: 'matrices'}, ...matrices));
      parts.push(make('p', {className: 'legend', textContent:
          'Shades: no colour within 2\u00a0% of what is expected (else of the median of all nodes); one step for each 4\u00a0% beyond, warm is worse, cool is better.'}));
    }
    const rows = own.map((s) => {
      const value = values.at(s, node), expected = series.at('expected', s);
      return [
        make('span', {className: 'metric', textContent: series.at('metric', s)}), series.at('subject', s), series.at('work', s),
        words.rough(Number(value.toPrecision(4))), series.at('unit', s), words.number(expected),
        known(expected) ? words.percent(value / expected - 1) : '',
        words.percent(value / values.median(s) - 1),
      ];
    });
    const count = words.countOf(rows.length, 'value');
    parts.push(make('details', {className: 'fold', open: rows.length <= 60}, make('summary', {textContent: `All that was measured: ${count}, to 0.01\u00a0%`}),
        table('sortable', ['Metric', 'Subject', 'Work', ['Found'], 'Unit', ['Expected'], ['Difference'], ['From the median of all']], rows)));
    return parts;
  };

  const showNode = async (wanted) => {
    const nodes = await plumbline.data.table('nodes');
    if (!nodes || !document.getElementById('node-view')) return false;
    let row = 0;
    while (row < nodes.rows && plumbline.fragment(nodes.at('host', row)) !== wanted) ++row;
    if (row === nodes.rows) return false;
    const host = nodes.at('host', row);
    const [findings, devices] = await Promise.all([plumbline.data.table('findings'), plumbline.data.table('devices')]);
    const place = ['instance_id', 'az', 'network_node_1', 'network_node_2', 'network_node_3', 'network_node_4']
        .map((name) => nodes.at(name, row)).filter(Boolean).join(' \u203a ');
    const counts = ['fail', 'missing', 'inconclusive', 'warn', 'unjudged', 'pass']
        .filter((name) => nodes.at(name, row)).map((name) => `${words.count(nodes.at(name, row))} ${name}`).join(', ');
    const reason = nodes.at('reason', row);
    open('node-view', [badge(words.outcomes[nodes.at('verdict', row)]), make('span', {className: 'host', textContent: host}),
      make('span', {className: 'type', textContent: nodes.at('instance_type', row)})], [
      reason ? words.prose(make('p'), reason) : null,
      facts([['Place', place], ['Findings', counts || 'none: nothing was measured']]),
      ...(findings ? findingsOf(findings, host) : listedOf(host)),
      ...await valuesOf(host),
      ...devicesOf(devices, host),
    ].filter(Boolean));
    return true;
  };

  // ---- addresses

  const show = async () => {
    const hash = location.hash.slice(1);
    const [, kind, name] = /^(finding|node)=(.+)$/.exec(hash) ?? [];
    if (!kind) return;
    // A person may type an address as it is; a link has it escaped.
    let wanted = name;
    try {
      wanted = plumbline.fragment(decodeURIComponent(name));
    } catch {
      // not escaped, and has a percent sign
    }
    const there = document.getElementById(`${kind}=${wanted}`);
    if (there) {
      there.hidden = false;
      if (there.tagName === 'DETAILS') there.open = true;
      there.scrollIntoView({block: 'start'});
      return;
    }
    if (!await (kind === 'finding' ? showFinding(wanted) : showNode(wanted))) {
      const view = document.getElementById(`${kind}-view`);
      if (view) {
        open(view.id, [make('span', {textContent: `${kind} ${decodeURIComponent(wanted)}`})], [
          make('p', {textContent: `This report holds no such ${kind}. What is as it should be stands in the tables of the run.`})]);
      }
    }
  };
  addEventListener('hashchange', show);
  show();
  return {show};
})();
