// What is left out in a browser exists, and for a reason.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { lacks, skips } from '../browsers/webkit-cannot.mjs';
import { collect } from './scenario.mjs';

test('what WebKitGTK leaves out are scenarios that exist, and abilities that a scenario needs', async () => {
  const folder = new URL('../scenarios/', import.meta.url);
  const all = await collect((await readdir(folder)).map((file) => new URL(file, folder)));
  const names = new Set(all.map(({ name }) => name));
  const needed = new Set(all.flatMap(({ needs }) => needs));
  assert.deepEqual(
    [...skips.keys()].filter((name) => !names.has(name)),
    [],
  );
  assert.deepEqual(
    Object.keys(lacks).filter((ability) => !needed.has(ability)),
    [],
  );
  for (const why of [...skips.values(), ...Object.values(lacks)]) assert.ok(why.length > 20, `a reason: ${why}`);
});
