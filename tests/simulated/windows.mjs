// Parleys in a line, each connected with the next; and waiting for what takes real time.
import assert from 'node:assert/strict';
import { Parley } from '../../pkg/index.js';

/** `cut(n)` breaks the wire between the n-th and the next: both ends notice, and no goodbye crosses it. */
export async function line(ids) {
  const parleys = ids.map((instanceId) => Parley.create({ instanceId }));
  const wires = parleys.slice(1).map((parley, at) => {
    const [near, far] = wire();
    return { near, far, ready: Promise.all([parleys[at].connect(near), parley.connect(far)]) };
  });
  await Promise.all(wires.map(({ ready }) => ready));
  const cut = (at) => {
    const { near, far } = wires[at];
    near.cut = far.cut = true;
    near.onclose?.();
    far.onclose?.();
  };
  return { parleys, cut };
}

function wire() {
  const make = () => ({
    onframe: null,
    onclose: null,
    cut: false,
    send(frame) {
      const data = structuredClone(frame);
      setImmediate(() => this.cut || this.far.onframe?.(data));
    },
    close() {
      setImmediate(() => this.far.onclose?.());
    },
  });
  const [near, far] = [make(), make()];
  near.far = far;
  far.far = near;
  return [near, far];
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long a test waits for what never comes, ms. Nothing is measured by it. */
const DEADLINE = 30_000;

/** Waits until the answer is truthy, and returns it. */
export async function until(ask) {
  for (const end = performance.now() + DEADLINE; ; await pause(5)) {
    const answer = ask();
    if (answer) return answer;
    assert.ok(performance.now() < end, `not within ${DEADLINE} ms: ${ask}`);
  }
}
