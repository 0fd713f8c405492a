// DuckDB on the rows of a run, the part of a report's work that it can do in one query: the median of
// each metric of alike subjects over all nodes, and the nodes that have a value below 0.9 of it.
//
//   npm install @duckdb/node-api     (anywhere; not needed by anything else)
//   node compare_duckdb.mjs results/runs/RUN/measurements.csv [THREADS]
//
// Prints how long that takes and the file's size by that time; beside it stands
// `time plumbline report RUN --no-html`, which judges every row and writes findings.csv.
import {statSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const {DuckDBInstance} = createRequire(path.resolve('package.json'))('@duckdb/node-api');

const [file, threads = '2'] = process.argv.slice(2);
if (!file) {
  console.error('usage: node compare_duckdb.mjs measurements.csv [THREADS]');
  process.exit(2);
}
const rows = `(select host, metric, regexp_replace(subject, '[0-9]+', '', 'g') as subjects, bytes, params,
  try_cast(median as double) as value, better
  from read_csv('${file.replaceAll("'", "''")}', header = true, all_varchar = true))`;
const group = 'metric, subjects, bytes, params';
const queries = {
  'read': `select count(*) from ${rows} where value is not null and host <> ''`,
  'medians': `select count(*) from (select ${group}, median(value) from ${rows}
    where better = 'higher' group by ${group})`,
  'medians, then nodes below': `with own as materialized (select * from ${rows} where better = 'higher'),
    usual as (select ${group}, median(value) as middle from own group by ${group})
    select count(distinct host) from own join usual using (${group}) where value < 0.9 * middle`,
};

const db = await (await DuckDBInstance.create(':memory:')).connect();
await db.run(`set threads = ${Number(threads)}`);
const megabytes = statSync(file).size / 1e6;
for (const [name, query] of Object.entries(queries)) {
  let best = Infinity;
  let answer;
  for (let run = 0; run < 3; ++run) {
    const begin = performance.now();
    answer = (await db.runAndReadAll(query)).getRows()[0][0];
    best = Math.min(best, (performance.now() - begin) / 1000);
  }
  console.log(`${name}: ${answer}, ${best.toFixed(2)} s, ${(megabytes / best).toFixed(0)} MB/s`);
}
console.log(`most memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
