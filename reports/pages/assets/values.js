// What every node measured: the blocks "series" and "values" of reports/pages/value_data.h.
'use strict';
// A promise of {nodes, series, hosts, at(series, node), ratio(series, node), median(series)}: values
// in the unit of their series, NaN where a node has none; null where the page has no values.
plumbline.values = (() => {
  let all = null;
  const load = async () => {
    const [series, levels, names] = await Promise.all(
        ['series', 'values', 'hosts'].map((name) => plumbline.data.table(name)));
    if (!series || !levels || !names) return null;
    const steps = levels.at('steps', 0);
    const low = levels.column('low').values;
    const high = levels.has('high') ? levels.column('high').values : null;
    const nodes = names.rows;
    const references = series.column('reference').values;
    const ratio = (s, node) => {
      const at = s * nodes + node;
      const level = low[at] + (high ? 256 * high[at] : 0);
      return level ? level / steps : NaN;
    };
    const medians = new Map();
    return {
      nodes,
      series,
      hosts: names.column('host'),
      ratio,  // to the reference of the series
      at: (s, node) => ratio(s, node) * references[s],
      median: (s) => {
        if (!medians.has(s)) {
          const known = [];
          for (let node = 0; node < nodes; ++node) {
            const one = ratio(s, node);
            if (!Number.isNaN(one)) known.push(one);
          }
          known.sort((a, b) => a - b);
          medians.set(s, known.length ? known[known.length >> 1] * references[s] : NaN);
        }
        return medians.get(s);
      },
    };
  };
  return () => {
    all ??= load();
    return all;
  };
})();
