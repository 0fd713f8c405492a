// Tables of any size, which reports/pages/fleet_table.h writes: only the rows in view are in the
// document. Sorted, searched and narrowed here; used with the keyboard as well.
'use strict';
plumbline.fleetTables = (() => {
  const {words} = plumbline;
  const tallest = 15e6;  // pixels; browsers end elements somewhere beyond
  const spare = 8;       // rows drawn above and below those in view
  const most_choices = 200;
  const all = (selector, within) => Array.from(within.querySelectorAll(selector));
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // ---- columns

  const names = {verdict: words.verdicts, outcome: words.outcomes};
  const isNumber = (look) => ['count', 'number', 'percent'].includes(look);
  const wordsOf = (column) =>
      names[column.look] ? names[column.look].map(([word]) => word) : column.data.words ?? [];
  const wordIndex = (column, row) => {
    const indices = names[column.look] ? column.data.values : column.data.indices;
    return indices ? indices[row] : row;
  };
  const textOf = (column, row) => {
    if (names[column.look]) return names[column.look][column.data.at(row)][0];
    const value = column.data.at(row);
    if (typeof value === 'string') return value;
    return Number.isNaN(value) ? '' : String(Number(value.toPrecision(6)));
  };

  // What a column is sorted by: a number for each row, NaN for an empty cell.
  const sortKeys = (column, rows) => {
    if (column.keys) return column.keys;
    const keys = new Float64Array(rows);
    if (isNumber(column.look)) {
      for (let row = 0; row < rows; ++row) keys[row] = column.data.values[row];
    } else if (names[column.look]) {
      for (let row = 0; row < rows; ++row) keys[row] = -column.data.values[row];  // the worst first
    } else {
      const natural = column.data.words.map(words.naturalKey);
      const order = natural.map((_, at) => at);
      order.sort((a, b) => (natural[a] < natural[b] ? -1 : natural[a] > natural[b] ? 1 : a - b));
      const rank = new Float64Array(natural.length);
      order.forEach((word, at) => { rank[word] = natural[word] === '' ? NaN : at; });
      for (let row = 0; row < rows; ++row) keys[row] = rank[wordIndex(column, row)];
    }
    column.keys = keys;
    return keys;
  };

  // Draws cells of a column: made once for a line, then filled anew for each row that it shows.
  const cellOf = (column, td) => {
    const into = column.link ? td.appendChild(document.createElement('a')) : td;
    if (names[column.look]) {
      const {span, set} = words.badge();
      into.append(span);
      return (row) => set(names[column.look][column.data.at(row)]);
    }
    const text = into.appendChild(document.createTextNode(''));
    if (column.look === 'count') {
      td.className = 'number';
      return (row) => {
        const value = column.data.values[row];
        td.classList.toggle('zero', value === 0);
        text.data = value === 0 ? '\u00b7' : words.count(value);
      };
    }
    if (isNumber(column.look)) {
      td.className = 'number';
      const say = column.look === 'percent' ? words.percent : words.number;
      return (row) => { text.data = say(column.data.values[row]); };
    }
    td.className = column.look === 'code' ? 'code' : column.link === 'node' ? 'host' : '';
    return (row) => {
      const value = column.data.at(row);
      text.data = value;
      td.title = value;
      if (column.link) into.href = `#${column.link}=${plumbline.fragment(column.keyData.at(row))}`;
    };
  };

  // ---- a table

  const build = (frame, table) => {
    const name = frame.dataset.table;
    const rows = table.rows;
    const columns = all('thead th', frame).map((heading) => ({
      ...heading.dataset,
      name: heading.dataset.column,
      title: heading.textContent,
      width: Number(heading.dataset.width),
      data: table.column(heading.dataset.column),
      keyData: heading.dataset.key ? table.column(heading.dataset.key) : null,
    }));
    const state = {order: Uint32Array.from({length: rows}, (_, row) => row), active: 0, sorted: null, up: true};

    // Its controls.
    const search = make('input', {type: 'search', placeholder: 'find text'});
    search.setAttribute('aria-label', `text in a ${frame.dataset.row}`);
    const shown = make('output');
    shown.setAttribute('aria-live', 'polite');
    const copy = make('button', {type: 'button', className: 'copy', textContent: 'Copy as CSV'});
    const narrow = [];  // {column, wanted: null or Set of indices}
    const controls = make('div', {className: 'filters'});
    controls.setAttribute('role', 'search');
    columns.filter((column) => names[column.look]).forEach((column) => {
      const present = [...new Set(column.data.values)].sort((a, b) => b - a);
      if (present.length < 2) return;
      const group = make('span', {className: 'choices'});
      group.setAttribute('role', 'group');
      group.setAttribute('aria-label', column.title);
      const boxes = present.map((value) => {
        const box = make('input', {type: 'checkbox', checked: true, value: String(value), name: column.name});
        const {span, set} = words.badge();
        set(names[column.look][value]);
        group.append(make('label', {}, box, span));
        return box;
      });
      narrow.push({column, wanted: () => {
        const checked = boxes.filter((box) => box.checked);
        return checked.length === boxes.length ? null : new Set(checked.map((box) => Number(box.value)));
      }});
      controls.append(group);
    });
    columns.filter((column) => column.choice).forEach((column) => {
      const choices = column.data.words;
      if (choices.length < 2 || choices.length > most_choices || !column.data.indices) return;
      const select = make('select', {name: column.name});
      select.setAttribute('aria-label', column.title);
      select.append(make('option', {value: '', textContent: `${column.title}: all`}));
      choices.map((word, at) => [words.naturalKey(word), word, at]).sort().forEach(([, word, at]) => {
        select.append(make('option', {value: String(at), textContent: word || '(empty)'}));
      });
      narrow.push({column, wanted: () => (select.value === '' ? null : new Set([Number(select.value)]))});
      controls.append(select);
    });
    controls.append(search, copy, shown);

    // Its rows.
    const grid = make('table', {className: 'fleet-rows', tabIndex: 0});
    grid.setAttribute('role', 'grid');
    grid.setAttribute('aria-label', `${frame.dataset.row}s`);
    grid.setAttribute('aria-colcount', columns.length);
    const flexible = columns.filter((column) => column.width === 0).length;
    const fixed = columns.reduce((sum, column) => sum + column.width, 0);
    grid.style.minWidth = `${fixed + 12 * flexible}rem`;
    grid.append(make('colgroup', {}, ...columns.map((column) => {
      const col = make('col');
      if (column.width) col.style.width = `${column.width}rem`;
      return col;
    })));
    const headings = columns.map((column) => {
      const button = make('button', {type: 'button', textContent: column.title});
      const heading = make('th', {scope: 'col', className: isNumber(column.look) ? 'number' : ''}, button);
      button.addEventListener('click', () => sort(column));
      return heading;
    });
    const headRow = make('tr', {}, ...headings);
    headRow.setAttribute('aria-rowindex', 1);
    const space = () => make('tbody', {className: 'space', ariaHidden: 'true'}, make('tr', {}, make('td', {colSpan: columns.length})));
    const above = space(), below = space(), body = make('tbody');
    grid.append(make('thead', {}, headRow), above, body, below);
    const scroller = make('div', {className: 'fleet-frame'}, grid);
    frame.append(controls, scroller);

    const lines = [];
    const lineAt = (at) => {
      while (lines.length <= at) {
        const tr = make('tr');
        const fill = columns.map((column) => {
          const td = make('td');
          tr.append(td);
          return cellOf(column, td);
        });
        tr.addEventListener('mousedown', () => {
          state.active = line.position;
          paint();
        });
        const line = {tr, fill, row: -1, position: -1};
        body.append(tr);
        lines.push(line);
      }
      return lines[at];
    };
    let height = 0;
    const measure = () => {
      if (height) return;
      const line = lineAt(0);
      if (rows) line.fill.forEach((fill) => fill(0));
      height = line.tr.getBoundingClientRect().height || 26;
    };
    const setSpace = (part, pixels) => { part.firstChild.firstChild.style.height = `${pixels}px`; part.hidden = pixels <= 0; };

    const paint = () => {
      measure();
      const count = state.order.length;
      const scale = Math.max(1, count * height / tallest);
      const view = Math.ceil(scroller.clientHeight / height) + 2 * spare;
      const first = Math.max(0, Math.min(count - view, Math.floor(scroller.scrollTop * scale / height) - spare));
      const drawn = Math.min(view, count - first);
      for (let i = 0; i < drawn; ++i) {
        const line = lineAt(i);
        const position = first + i;
        const row = state.order[position];
        if (line.row !== row) {
          line.fill.forEach((fill) => fill(row));
          line.row = row;
        }
        if (line.position !== position) {
          line.tr.setAttribute('aria-rowindex', position + 2);
          line.tr.id = `${name}-row-${position}`;
          line.position = position;
        }
        const active = position === state.active;
        line.tr.classList.toggle('active', active);
        line.tr.setAttribute('aria-selected', active);
        line.tr.hidden = false;
      }
      for (let i = drawn; i < lines.length; ++i) {
        lines[i].tr.hidden = true;
        lines[i].tr.removeAttribute('id');
        lines[i].position = -1;
      }
      const top = first * height / scale;
      setSpace(above, top);
      setSpace(below, count * height / scale - top - drawn * height);
      grid.setAttribute('aria-activedescendant', count ? `${name}-row-${state.active}` : '');
    };

    const reveal = () => {
      const count = state.order.length;
      if (!count) return;
      const scale = Math.max(1, count * height / tallest);
      const head = headRow.getBoundingClientRect().height;
      const top = state.active * height / scale;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      const room = scroller.clientHeight - head - height;
      if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
      paint();
    };

    const inOrder = (chosen) => {
      if (!state.sorted) return chosen;
      const keys = sortKeys(state.sorted, rows);
      const sign = state.up ? 1 : -1;
      // Empty cells last, whatever the direction; equal ones as they were written: the worst first.
      return chosen.sort((a, b) => {
        const left = keys[a], right = keys[b];
        if (left === right) return a - b;
        if (Number.isNaN(left) || Number.isNaN(right)) {
          return Number.isNaN(left) - Number.isNaN(right) || a - b;
        }
        return left < right ? -sign : sign;
      });
    };

    // As high as its rows need, up to most of the window.
    const fit = () => {
      measure();
      const head = headRow.getBoundingClientRect().height;
      const sideways = scroller.offsetHeight - scroller.clientHeight;
      const wanted = head + state.order.length * height + sideways;
      scroller.style.height = `${Math.max(6 * height, Math.min(wanted, 0.76 * innerHeight, 620))}px`;
    };

    const filter = () => {
      const tests = [];
      narrow.forEach(({column, wanted}) => {
        const set = wanted();
        if (set) tests.push((row) => set.has(wordIndex(column, row)));
      });
      const searched = columns.concat(hidden).filter((column) => !isNumber(column.look));
      search.value.toLowerCase().split(/\s+/).filter(Boolean).forEach((word) => {
        const hits = searched.map((column) => {
          column.lower ??= wordsOf(column).map((text) => text.toLowerCase());
          return {column, found: Uint8Array.from(column.lower, (text) => text.includes(word))};
        });
        tests.push((row) => hits.some(({column, found}) => found[wordIndex(column, row)]));
      });
      const chosen = new Uint32Array(rows);
      let count = 0;
      for (let row = 0; row < rows; ++row) {
        if (tests.every((test) => test(row))) chosen[count++] = row;
      }
      state.order = inOrder(chosen.slice(0, count));
      state.active = 0;
      scroller.scrollTop = 0;
      grid.setAttribute('aria-rowcount', count + 1);
      shown.textContent = count === rows ? words.countOf(rows, frame.dataset.row) :
          `${words.count(count)} of ${words.countOf(rows, frame.dataset.row)}`;
      fit();
      paint();
    };

    const sort = (column) => {
      // The first click: texts upwards, numbers downwards, verdicts from the worst.
      state.up = state.sorted === column ? !state.up : !isNumber(column.look);
      state.sorted = column;
      headings.forEach((heading, at) => {
        if (columns[at] === column) {
          heading.setAttribute('aria-sort', state.up ? 'ascending' : 'descending');
          heading.dataset.sorted = state.up ? 'up' : 'down';
        } else {
          heading.removeAttribute('aria-sort');
          delete heading.dataset.sorted;
        }
      });
      state.order = inOrder(state.order.slice());
      state.active = 0;
      scroller.scrollTop = 0;
      paint();
    };

    // Columns that are not shown are searched and copied too.
    const hidden = table.names.filter((other) => !columns.some((column) => column.name === other))
        .map((other) => ({name: other, data: table.column(other), look: table.column(other).words ? 'text' : 'number'}));
    const csv = () => {
      const every = table.names.map((other) => columns.concat(hidden).find((column) => column.name === other));
      // As in the files: quoted where need be, and no text that a spreadsheet would run.
      const quoted = (text, isText) => {
        const safe = isText && /^[=+\-@']/.test(text) ? `'${text}` : text;
        const flat = safe.replace(/[\r\n]+/g, ' ');
        return /[",]/.test(flat) ? `"${flat.replace(/"/g, '""')}"` : flat;
      };
      const text = [every.map((column) => column.name).join(',')];
      for (const row of state.order) {
        text.push(every.map((column) => quoted(textOf(column, row), !isNumber(column.look))).join(','));
      }
      return text.join('\n') + '\n';
    };

    const main = columns.findIndex((column) => column.link);
    grid.addEventListener('keydown', (event) => {
      if (event.target !== grid || event.ctrlKey || event.altKey || event.metaKey) return;
      const page = Math.max(1, Math.floor(scroller.clientHeight / height) - 2);
      const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows, End: rows};
      if (event.key in steps) {
        state.active = Math.max(0, Math.min(state.order.length - 1, state.active + steps[event.key]));
        reveal();
      } else if (event.key === 'Enter' && main >= 0 && state.order.length) {
        reveal();
        document.getElementById(`${name}-row-${state.active}`)?.cells[main].querySelector('a')?.click();
      } else {
        return;
      }
      event.preventDefault();
    });
    scroller.addEventListener('scroll', paint, {passive: true});
    controls.addEventListener('input', filter);
    copy.addEventListener('click', async () => {
      const done = await plumbline.copied(csv());
      copy.textContent = done ? `Copied ${words.countOf(state.order.length, 'row')}` : 'The browser does not copy';
      setTimeout(() => { copy.textContent = 'Copy as CSV'; }, 1600);
    });
    addEventListener('resize', () => {
      height = 0;
      fit();
      paint();
    });

    filter();
    frame.dataset.ready = 'yes';
  };

  const upgrade = async (frame) => {
    try {
      build(frame, await plumbline.data.table(frame.dataset.table));
    } catch (error) {
      frame.classList.add('plain');  // its first rows stay
      throw error;
    }
  };

  // Those near the window now, the others when they come near it.
  const observer = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      observer.unobserve(entry.target);
      upgrade(entry.target);
    });
  }, {rootMargin: '1000px'});
  all('.fleet-table.live', document).forEach((frame) => observer.observe(frame));
})();
