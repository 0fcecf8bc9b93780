import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

const USAGE = `node tests/e2e/run.mjs [--browser chromium|firefox|webkit] [--only substring] [--headed] [--repeat n] [--jobs n] [--list]`;

/** Browsers at a time: more than cores and they only wait for each other. */
const JOBS = Math.min(availableParallelism(), 4);

/** The command line, or the usage and exit code 2. */
export function options(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        browser: { type: 'string', default: 'chromium' },
        only: { type: 'string', default: '' },
        headed: { type: 'boolean', default: false },
        repeat: { type: 'string', default: '1' },
        jobs: { type: 'string', default: String(JOBS) },
        list: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
      },
    });
    if (!['chromium', 'firefox', 'webkit'].includes(values.browser)) throw new Error(`no browser ${values.browser}`);
    return { ...values, repeat: count('repeat', values), jobs: count('jobs', values) };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

function count(name, values) {
  const number = Number(values[name]);
  if (!(Number.isInteger(number) && number >= 1)) throw new Error(`--${name} wants a number from 1`);
  return number;
}
