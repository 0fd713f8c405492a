// The data of the page: blocks that reports/html/column_table.h describes, unpacked when they are
// first asked for.
'use strict';

// What the scripts of the page share; each adds its own under a name.
const plumbline = {};
document.documentElement.classList.add('js');

plumbline.data = (() => {
  const tables = new Map();

  const bytesOf = (base64) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
    return bytes;
  };

  const inflated = async (bytes) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new Response(stream).arrayBuffer();
  };

  const arrays = {u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array};

  // Of a column of numbers `values` is a typed array, NaN where there is none. Of a column of texts
  // `words` are the different ones, `indices` a typed array into them (null: they are in order).
  const columnOf = (buffer, start, entry) => {
    const values = entry.type ?
        new arrays[entry.type](buffer, start + entry.at, entry.count) : null;
    if (!entry.words) return {name: entry.name, length: entry.count, values, at: (row) => values[row]};
    const [at, size] = entry.words;
    let words = null;
    const column = {
      name: entry.name,
      length: entry.count,
      indices: values,
      get words() {
        words ??= new TextDecoder('utf-8', {ignoreBOM: true}).decode(new Uint8Array(buffer, start + at, size)).split('\0').slice(0, -1);
        return words;
      },
      at: (row) => column.words[values ? values[row] : row],
    };
    return column;
  };

  const tableOf = (buffer) => {
    const size = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder('utf-8', {ignoreBOM: true}).decode(new Uint8Array(buffer, 4, size)));
    const columns = new Map(header.map((entry) => [entry.name, columnOf(buffer, 4 + size, entry)]));
    return {
      rows: header.length ? header[0].count : 0,
      names: header.map((entry) => entry.name),
      has: (name) => columns.has(name),
      column: (name) => columns.get(name),
      at: (name, row) => columns.get(name).at(row),
    };
  };

  const unpacked = async (block) => {
    const buffer = await inflated(bytesOf(block.textContent));
    block.textContent = '';  // it is not needed again
    return tableOf(buffer);
  };

  return {
    // Whether the page has a table of this name.
    has: (name) => tables.has(name) || document.getElementById(`data-${name}`) !== null,
    // A promise of it; null where the page has none.
    table: (name) => {
      if (!tables.has(name)) {
        const block = document.getElementById(`data-${name}`);
        if (!block) return Promise.resolve(null);
        tables.set(name, unpacked(block));
      }
      return tables.get(name);
    },
  };
})();

// An anchor as html::fragment() writes it.
plumbline.fragment = (text) =>
    encodeURIComponent(text).replace(/[!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
