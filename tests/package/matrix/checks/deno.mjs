// Deno, which finds packages in node_modules as Node does.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { check } from '../../lib/checks.mjs';
import { holds } from '../../lib/pages.mjs';
import { node } from '../../lib/programs.mjs';
import { consumer, modules } from '../lib.mjs';

export async function inDeno() {
  // The npm package hands on to the program for this machine.
  const deno = (parameters) =>
    node([join(modules, 'deno/bin.cjs'), ...parameters], { cwd: consumer, patience: 60_000 });
  await check('Deno: messages and a state, in a process that ends by itself', async () => {
    const said = await deno(['run', '--no-remote', '--node-modules-dir=manual', '--allow-read=.', 'deno/main.mjs']);
    holds(JSON.parse(said));
  });
  await check('Deno: text that merges, and the declarations', async () => {
    const flags = ['--no-remote', '--node-modules-dir=manual', '--check', '--allow-read=.'];
    const said = await deno(['run', ...flags, 'deno/text.ts']);
    assert.deepEqual(JSON.parse(said.slice(said.indexOf('["'))), ['not a 😀!', 'not a 😀!']);
  });
}
