// Test runners with the environments that imitate a page: values there come from other realms, and globals are missing.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from '../lib/checks.mjs';
import { consumer } from '../lib/consumer.mjs';
import { node } from '../lib/programs.mjs';

const tools = fileURLToPath(new URL('../node_modules', import.meta.url));

async function jest(test, environment) {
  const config = JSON.stringify({ rootDir: join(consumer, 'jest'), testEnvironment: environment, transform: {} });
  const parameters = ['--config', config, '--json', '--silent', '--runInBand', '--no-cache', '--watchman=false', test];
  const said = await node([join(tools, 'jest/bin/jest.js'), ...parameters], { cwd: consumer });
  return JSON.parse(said.slice(said.indexOf('{"')));
}

export async function inTestEnvironments() {
  for (const [name, test, environment, expected] of [
    ['Jest in Node', 'agree.test.js', 'node', 2],
    ['Jest with jsdom and what it lacks', 'agree.test.js', join(consumer, 'jest/environment.js'), 2],
    [
      'Jest with jsdom as it is: the error says what is missing',
      'missing.test.js',
      join(tools, 'jest-environment-jsdom'),
      1,
    ],
  ]) {
    await check(name, async () => {
      const { numPassedTests, numFailedTests } = await jest(test, environment);
      assert.deepEqual([numPassedTests, numFailedTests], [expected, 0]);
    });
  }
  await check('vitest with jsdom and with happy-dom', async () => {
    const root = join(consumer, 'vitest-dom');
    const said = await node([join(tools, 'vitest/vitest.mjs'), 'run', '--root', root, '--reporter', 'json'], {
      cwd: consumer,
    });
    const report = JSON.parse(said.slice(said.indexOf('{')));
    assert.deepEqual([report.numPassedTests, report.numFailedTests], [2, 0], said);
  });
}
