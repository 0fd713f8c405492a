// Reports of many nodes in a real browser: node fleet.test.mjs CHROMIUM FOLDER
// FOLDER holds the pages of example_report; pictures of them are written into it.

import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {launch, visitor} from './chromium.mjs';

const [executable, folder] = process.argv.slice(2);
const picture = (name) => path.join(folder, `${name}.png`);

let browser;
before(async () => { browser = await launch(executable); });
after(() => browser?.close());
const visit = visitor(() => browser, folder);

// The table of this name, as soon as the script has made it.
const tableOf = async (page, name) => {
  const frame = page.locator(`#table-${name}`);
  await frame.scrollIntoViewIfNeeded();
  await page.locator(`#table-${name}[data-ready]`).waitFor();
  return {
    frame,
    grid: frame.locator('[role=grid]'),
    column: (number) => frame.locator(`[role=grid] tbody:not(.space) tr:not([hidden]) td:nth-child(${number})`).allTextContents(),
    heading: (title) => frame.locator('[role=grid] th', {hasText: title}),
    shown: () => frame.locator('output').textContent(),
  };
};
const plain = (text) => text.replace(/\s/g, ' ');

test('of 8,000 nodes only those in view are in the document', async () => {
  await visit('large_fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    assert.equal(plain(await nodes.shown()), '8000 nodes');
    assert.equal(await nodes.grid.getAttribute('aria-rowcount'), '8001');
    const drawn = await nodes.grid.locator('tbody:not(.space) tr').count();
    assert.ok(drawn > 10 && drawn < 80, drawn);
    // Far down other rows are there, and still only some.
    await nodes.frame.locator('.fleet-frame').evaluate((scroller) => { scroller.scrollTop = scroller.scrollHeight; });
    await nodes.grid.locator('tr[aria-rowindex="8001"]').waitFor();
    assert.ok(await nodes.grid.locator('tr[aria-rowindex="8001"]').isVisible());
    assert.ok(await nodes.grid.locator('tbody:not(.space) tr').count() < 80);
  });
});

test('nodes are sorted by a click, numbers in names as numbers, and back', async () => {
  await visit('fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    assert.match((await nodes.column(1))[0], /REJECT/);  // as written: the worst first
    const heading = nodes.heading('Host');
    await heading.locator('button').focus();
    await page.keyboard.press('Enter');
    assert.equal(await heading.getAttribute('aria-sort'), 'ascending');
    const hosts = await nodes.column(2);
    assert.deepEqual(hosts.slice(0, 3), ['ip-10-1-0-0', 'ip-10-1-0-1', 'ip-10-1-0-2']);
    assert.equal(hosts[10], 'ip-10-1-0-10');
    await heading.locator('button').click();
    assert.equal(await heading.getAttribute('aria-sort'), 'descending');
    assert.equal((await nodes.column(2))[0], 'ip-10-1-0-239');
    // The first click of a number sorts downwards.
    await nodes.heading('Fail').locator('button').click();
    assert.equal((await nodes.column(4))[0], '5');
    assert.equal(await heading.getAttribute('aria-sort'), null);
  });
});

test('nodes are searched and narrowed, and the count is said', async () => {
  await visit('fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    const search = nodes.frame.locator('input[type=search]');
    await search.fill('nn-3 gpu7');
    assert.equal(plain(await nodes.shown()), '1 of 240 nodes');
    assert.deepEqual(await nodes.column(2), ['ip-10-1-0-60']);
    await search.fill('');
    assert.equal(plain(await nodes.shown()), '240 nodes');
    await nodes.frame.locator('input[value="0"]').uncheck();  // ACCEPT
    assert.equal(plain(await nodes.shown()), '10 of 240 nodes');
    await nodes.frame.locator('select[name=leaf]').selectOption({label: 'nn-2'});
    assert.equal(plain(await nodes.shown()), '1 of 240 nodes');
    await search.fill('no row has these words');
    assert.equal(plain(await nodes.shown()), '0 of 240 nodes');
    assert.deepEqual(await nodes.column(2), []);
  });
});

test('what is hidden in a row is searched too: an instance by its id', async () => {
  await visit('fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    const id = await page.evaluate(async () => (await plumbline.data.table('nodes')).at('instance_id', 0));
    await nodes.frame.locator('input[type=search]').fill(id);
    assert.equal(plain(await nodes.shown()), '1 of 240 nodes');
  });
});

test('the table is used with the keyboard alone', async () => {
  await visit('fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    await nodes.grid.focus();
    const active = () => nodes.grid.getAttribute('aria-activedescendant');
    assert.equal(await active(), 'nodes-row-0');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await active(), 'nodes-row-2');
    assert.equal(await page.locator('#nodes-row-2').getAttribute('aria-selected'), 'true');
    await page.keyboard.press('End');
    assert.equal(await active(), 'nodes-row-239');
    assert.ok(await page.locator('#nodes-row-239').isVisible());
    await page.keyboard.press('PageUp');
    assert.notEqual(await active(), 'nodes-row-239');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');  // opens the node
    await page.waitForFunction(() => location.hash === '#node=ip-10-1-0-5');
  });
});

test('rows are copied as CSV in the order that is seen, and no spreadsheet runs them', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  await visit('fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    await nodes.frame.locator('input[value="0"]').uncheck();  // ACCEPT
    await nodes.heading('Host').locator('button').click();
    await nodes.frame.locator('button.copy').click();
    await nodes.frame.locator('button.copy', {hasText: 'Copied'}).waitFor();
    const lines = (await page.evaluate(() => navigator.clipboard.readText())).trim().split('\n');
    assert.equal(lines.length, 11);
    assert.match(lines[0], /^verdict,host,instance_type,leaf,fail,missing,.*,reason,instance_id,az,/);
    assert.match(lines[1], /^REJECT,ip-10-1-0-5,p5.48xlarge,nn-0,5,/);
  }, {permissions});
  await visit('hostile_fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    await nodes.frame.locator('button.copy').click();
    await nodes.frame.locator('button.copy', {hasText: 'Copied'}).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(text, /'=cmd/);
    assert.doesNotMatch(text, /(^|,)"?=cmd/m);
    assert.equal(text.trim().split('\n').length, 61);
  }, {permissions});
});

test('the address of a node opens it, with what it measured', async () => {
  await visit('fleet', async (page) => {
    const view = page.locator('#node-view');
    await view.locator('h3', {hasText: 'ip-10-1-0-130'}).waitFor();
    assert.match(await view.textContent(), /REJECT/);
    assert.match(await view.textContent(), /gpu0 gpu_memory.triad/);
    assert.match(await view.textContent(), /nn-8/);
    assert.ok(await view.locator('.heat-map').count() >= 2);
    assert.match(await view.locator('summary').first().textContent(), /380/);
    assert.ok(await view.locator('h3').evaluate((heading) => heading === document.activeElement));
    await page.screenshot({path: picture('fleet-node')});
    await view.locator('button.close').click();
    assert.ok(!await view.isVisible());
    assert.equal(await page.evaluate(() => location.hash), '');
  }, {hash: '#node=ip-10-1-0-130', viewport: {width: 1280, height: 1000}});
});

test('what a node measured is what the file holds', async () => {
  await visit('large_fleet', async (page) => {
    await page.locator('#node-view summary', {hasText: '20'}).waitFor();
    const values = await page.evaluate(async () => {
      const all = await plumbline.values();
      const node = [...Array(all.nodes).keys()].find((n) => all.hosts.at(n) === 'ip-10-1-3-13');  // 781
      const of = (subject) => [...Array(all.series.rows).keys()].find(
          (s) => all.series.at('metric', s) === 'gpu_memory.read' && all.series.at('subject', s) === subject);
      return [all.nodes, all.series.rows, all.at(of('gpu0'), node), all.ratio(of('gpu1'), node)];
    });
    assert.deepEqual(values.slice(0, 2), [8000, 20]);
    assert.ok(Math.abs(values[2] - 3090) < 60, values[2]);
    assert.ok(values[3] > 0.5 && values[3] < 0.6, values[3]);  // the one of its GPUs that is slow
  }, {hash: '#node=ip-10-1-3-13'});
});

test('the address of a finding opens it, with its evidence', async () => {
  await visit('large_fleet', async (page) => {
    const findings = await tableOf(page, 'findings');
    const link = findings.grid.locator('tbody:not(.space) a[href^="#finding="]').last();
    const href = await link.getAttribute('href');
    await link.evaluate((a) => a.click());
    const view = page.locator('#finding-view');
    await view.locator('.runs tbody tr').first().waitFor();
    const text = await view.textContent();
    assert.match(text, /median of 12 nodes of this type/);
    assert.match(text, /plumbline probe/);
    assert.ok(text.includes(href.slice('#finding='.length)));
    await page.screenshot({path: picture('fleet-finding')});
  }, {viewport: {width: 1280, height: 1000}});
});

test('an address of nothing says so', async () => {
  await visit('large_fleet', async (page) => {
    await page.locator('#node-view', {hasText: 'holds no such node'}).waitFor();
  }, {hash: '#node=nowhere'});
});

test('names that attack are names, in tables and views too', async () => {
  await visit('hostile_fleet', async (page) => {
    const nodes = await tableOf(page, 'nodes');
    assert.equal((await nodes.column(2)).filter((name) => name.startsWith('<script>')).length > 0, true);
    for (const name of ['<script>alert(1)</script> 0', '"><img src=x onerror=alert(1)> 1', '\' onmouseover=\'alert(1) 2']) {
      await page.evaluate((host) => { location.hash = `node=${plumbline.fragment(host)}`; }, name);
      await page.locator('h3', {hasText: name}).first().waitFor();
    }
    assert.equal(await page.locator('img, iframe, object, embed, form').count(), 0);
    assert.equal(await page.evaluate(() => document.querySelectorAll('[onmouseover], [onerror], [onload]').length), 0);
    assert.equal(await page.evaluate(() => [...document.links].filter((a) => !a.getAttribute('href').startsWith('#')).length), 0);
  });
});

test('without scripts the worst is plain HTML', async () => {
  await visit('large_fleet', async (page) => {
    assert.ok(await page.locator('.verdict strong', {hasText: 'REJECT'}).isVisible());
    assert.ok(await page.locator('#sign_off', {hasText: 'of 8000 in the manifest'}).isVisible());
    assert.ok(await page.locator('.deciding li').count() > 5);
    assert.equal(await page.locator('#nodes tbody tr:visible').count(), 50);
    assert.equal(await page.locator('details.finding').count(), 25);
    assert.equal(await page.locator('#finding-view:visible, #node-view:visible').count(), 0);
  }, {javaScriptEnabled: false});
});

test('on paper the first rows stand in the place of the table', async () => {
  await visit('fleet', async (page) => {
    await tableOf(page, 'nodes');
    await page.emulateMedia({media: 'print'});
    assert.equal(await page.locator('#table-nodes .fleet-frame:visible').count(), 0);
    assert.equal(await page.locator('#table-nodes .first-rows tbody tr:visible').count(), 50);
    await page.pdf({path: path.join(folder, 'fleet.pdf'), preferCSSPageSize: true});
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`a ${colorScheme} fleet`, async () => {
    await visit('fleet', async (page) => {
      await page.screenshot({path: picture(`fleet-${colorScheme}`)});
      const {frame} = await tableOf(page, 'nodes');
      await frame.screenshot({path: picture(`fleet-nodes-${colorScheme}`)});
      await page.locator('#table-domains').screenshot({path: picture(`fleet-domains-${colorScheme}`)});
    }, {colorScheme, viewport: {width: 1280, height: 1000}});
  });
}
