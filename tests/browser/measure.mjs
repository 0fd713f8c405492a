// How fast a report opens and moves: node measure.mjs CHROMIUM FILE.html ... [--runs N]
// One line of figures for each file, medians of the runs; tests/benchmarks/report.md holds some.
// Run by hand: no test depends on a time.

import {readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {launch} from './chromium.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--runs');
const runs = at < 0 ? 5 : Number(args.splice(at, 2)[1]);
const [executable, ...files] = args;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// Of the process that shows the page, MB: resident, and its share of what it has with others.
const memory = async (browser) => {
  const session = await browser.newBrowserCDPSession();
  const {processInfo} = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo.filter(({type}) => type === 'renderer').map(({id}) => {
    const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(text)[1]) / 1024;
  });
  return Math.max(...sizes);
};

const measure = async (file) => {
  const browser = await launch(executable);
  try {
    const page = await browser.newPage({viewport: {width: 1280, height: 1000}});
    // When the first large map was painted, its data unpacked before.
    await page.addInitScript(() => {
      const painted = new MutationObserver(() => {
        window.painted ??= performance.now();
        painted.disconnect();
      });
      painted.observe(document, {subtree: true, attributeFilter: ['data-painted']});
    });
    await page.goto(pathToFileURL(path.resolve(file)).href);
    const figures = await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
      await frame();
      const [navigation] = performance.getEntriesByType('navigation');
      let paint;
      while (!(paint = performance.getEntriesByName('first-contentful-paint')[0])) await frame();
      const out = {paint: paint.startTime, load: navigation.loadEventEnd};
      const map = document.querySelector('.square-map:has(canvas)');
      if (map) {
        map.scrollIntoView();
        while (window.painted === undefined) await frame();
        out.map = Math.max(0, window.painted - navigation.domInteractive);
      }
      const timed = async (work) => {
        const begin = performance.now();
        await work();
        await frame();
        return performance.now() - begin;
      };
      const table = document.querySelector('#table-nodes.live');
      if (!table) return out;
      out.table = await timed(async () => {
        table.scrollIntoView();
        while (!table.dataset.ready) await frame();
      });
      const grid = table.querySelector('[role=grid]');
      const click = (title) => [...grid.querySelectorAll('th button')].find((b) => b.textContent === title).click();
      out.sort = await timed(() => click('Host'));
      const search = table.querySelector('input[type=search]');
      const type = (text) => {
        search.value = text;
        search.dispatchEvent(new Event('input', {bubbles: true}));
      };
      out.search = await timed(() => type('77 nn-'));
      await timed(() => type(''));
      // Scrolls through the table for two seconds, some hundred rows a frame.
      const scroller = table.querySelector('.fleet-frame');
      const gaps = [];
      let last = performance.now();
      const end = last + 2000;
      let work = 0;
      while (last < end) {
        const begin = performance.now();
        scroller.scrollTop = (scroller.scrollTop + 4321) % (scroller.scrollHeight - scroller.clientHeight);
        scroller.dispatchEvent(new Event('scroll'));
        work = Math.max(work, performance.now() - begin);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        gaps.push(now - last);
        last = now;
      }
      out.frames = 1000 * gaps.length / gaps.reduce((sum, gap) => sum + gap, 0);
      out.scroll = work;
      out.node = await timed(async () => {
        location.hash = `node=${plumbline.fragment((await plumbline.data.table('nodes')).at('host', 20))}`;
        while (document.getElementById('node-view').hidden) await frame();
      });
      out.heap = performance.memory.usedJSHeapSize / 1048576;
      return out;
    });
    figures.memory = await memory(browser);
    return figures;
  } finally {
    await browser.close();
  }
};

const names = {
  paint: 'first paint ms', load: 'loaded ms', map: 'heat map ms', table: 'table ms', sort: 'sort ms', search: 'search ms',
  scroll: 'worst scroll step ms', frames: 'frames/s', node: 'node opens ms', heap: 'JS heap MB', memory: 'renderer MB',
};
for (const file of files) {
  const all = [];
  for (let run = 0; run < runs; ++run) all.push(await measure(file));
  const figures = Object.keys(names).filter((key) => key in all[0])
      .map((key) => `${names[key]} ${median(all.map((one) => one[key])).toFixed(key === 'scroll' ? 1 : 0)}`);
  console.log(`${path.basename(file)}: ${(statSync(file).size / 1e6).toFixed(2)} MB; ${figures.join(', ')}`);
}
