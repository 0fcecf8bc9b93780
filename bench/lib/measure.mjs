// One row: everyone's pages are open, and in every round each has one turn, the raw channel first.

/** A contender whose turn takes longer than `limit` is left out, and the table says so; above `SLOW` it has few rounds. */
const SLOW = 3000;

/**
 * Runs until so many rounds are done or the time is over, but never fewer than `fewest`. Calls `tell` with who cannot be measured,
 * and why.
 */
export async function measure(row, { stage, contenders, rounds, fewest, limit, until, tell }) {
  const casts = [];
  const left = {};
  const attempt = async (cast, run) => {
    try {
      return await within(limit, run());
    } catch (error) {
      left[cast.id] = error.message.split('\n')[0];
      tell(`${cast.name} is left out of '${row.name}': ${left[cast.id]}`);
      // What it is still busy with must not slow the others down.
      await cast.close();
    }
  };
  try {
    for (const { id, name } of contenders) {
      const cast = Object.assign(await stage.cast(id), { name });
      casts.push(cast);
      cast.pages = await attempt(cast, () => row.prepare(cast));
      if (left[id]) continue;
      // Some compare once more after a newcomer has come. The first turn is not measured: code is still cold.
      await new Promise((resolve) => setTimeout(resolve, 200));
      const start = Date.now();
      if (!row.cold) await attempt(cast, () => row.turn(cast.pages));
      cast.slow = Date.now() - start > SLOW;
    }
    const samples = [];
    while (samples.length < rounds && (samples.length < fewest || Date.now() < until)) {
      const sample = {};
      for (const cast of casts) {
        if (left[cast.id] || (cast.slow && samples.length >= fewest)) continue;
        const value = await attempt(cast, () => row.turn(cast.pages));
        if (value !== undefined) sample[cast.id] = value;
      }
      samples.push(sample);
    }
    return { samples, left };
  } finally {
    await Promise.all(casts.map((cast) => cast.close()));
  }
}

async function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${ms / 1000} s`)), ms);
  });
  // If it ends late it ends badly, and nobody asks any more.
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
