// A picture of a report: node picture.mjs CHROMIUM REPORT.html[#PLACE] FILE.png [SELECTOR]
// Of what shows first, or of the part that SELECTOR names. The page must have complained of nothing.

import assert from 'node:assert/strict';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {launch, watchedPage} from './chromium.mjs';

const [executable, report, file, selector] = process.argv.slice(2);
if (!file) {
  console.error('usage: node picture.mjs CHROMIUM REPORT.html[#PLACE] FILE.png [SELECTOR]');
  process.exit(2);
}
const [page, place] = report.split('#');
const url = pathToFileURL(path.resolve(page)).href + (place ? `#${place}` : '');

const browser = await launch(executable);
try {
  const opened = await watchedPage(browser, url, {
    colorScheme: 'light', deviceScaleFactor: 1.5, viewport: {width: 1280, height: 1100},
  });
  const part = selector ? opened.page.locator(selector).first() : opened.page;
  if (selector) await part.scrollIntoViewIfNeeded();
  // Packed tables and maps unfold when they come into view.
  await opened.page.waitForLoadState('networkidle');
  await opened.page.waitForTimeout(500);
  await part.screenshot({path: file});
  assert.deepEqual(opened.complaints, []);
  await opened.close();
} finally {
  await browser.close();
}
