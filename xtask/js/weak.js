/**
 * A FinalizationRegistry without callbacks: what was collected is freed when more is registered. Chromium evicts a page from its
 * back/forward cache when JavaScript runs in it, and the callbacks of a FinalizationRegistry are JavaScript.
 *
 * For each registration two entries are looked at, at the end of the turn: the module may be in the middle of something now.
 */
function weakRegistry(free) {
  const entries = [];
  let next = 0;
  let due = 0;
  const check = () => {
    if (next >= entries.length) next = 0;
    const entry = entries[next];
    const collected = !entry.freed && entry.target.deref() === undefined;
    if (!entry.freed && !collected) {
      next++;
      return;
    }
    const last = entries.pop();
    if (last !== entry) entries[next] = last;
    if (collected) free(entry.held);
  };
  const checkDue = () => {
    for (let left = Math.min(due, entries.length); left > 0 && entries.length > 0; left--) check();
    due = 0;
  };
  return {
    /** Calls `free(held)` some time after `target` was collected, unless the entry says that it was `freed` before. */
    register(target, held) {
      const entry = { target: new WeakRef(target), held, freed: false };
      entries.push(entry);
      if (due === 0) queueMicrotask(checkDue);
      due += 2;
      return entry;
    },
  };
}
