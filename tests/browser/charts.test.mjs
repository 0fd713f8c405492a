// Charts and maps of a report in a real browser: node charts.test.mjs CHROMIUM FOLDER
// FOLDER holds the pages of example_report; pictures of them are written into it.

import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';

import {launch, visitor} from './chromium.mjs';

const [executable, folder] = process.argv.slice(2);
const url = (name) => pathToFileURL(path.resolve(folder, `${name}.html`)).href;
const picture = (name) => path.join(folder, `${name}.png`);

let browser;
before(async () => { browser = await launch(executable); });
after(() => browser?.close());
const visit = visitor(() => browser, folder);

// As where npm brought nothing when the report was built.
const withoutUplot = (page) => page.addInitScript(() => {
  Object.defineProperty(window, 'uPlot', {get: () => undefined, set: () => {}});
});
const hasUplot = (page) => page.evaluate(() => typeof uPlot === 'function');

// The middle of a cell of a map, in the page.
const cellOf = (map, row, column) => map.evaluate((frame, [y, x]) => {
  const svg = frame.querySelector('svg');
  const box = svg.getBoundingClientRect();
  const scale = box.width / svg.viewBox.baseVal.width;
  const {left, top, side, places} = frame.dataset;
  const size = Number(side) / Number(places);
  return {x: box.left + scale * (Number(left) + size * (x + .5)),
          y: box.top + scale * (Number(top) + size * (y + .5))};
}, [row, column]);

test('curves can be looked into, and say what they are', async (t) => {
  await visit('charts', async (page) => {
    if (!await hasUplot(page)) return t.skip('built without uPlot: drawings');
    const drawing = page.locator('#collectives svg.line-chart').first();
    await page.locator('#collectives').scrollIntoViewIfNeeded();
    const live = page.locator('#collectives .live-chart').first();
    await live.locator('canvas').waitFor();
    assert.ok(!await drawing.isVisible());
    assert.equal(await live.getAttribute('aria-label'), await drawing.getAttribute('aria-label'));
    const box = await live.locator('.u-over').boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const legend = await live.locator('.u-legend').innerText();
    assert.match(legend, /MiB/);
    assert.match(legend, /GB\/s/);
    assert.match(legend, /expected/);
  });
});

test('a curve is looked at more closely and as a whole again', async (t) => {
  await visit('charts', async (page) => {
    if (!await hasUplot(page)) return t.skip('built without uPlot: drawings');
    await page.locator('#collectives').scrollIntoViewIfNeeded();
    const over = page.locator('#collectives .live-chart .u-over').first();
    await over.waitFor();
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    const shown = () => over.evaluate((element) => {
      const picture = element.closest('.uplot').querySelector('canvas');
      return picture.toDataURL();
    });
    const whole = await shown();
    await page.mouse.move(box.x + box.width * .3, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * .6, box.y + 60, {steps: 4});
    await page.mouse.up();
    await page.waitForFunction(
        ([element, before]) => element.closest('.uplot').querySelector('canvas').toDataURL() !== before,
        [await over.elementHandle(), whole]);
    await over.dblclick();
    await page.waitForFunction(
        ([element, before]) => element.closest('.uplot').querySelector('canvas').toDataURL() === before,
        [await over.elementHandle(), whole]);
  });
});

test('without uPlot the drawings stay', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await withoutUplot(page);
  await page.goto(url('charts'));
  await page.locator('#collectives').scrollIntoViewIfNeeded();
  assert.equal(await page.locator('.live-chart').count(), 0);
  assert.ok(await page.locator('#collectives svg.line-chart').first().isVisible());
  assert.deepEqual(errors, []);
  await context.close();
});

test('without scripts every chart and map is drawn', async () => {
  await visit('charts', async (page) => {
    for (const id of ['fabric', 'collectives', 'distributions']) {
      assert.ok(await page.locator(`#${id} svg`).first().isVisible(), id);
    }
    assert.equal(await page.locator('canvas').count(), 0);
  }, {javaScriptEnabled: false});
});

test('a node shows what is in it, what is near to what, and what it sustained', async () => {
  await visit('machine', async (page) => {
    const machine = page.locator('svg.machine');
    await machine.scrollIntoViewIfNeeded();
    assert.equal(await machine.locator('.part.gpu').count(), 8);
    assert.equal(await machine.locator('.part.efa').count(), 32);
    assert.equal(await machine.locator('.part.gpu.v-fail text').first().textContent(), 'gpu5');
    assert.equal(await page.locator('.near-map .near').count(), 32);
    const curves = page.locator('figure', {hasText: 'Sustained over time'});
    await curves.scrollIntoViewIfNeeded();
    if (await hasUplot(page)) await curves.locator('.live-chart canvas').waitFor();
    assert.equal(await curves.locator('.curve').count(), 8);
    for (const beside of ['Clock', 'Power', 'Temperature']) {
      const figure = page.locator('figure', {hasText: `${beside} over time`});
      assert.equal(await figure.locator('.curve').count(), 8, beside);
    }
    await page.waitForTimeout(200);
    await page.locator('#node article').screenshot({path: picture('machine')});
  }, {viewport: {width: 1280, height: 900}});
});

test('a trend names the runs that it goes along', async (t) => {
  await visit('charts', async (page) => {
    if (!await hasUplot(page)) return t.skip('built without uPlot: drawings');
    await page.locator('#trend').scrollIntoViewIfNeeded();
    const live = page.locator('#trend .live-chart').first();
    await live.locator('canvas').waitFor();
    const box = await live.locator('.u-over').boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    assert.match(await live.locator('.u-legend').innerText(), /2026-11-1\d/);
    await page.locator('#trend').screenshot({path: picture('trend')});
  });
});

test('charts are printed as drawings', async () => {
  await visit('charts', async (page) => {
    await page.locator('#collectives').scrollIntoViewIfNeeded();
    await page.emulateMedia({media: 'print'});
    assert.ok(await page.locator('#collectives svg.line-chart').first().isVisible());
    assert.equal(await page.locator('.live-chart:visible').count(), 0);
    await page.pdf({path: path.join(folder, 'charts.pdf'), preferCSSPageSize: true});
  });
});

test('a map says in words what is under the pointer', async () => {
  await visit('charts', async (page) => {
    const map = page.locator('.square-map[data-of=host]');
    await map.scrollIntoViewIfNeeded();
    const words = map.locator('.map-words');
    const at = await cellOf(map, 3, 9);
    await page.mouse.move(at.x, at.y);
    await page.waitForFunction((p) => /31\.0/.test(p.textContent), await words.elementHandle());
    assert.equal(await words.textContent(),
                 'host ip-10-1-0-3 with ip-10-1-0-9: \u221231.0\u00a0%, the slowest of 4\u00a0paths');
    const failed = await cellOf(map, 0, 5);
    await page.mouse.move(failed.x, failed.y);
    await page.waitForFunction((p) => /carried nothing/.test(p.textContent), await words.elementHandle());
  });
});

test('a map is read with the keys', async () => {
  await visit('charts', async (page) => {
    const map = page.locator('.square-map[data-of=leaf]');
    await map.locator('svg').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const words = map.locator('.map-words');
    await page.waitForFunction((p) => /nn-000 with nn-001/.test(p.textContent), await words.elementHandle());
    assert.equal(await words.getAttribute('aria-live'), 'polite');
  });
});

test('a large map is painted as fine as the screen allows', async () => {
  await visit('large_charts', async (page) => {
    const map = page.locator('.square-map');
    await map.scrollIntoViewIfNeeded();
    await page.locator('.square-map[data-painted="250"]').waitFor();
    // The canvas lies on the drawing.
    const [canvas, svg] = await Promise.all(['canvas', 'svg'].map((name) => map.locator(name).boundingBox()));
    assert.ok(canvas.x > svg.x && canvas.y > svg.y);
    assert.ok(Math.abs(canvas.x + canvas.width - svg.x - svg.width) < 6);
    const colours = await map.locator('canvas').evaluate((element) => {
      const {data} = element.getContext('2d').getImageData(0, 0, element.width, element.height);
      const found = new Set();
      for (let i = 0; i < data.length; i += 4) if (data[i + 3]) found.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
      return found.size;
    });
    assert.ok(colours >= 3 && colours <= 8, `${colours} colours`);
  });
});

test('a distribution opens with the keyboard', async () => {
  await visit('charts', async (page) => {
    const first = page.locator('.distribution').first();
    await first.locator('summary').focus();
    await page.keyboard.press('Enter');
    assert.ok(await first.locator('svg.cumulative').isVisible());
  });
});

test('every picture has a name', async () => {
  await visit('charts', async (page) => {
    const nameless = await page.locator('svg').evaluateAll((all) => all.filter(
        (svg) => svg.getAttribute('aria-hidden') !== 'true' && !svg.getAttribute('aria-label')).length);
    assert.equal(nameless, 0);
  });
});

test('names that attack are names in charts too', async () => {
  await visit('hostile_charts', async (page) => {
    await page.locator('#collectives').scrollIntoViewIfNeeded();
    const map = page.locator('.square-map').first();
    await map.locator('svg').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.querySelector('.map-words').textContent.includes('<img'));
    for (const summary of await page.locator('.distribution summary').all()) await summary.click();
    assert.equal(await page.locator('img, iframe, object, embed').count(), 0);
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`pictures of ${colorScheme} charts`, async () => {
    await visit('charts', async (page) => {
      for (const id of ['fabric', 'collectives', 'distributions']) {
        const section = page.locator(`#${id}`);
        await section.scrollIntoViewIfNeeded();
        await page.waitForTimeout(200);
        await section.screenshot({path: picture(`${id}-${colorScheme}`)});
      }
    }, {colorScheme, viewport: {width: 1280, height: 900}});
  });
}

test('nothing of the charts leaves a window, however narrow', async () => {
  await visit('charts', async (page) => {
    for (const width of [1920, 1024, 700, 400]) {
      await page.setViewportSize({width, height: 900});
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width, String(width));
    }
  });
});
