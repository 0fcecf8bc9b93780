// Tables of cases, and how one of them is run.
import { closeAll, fail, sleep } from './harness.js';
import { show } from './same.js';
import { openPair } from './wires.js';

const LONGEST = 12_000;

/** What the Rust side asks of each table: to run one case over one wire, and the names of all. */
export function table(cases) {
  return {
    names: () => Object.keys(cases),
    run: async (name, wire) => {
      const strays = [];
      const stray = (event) => {
        strays.push(event.reason ?? event.error ?? event.message);
        event.preventDefault();
      };
      addEventListener('unhandledrejection', stray);
      addEventListener('error', stray);
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not over after ${LONGEST} ms`)), LONGEST);
      });
      try {
        const play = async () => cases[name](wire === 'page' ? {} : await openPair(wire));
        await Promise.race([play(), late]);
        await sleep(0);
      } finally {
        clearTimeout(timer);
        await closeAll();
        // Rejections nobody handled are told at the end of a task.
        await sleep(0);
        removeEventListener('unhandledrejection', stray);
        removeEventListener('error', stray);
      }
      if (strays.length > 0) fail(`nobody handled: ${strays.map(show).join(', ')}`);
    },
  };
}
