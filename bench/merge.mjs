// What one write to a merged value of many records costs, in Node over a test network: `node bench/merge.mjs [records]`.
import { createTestNetwork, SyncedState } from '../pkg/index.js';

const count = Number(process.argv[2] ?? 1000);
const card = (at) => ({ id: `card-${at}`, title: `Card ${at}`, done: false, at, tags: ['a', 'b'] });
const cards = Array.from({ length: count }, (_, at) => card(at));
const WRITES = 100;

const shapes = {
  'Record<id, card>': {
    initial: () => Object.fromEntries(cards.map((one) => [one.id, one])),
    edit: (value, at) => {
      const id = cards[at].id;
      return { ...value, [id]: { ...value[id], done: !value[id].done } };
    },
    add: (value, at) => ({ ...value, [`new-${at}`]: card(`n${at}`) }),
    siblings: (value) => Object.values(value),
  },
  'card[]': {
    initial: () => cards,
    edit: (value, at) => value.map((one, place) => (place === at ? { ...one, done: !one.done } : one)),
    add: (value, at) => [...value, card(`n${at}`)],
    siblings: (value) => value,
  },
};

for (const [shape, { initial, edit, add, siblings }] of Object.entries(shapes)) {
  const network = createTestNetwork();
  const [near, far] = [0, 1].map(() => {
    const parley = network.createParley();
    const state = new SyncedState(parley, { cards: initial() }, { conflict: 'merge' });
    return { parley, state };
  });
  await network.settle();
  for (const [what, change] of [
    ['edit', edit],
    ['add', add],
  ]) {
    const times = [];
    let kept = 0;
    for (let n = 0; n < WRITES; n++) {
      const before = near.state.get('cards');
      const next = change(before, (n * 37) % count);
      const begun = performance.now();
      near.state.setState({ cards: next });
      near.state.get('cards');
      times.push(performance.now() - begun);
      const old = new Set(siblings(before));
      kept = siblings(near.state.get('cards')).filter((one) => old.has(one)).length;
      if (n % 10 === 9) await network.settle();
    }
    await network.settle();
    times.sort((a, b) => a - b);
    const equal = JSON.stringify(near.state.get('cards')) === JSON.stringify(far.state.get('cards'));
    console.log(
      `${shape} of ${count}, ${what}: ${times[WRITES / 2].toFixed(2)} ms (median of ${WRITES}), ` +
        `${kept} siblings keep their identity, windows ${equal ? 'equal' : 'DIFFER'}`,
    );
  }
  for (const { parley } of [near, far]) parley.destroy();
}
