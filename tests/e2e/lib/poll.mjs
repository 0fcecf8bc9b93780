import { GoneError } from './remote.mjs';

const STEP = 15;

/** Asks until the answer is truthy, and returns it. Never sleeps longer than one step. */
export async function until(ask, { timeout = 8000, what = 'condition' } = {}) {
  const end = performance.now() + timeout;
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
      throw new Error(`not true after ${timeout} ms: ${what}; last answer: ${JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}

/** Rejects when the promise takes longer than this. */
export function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
