// A few windows of the simulated network, each with a state and a record of what its listeners were told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { SyncedState, createTestNetwork } from '../../pkg/index.js';

/** mulberry32: the schedules of a seed are the same on every machine. */
export const generator = (seed) => {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { random, below: (n) => Math.floor(random() * n) };
};

export class Windows {
  constructor(options) {
    this.network = createTestNetwork(options);
    this.all = [];
  }

  /** A new window; `told` is the state as its listener was told it, change by change. */
  open(initial = {}, options) {
    const parley = this.network.createParley();
    const state = new SyncedState(parley, initial, options);
    const view = { parley, state, told: state.getState(), changes: [], wrong: [] };
    // What a listener throws is reported, and fails nothing: it is kept until they are compared.
    const must = (holds, what) => holds || view.wrong.push(what);
    state.subscribe((next, previous, change) => {
      must(previous === view.told, 'each change begins where the one before ended');
      must(!isDeepStrictEqual(next, previous), 'a listener is told only of what changed');
      view.told = next;
      view.changes.push(change);
    });
    this.all.push(view);
    return view;
  }

  close(view) {
    view.parley.destroy();
    this.all.splice(this.all.indexOf(view), 1);
  }

  /** Everything under way arrives, and what was lost is repaired; then all must agree. */
  async settle() {
    await this.network.settle();
    this.assertAgree();
  }

  assertAgree() {
    const [first, ...rest] = this.all;
    for (const view of this.all) assert.deepEqual(view.wrong, []);
    for (const view of this.all) assert.equal(view.told, view.state.getState(), 'the listener has heard of everything');
    for (const view of rest) assert.deepEqual(view.state.getState(), first.state.getState());
    return first.state.getState();
  }

  destroy() {
    for (const view of [...this.all]) this.close(view);
  }
}

/** A test whose windows end with it. */
export const inNetwork = (name, run, options) =>
  test(name, async () => {
    const windows = new Windows(options);
    try {
      await run(windows);
    } finally {
      windows.destroy();
    }
  });
