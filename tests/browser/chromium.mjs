// The browser of the tests: Debian's Chromium, quiet, with a profile of its own.

import assert from 'node:assert/strict';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {chromium} from 'playwright-core';

export const launch = (executablePath) => chromium.launch({
  executablePath,
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

// A page that remembers what it should not do: messages on the console, errors, dialogs, requests.
export const watchedPage = async (browser, url, options = {}) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url.split('#')[0]) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return {page, complaints, close: () => context.close()};
};

// visit(name, use, options) opens a page of `folder`, lets use(page, complaints) look at it, and
// checks that nothing was complained about. `options.hash` is the address within the page.
export const visitor = (browser, folder) => async (name, use, {hash = '', ...options} = {}) => {
  const file = pathToFileURL(path.resolve(folder, `${name}.html`)).href;
  const {page, complaints, close} = await watchedPage(browser(), file + hash, options);
  try {
    await use(page, complaints);
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
};
