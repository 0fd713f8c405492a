// Reports in a real browser: node report.test.mjs CHROMIUM FOLDER
// FOLDER holds the pages of example_report; pictures of them are written into it.

import assert from 'node:assert/strict';
import {existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';

import {launch, visitor} from './chromium.mjs';

const [executable, folder] = process.argv.slice(2);
const picture = (name) => path.join(folder, `${name}.png`);
const examples = [
  'accept', 'reject', 'incomplete', 'simulated', 'hostile', 'fleet', 'large_fleet', 'hostile_fleet',
];

let browser;
before(async () => { browser = await launch(executable); });
after(() => browser?.close());

const visit = visitor(() => browser, folder);

for (const name of examples) {
  test(`${name} opens from its file, asks for nothing, and complains about nothing`, async () => {
    await visit(name, async (page) => {
      assert.equal(await page.locator('.verdict strong').count(), 1);
      assert.equal(await page.evaluate(() => document.querySelector('html.js') !== null), true);
      assert.equal(await page.evaluate(() => performance.getEntriesByType('resource').length), 0);
    });
  });
}

for (const viewport of [{width: 1280, height: 1000}, {width: 800, height: 1000}]) {
  test(`no head of a table lies over its first row, ${viewport.width} wide`, async () => {
    for (const name of ['simulated', 'reject', 'fleet']) {
      await visit(name, async (page) => {
        const hidden = await page.evaluate(() => {
          window.scrollTo(0, 0);
          const row = (table) => table.querySelector('tbody tr')?.getBoundingClientRect();
          return [...document.querySelectorAll('table.sortable')].filter((table) => {
            const first = row(table);
            return first && first.height > 0 && first.top > 0 &&
                table.querySelector('thead').getBoundingClientRect().height > 0 &&
                table.querySelector('thead th').getBoundingClientRect().bottom > first.top + 1;
          }).map((table) => table.closest('[id]')?.id ?? table.textContent.slice(0, 60));
        });
        assert.deepEqual(hidden, [], name);
      }, {viewport});
    }
  });
}

test('what needs attention is open, the rest opens with the keyboard', async () => {
  await visit('reject', async (page) => {
    assert.equal(await page.locator('details.finding[open]').count(), 3);
    const closed = page.locator('details.finding:not([open])').first();
    await closed.evaluate((details) => details.setAttribute('data-test', 'this'));
    await closed.locator('summary').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('details[data-test=this][open]').count(), 1);
    assert.ok(await page.locator('details[data-test=this] .evidence').isVisible());
  });
});

test('findings are filtered by verdict, metric and words', async () => {
  await visit('reject', async (page) => {
    const visible = () => page.locator('.finding:visible').count();
    const all = await visible();
    assert.equal(await page.locator('#shown').textContent(), `${all} findings`);

    await page.locator('input[name=verdict]').first().uncheck();  // FAIL
    const fails = await page.locator('.finding.v-fail').count();
    assert.ok(fails > 0);
    assert.equal(await visible(), all - fails);
    await page.locator('input[name=verdict]').first().check();

    await page.locator('select[name=metric]').selectOption('host_memory.triad');
    assert.equal(await visible(), 4);
    await page.locator('input[name=text]').fill('numa1>numa1');
    assert.equal(await visible(), 1);
    assert.equal(await page.locator('#shown').textContent(), `1 of ${all} findings`);
  });
});

test('hosts are filtered where there are many', async () => {
  await visit('fleet', async (page) => {
    await page.locator('#filters select[name=host]').selectOption('ip-10-1-0-5');
    assert.equal(await page.locator('.finding:visible').count(), 5);
  });
});

test('findings are sorted by a click on a heading', async () => {
  await visit('reject', async (page) => {
    const differences = () => page.locator('.finding').evaluateAll(
        (rows) => rows.map((row) => row.dataset.difference).filter(Boolean).map(Number));
    const button = page.locator('.f-head .f-difference button');
    await button.click();
    const up = await differences();
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
    await button.click();
    const down = await differences();
    assert.deepEqual(down, [...up].sort((a, b) => b - a));
  });
});

test('tables are sorted, and say how to those who cannot see it', async () => {
  await visit('accept', async (page) => {
    const uuids = () => page.locator('#node article table', {hasText: 'UUID'}).locator('tbody td:first-child').allTextContents();
    const heading = page.locator('#node th', {hasText: 'Subject'}).last();
    await heading.locator('button').focus();
    await page.keyboard.press('Enter');
    assert.equal(await heading.getAttribute('aria-sort'), 'ascending');
    assert.deepEqual((await uuids()).slice(0, 2), ['gpu0', 'gpu1']);
    await heading.locator('button').click();
    assert.equal(await heading.getAttribute('aria-sort'), 'descending');
    assert.equal((await uuids()).at(-1), 'gpu0');
  });
});

test('a command is copied', async () => {
  await visit('reject', async (page) => {
    const line = page.locator('.evidence .command').first();
    await line.locator('button').click();
    await page.locator('button.copy', {hasText: 'Copied'}).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await line.locator('code').textContent());
  }, {permissions: ['clipboard-read', 'clipboard-write']});
});

test('a link to a finding opens it, even if it is filtered out', async () => {
  await visit('reject', async (page) => {
    const id = await page.locator('.finding.v-pass').first().getAttribute('id');
    await page.locator('input[name=text]').fill('nothing has these words');
    assert.equal(await page.locator('.finding:visible').count(), 0);
    await page.evaluate((hash) => { location.hash = hash; }, id);
    await page.locator(`[id="${id}"][open]`).waitFor();
    assert.ok(await page.locator(`[id="${id}"]`).isVisible());
  });
});

test('without scripts everything is there and opens', async () => {
  await visit('reject', async (page) => {
    assert.ok(!await page.locator('#filters').isVisible());
    assert.equal(await page.locator('button:visible').count(), 0);
    const closed = page.locator('details.finding:not([open])').last();
    await closed.locator('summary').click();
    assert.ok(await page.locator('details.finding').last().locator('.evidence').isVisible());
  }, {javaScriptEnabled: false});
});

test('the verdict is painted before what stands below it is laid out', async () => {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    window.classes = [];
    new MutationObserver(() => window.classes.push(document.documentElement.className))
        .observe(document, {subtree: true, attributeFilter: ['class']});
  });
  const file = pathToFileURL(path.resolve(folder, 'reject.html')).href;
  const opening = async (hash) => {
    await page.goto('about:blank');
    await page.goto(file + hash);
    assert.ok(await page.locator('#provenance').isVisible());
    const classes = await page.evaluate(() => window.classes);
    assert.ok(classes.length);
    return classes.some((text) => text.includes('opening'));
  };
  assert.ok(await opening(''));
  assert.ok(!await opening('#method'));  // an address further down is there at once
  assert.ok(await page.evaluate(() => Math.abs(document.getElementById('method').getBoundingClientRect().top) < 100));
  await page.emulateMedia({media: 'print'});
  await page.evaluate(() => document.documentElement.classList.add('opening'));
  assert.ok(await page.locator('#provenance').isVisible());
  await page.close();
});

test('a browser that does not tell when it paints shows all', async () => {
  const page = await browser.newPage();
  await page.addInitScript(() => { delete window.PerformanceObserver; });
  await page.goto(pathToFileURL(path.resolve(folder, 'reject.html')).href);
  assert.ok(!await page.evaluate(() => document.documentElement.classList.contains('opening')));
  assert.ok(await page.locator('#provenance').isVisible());
  await page.close();
});

test('a report that is loaded again stays where it was read', async () => {
  await visit('reject', async (page) => {
    await page.evaluate(() => document.getElementById('software').scrollIntoView());
    const top = await page.evaluate(() => scrollY);
    assert.ok(top > 1000, top);
    await page.reload();
    await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) < 100, top);
  });
});

test('names that attack are names', async () => {
  await visit('hostile', async (page) => {
    await page.waitForTimeout(200);
    assert.equal(await page.locator('img, iframe, object, embed, form').count(), 0);
    const host = await page.locator('#nodes tbody .host').first().textContent();
    assert.equal(host, '<script>alert(\'host\')</script>');
  });
});

test('the policy refuses a script that would get in', async () => {
  await visit('accept', async (page, complaints) => {
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.gotIn = true';
      document.body.append(script);
    });
    assert.equal(await page.evaluate(() => window.gotIn), undefined);
    assert.match(complaints.splice(0).join(), /Content Security Policy/);
  });
});

test('simulated is said on top, and stays there', async () => {
  await visit('simulated', async (page) => {
    await page.evaluate(() => scrollTo(0, 3000));
    const box = await page.locator('.simulated').boundingBox();
    assert.equal(Math.round(box.y), 0);
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`a ${colorScheme} page`, async () => {
    await visit('reject', async (page) => {
      const [, red] = /rgb\((\d+)/.exec(
          await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      assert.ok(colorScheme === 'dark' ? red < 60 : red > 200);
      await page.screenshot({path: picture(`reject-${colorScheme}`), fullPage: true});
    }, {colorScheme, viewport: {width: 1280, height: 900}});
  });
}

for (const name of ['reject', 'fleet', 'large_fleet', 'incomplete']) {
  test(`nothing of ${name} leaves a window, however narrow`, async () => {
    await visit(name, async (page) => {
      for (const width of [1920, 1024, 700, 400]) {
        await page.setViewportSize({width, height: 900});
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width, width);
      }
      await page.screenshot({path: picture(`${name}-narrow`)});
    });
  });
}

test('prints on paper', async () => {
  await visit('reject', async (page) => {
    const file = path.join(folder, 'reject.pdf');
    await page.pdf({path: file, preferCSSPageSize: true});
    assert.ok(existsSync(file) && statSync(file).size > 20000);
    assert.equal(readFileSync(file).subarray(0, 5).toString(), '%PDF-');
  });
});
