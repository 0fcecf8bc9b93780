import { parseArgs } from 'node:util';

const USAGE = `node tests/e2e/run.mjs [--browser chromium|firefox] [--only substring] [--headed] [--repeat n] [--list]`;

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
        list: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
      },
    });
    if (!['chromium', 'firefox'].includes(values.browser)) throw new Error(`no browser ${values.browser}`);
    const repeat = Number(values.repeat);
    if (!(repeat >= 1)) throw new Error('--repeat wants a number from 1');
    return { ...values, repeat };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}
