// A fixture, built into a folder and opened as a page, and what such a page must have done.
import assert from 'node:assert/strict';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { outcomeOf, serve } from './chromium.mjs';

/** Bundles a folder; a bundler that takes no HTML gets the page beside what it made. */
export async function build(bundle, made, out) {
  await bundle(made, out);
  if (!(await readdir(out)).includes('index.html')) await copyFile(join(made, 'index.html'), join(out, 'index.html'));
}

/** What the page of a folder leaves in `globalThis.outcome`. */
export async function outcomeIn(browser, folder, headers) {
  const server = await serve(folder, headers);
  try {
    return await outcomeOf(browser, `${server.origin}/`);
  } finally {
    server.stop();
  }
}

export async function works(browser, folder, headers) {
  return holds(await outcomeIn(browser, folder, headers));
}

/** The outcome of `talk`: a message was answered, one was refused, and a state synced. */
export function holds(outcome) {
  assert.equal(outcome.error, undefined, outcome.error);
  assert.equal(outcome.answer, 42);
  assert.equal(outcome.code, 'ERR_NO_HANDLER');
  assert.equal(outcome.count, 5);
  assert.equal(outcome.when, 0);
  assert.match(outcome.version, /^\d+\.\d+\.\d+$/);
  return outcome;
}
