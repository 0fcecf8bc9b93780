// Runs a target case by case, from seed to seed, until it fails, the time is over or the number is reached; makes what failed small.
import { realNow, quiet } from './clock.mjs';
import { Dice, shrink } from './dice.mjs';

const SHRINKING = 20_000;
/** A case that is not over by then never will be, ms. */
const HANGS = 60_000;

// The process' own, whoever else has taken time over meanwhile.
const { setTimeout, clearTimeout } = globalThis;

const within = (promise, ms) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** Everything that went wrong where nobody was listening. */
const stray = [];
process.on('uncaughtException', (error) => stray.push(error));
process.on('unhandledRejection', (error) => stray.push(error));

/** What tells one failure from another: not what it shows of the case. */
const kind = (error) => error?.message.split(/[\n:]/)[0].replace(/\d+/g, '0');

const attempt = async (target, source) => {
  const dice = new Dice(source);
  stray.length = 0;
  const heard = [];
  const said = {};
  for (const level of ['error', 'warn', 'log', 'info', 'debug']) {
    said[level] = console[level];
    console[level] = (...words) => heard.push(words.map(String).join(' '));
  }
  let error;
  let executions = 0;
  try {
    executions = await within(target.run(dice), HANGS);
    await quiet();
  } catch (thrown) {
    error = thrown;
  } finally {
    Object.assign(console, said);
  }
  if (error === undefined && stray.length > 0) error = new Error('nobody caught this', { cause: stray[0] });
  if (error === undefined && heard.length > 0) error = new Error(`on the console: ${heard[0]}`);
  return { error, executions, drawn: dice.drawn };
};

/**
 * `runs` cases, or as many as fit into `ms`.
 * @returns {Promise<{ seed: number, error: Error }[]>} what failed; the first ends the run.
 */
export async function fuzz(target, { seed = 1, runs, ms, isTalkative = false }) {
  const say = isTalkative ? console.log : () => {};
  const findings = [];
  await target.setup?.();
  const begun = realNow();
  let executions = 0;
  let cases = 0;
  const isOver = () => (runs === undefined ? realNow() - begun > ms : cases >= runs);
  while (!isOver() && findings.length === 0) {
    const outcome = await attempt(target, seed + cases);
    executions += outcome.executions;
    if (outcome.error !== undefined) {
      const fails = async (list) => kind((await attempt(target, list)).error) === kind(outcome.error);
      const isRepeatable = await fails(outcome.drawn);
      const small = isRepeatable ? await shrink(outcome.drawn, fails, SHRINKING) : outcome.drawn;
      const error = isRepeatable ? ((await attempt(target, small)).error ?? outcome.error) : outcome.error;
      findings.push({ seed: seed + cases, choices: small.length, error });
      say(
        `${target.name}: seed ${seed + cases} fails (${isRepeatable ? 'always' : 'not again'}), with ${small.length} choices:`,
      );
      say(error);
    }
    cases += 1;
  }
  const seconds = (realNow() - begun) / 1000;
  const rate = Math.round(executions / seconds);
  say(
    `${target.name}: ${cases} cases, ${executions} executions in ${seconds.toFixed(1)} s, ${rate} a second; ${findings.length} findings`,
  );
  return findings;
}
