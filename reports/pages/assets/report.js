// The lists that stand in the page: sorting, filtering and copying. Without it the report reads the same, in the order of severity.
'use strict';
(() => {
    const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const natural = new Intl.Collator('en', {numeric: true});

  // Numbers before texts, empty cells last whatever the direction.
  const compare = (a, b, up) => {
    if (a === '' || b === '') return (a === '') - (b === '');
    const order =
        typeof a === 'number' && typeof b === 'number' ? a - b : natural.compare(String(a), String(b));
    return up ? order : -order;
  };
  const sorted = (rows, key, up) =>
      rows.map((row, at) => ({row, at, value: key(row)}))
          .sort((a, b) => compare(a.value, b.value, up) || a.at - b.at)
          .map((entry) => entry.row);
  const number = (text) => {
    const value = Number(text);
    return text === '' || Number.isNaN(value) ? text : value;
  };

  // A heading becomes a button; `apply(up)` sorts. The first click of a number sorts downwards.
  const sortButton = (heading, group, startUp, apply) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      const before = heading.dataset.sorted;
      const up = before ? before !== 'up' : startUp;
      group.forEach((other) => {
        delete other.dataset.sorted;
        if (other.tagName === 'TH') other.removeAttribute('aria-sort');
      });
      heading.dataset.sorted = up ? 'up' : 'down';
      if (heading.tagName === 'TH') {
        heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      } else {
        button.setAttribute('aria-label', `${button.textContent}, sorted ${up ? 'up' : 'down'}`);
      }
      apply(up);
    });
  };

  all('table.sortable').forEach((table) => {
    const headings = all('thead th', table);
    const body = table.tBodies[0];
    if (body.rows.length < 2) return;
    headings.forEach((heading, column) => {
      if (heading.textContent === '') return;
      const key = (row) => {
        const cell = row.cells[column];
        return number(cell.dataset.sort ?? cell.textContent.trim().replace(/^\u00b7$/, '0'));
      };
      sortButton(heading, headings, !heading.classList.contains('number'),
                 (up) => body.append(...sorted(Array.from(body.rows), key, up)));
    });
  });

  const list = document.getElementById('finding-list');
  const form = document.getElementById('filters');
  if (list && form) {
    const rows = all('.finding', list);
    const order = new Map(rows.map((row, at) => [row, at]));  // as written: by severity
    const cell = (row, name) => (row.querySelector('.f-' + name)?.textContent ?? '').trim();
    const keys = {
      verdict: (row) => rows.length - order.get(row),
      host: (row) => cell(row, 'host'),
      metric: (row) => cell(row, 'what'),
      value: (row) => number(cell(row, 'value').replace('\u2212', '-')),
      difference: (row) => number(row.dataset.difference),
    };
    const headings = all('.f-head [data-key]', list);
    headings.forEach((heading) => {
      const startUp = ['host', 'metric', 'difference'].includes(heading.dataset.key);
      sortButton(heading, headings, startUp,
                 (up) => list.append(...sorted(rows, keys[heading.dataset.key], up)));
    });

    const shown = document.getElementById('shown');
    const verdicts = all('input[name=verdict]', form);
    const field = (name) => form.querySelector(`[name=${name}]`);
    const metricOf = (row) => row.querySelector('.f-what .metric').textContent;
    const texts = new Map();
    const textOf = (row) => {
      if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
      return texts.get(row);
    };
    const filter = () => {
      const wanted = new Set(verdicts.filter((box) => box.checked).map((box) => box.value));
      const host = field('host')?.value ?? '';
      const metric = field('metric').value;
      const words = field('text').value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      rows.forEach((row) => {
        const fits = wanted.has(row.dataset.verdict) && (!host || cell(row, 'host') === host) &&
            (!metric || metricOf(row) === metric) &&
            (!words.length || words.every((word) => textOf(row).includes(word)));
        row.hidden = !fits;
        count += fits;
      });
      shown.textContent = count === rows.length ? `${count} findings` : `${count} of ${rows.length} findings`;
    };
    form.hidden = false;
    form.addEventListener('input', filter);
    filter();
  }

  all('button.copy').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const done = await plumbline.copied(button.parentElement.querySelector('code').textContent);
      button.textContent = done ? 'Copied' : 'Select and copy';
      setTimeout(() => { button.textContent = 'Copy'; }, 1600);
    });
  });
})();
