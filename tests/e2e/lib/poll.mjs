import { GoneError } from './remote.mjs';

const STEP = 15;

/** How many times its usual time a wait may take: several browsers that share the cores are slower, each of them. */
let slack = 1;

export function allow(times) {
  slack = times;
}

/** Asks until the answer is truthy, and returns it. Never sleeps longer than one step. */
export async function until(ask, { timeout = 8000, what = 'condition' } = {}) {
  const limit = timeout * slack;
  const end = performance.now() + limit;
  let last;
  for (;;) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
      last = error.message;
    }
    if (performance.now() > end)
      throw new Error(`not true after ${limit} ms: ${what}; last answer: ${JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}

/** Rejects when the promise takes longer than this. */
export function within(ms, promise, what) {
  const limit = ms * slack;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
