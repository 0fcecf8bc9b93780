// Node, without windows: ES module, CommonJS, declarations, vitest.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from '../lib/checks.mjs';
import { checkout, consumer, installed } from '../lib/consumer.mjs';
import { members, values } from '../lib/declarations.mjs';
import { node } from '../lib/programs.mjs';
import { inTestEnvironments } from './environments.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));

/** Declared in the contract, and not built yet. The list may only become shorter: what is there must not be in it. */
const PENDING = [];

/** The same for members of classes that are there. */
const PENDING_MEMBERS = [];

export async function inNode() {
  // A process that something keeps alive is killed, and that is a failure.
  const patience = 10_000;
  const scripts = [
    'import-only.mjs',
    'module.mjs',
    'require.cjs',
    'slim.mjs',
    'edge.mjs',
    'edge-messages.mjs',
    'classes.mjs',
  ];
  for (const script of [
    ...scripts,
    'redux.mjs',
    'redux.cjs',
    'redux-local.mjs',
    'redux-persist.mjs',
    'redux-kept.mjs',
    'rtk-query.mjs',
    'devtools.mjs',
    'toolkit.mjs',
    'react.mjs',
    'vue.mjs',
    'text.mjs',
    'text.cjs',
    'environment.mjs',
    'two-copies.mjs',
  ]) {
    await check(`Node: ${script} runs and ends`, () => node([join('node', script)], { cwd: consumer, patience }));
  }

  for (const script of ['module.mjs', 'require.cjs']) {
    await check(`Node: JSON Schemas, ${script}`, () =>
      node([join('json-schema', script)], { cwd: consumer, patience }),
    );
  }

  await check('Node: a server imports, makes states that are kept and renders, and prints nothing', async () => {
    assert.equal(await node([join('node', 'server.mjs')], { cwd: consumer, patience }), '');
  });

  const exported = JSON.parse(await node([join('node', 'names.mjs')], { cwd: consumer, patience }));
  const declarations = await readFile(join(installed, 'index.d.ts'), 'utf8');
  await check('every entry exports what the declarations say', () => {
    const expected = values(declarations).filter((name) => !PENDING.includes(name));
    assert.deepEqual(exported.import, expected);
    assert.deepEqual(exported.require, expected);
    assert.deepEqual(exported.script, expected);
    assert.deepEqual(exported.slim, [...expected, 'init'].sort());
  });
  await check('every class has the members that the declarations say', () => {
    const missing = [];
    for (const [name, declared] of members(declarations)) {
      const there = exported.members[name];
      // Errors carry theirs on the object; exercise.cjs reads them there.
      if (there === undefined || name.endsWith('Error')) continue;
      for (const member of declared) if (!there.includes(member)) missing.push(`${name}.${member}`);
    }
    assert.deepEqual(missing.sort(), PENDING_MEMBERS);
    for (const there of Object.values(exported.members)) assert.ok(!there.includes('free'));
  });

  const tsc = join(checkout, 'node_modules/.bin/tsc');
  const strict = ['--strict', '--noEmit', '--target', 'es2022', '--types', ''];
  const modules = ['types/module.mts', 'types/redux.mts', 'types/text.mts'];
  const sources = [...modules, 'types/require.cts', 'types/redux.cts', 'types/text.cts'];
  await check('TypeScript finds the declarations (nodenext)', () =>
    node([tsc, ...strict, '--module', 'nodenext', ...sources], { cwd: consumer }),
  );
  await check('TypeScript finds the declarations (bundler)', () =>
    node([tsc, ...strict, '--module', 'esnext', '--moduleResolution', 'bundler', ...modules], {
      cwd: consumer,
    }),
  );

  await check('vitest in Node: the assertions a user makes of a state', async () => {
    const vitest = join(here, 'node_modules/vitest/vitest.mjs');
    const said = await node([vitest, 'run', '--root', join(consumer, 'vitest'), '--reporter', 'json'], {
      cwd: consumer,
    });
    const report = JSON.parse(said.slice(said.indexOf('{')));
    assert.equal(report.numPassedTests, 4, said);
    assert.equal(report.numFailedTests, 0, said);
  });

  await inTestEnvironments();
}
