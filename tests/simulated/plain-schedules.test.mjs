// States and stores on plain messengers: whatever the links do, and whoever comes and goes, all end equal.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { SyncedState, SyncedStore } from '../../pkg/index.js';
import { PlainNetwork, VirtualTime } from './plain.lib.mjs';

const seeds = Number(process.env.PARLEY_SEEDS ?? 24);
const first = Number(process.env.PARLEY_SEED ?? 1);

const time = new VirtualTime();
before(() => time.install());
after(() => time.restore());

/** How long after the last fault all may differ: three slow comparisons on the way through each window, ms. */
const REPAIRED = 30_000;

const kinds = {
  state: {
    make: (messenger) =>
      new SyncedState(messenger, { merged: { n: 0 }, list: [] }, { conflict: { merged: 'merge', list: 'merge' } }),
    steps: [
      (state, tag, { below }) => state.setState({ [`k${below(4)}`]: tag }),
      (state, tag, { below }) => state.delete(`k${below(4)}`),
      (state, tag, { below }) => state.setState(({ merged }) => ({ merged: { ...merged, [`p${below(4)}`]: tag } })),
      (state, tag) => state.setState(({ merged }) => ({ merged: { ...merged, n: merged.n + 1 } })),
      (state, tag) => state.setState(({ list }) => ({ list: [...list.slice(-5), tag] })),
      (state) => state.increment('count'),
      (state, tag, { below }) =>
        state.transaction(() => {
          state.setState({ [`k${below(4)}`]: tag });
          state.setState({ t1: tag });
          state.setState({ t2: tag });
        }),
    ],
    check(views, steps) {
      const { t1, t2, count = 0 } = views[0].one.getState();
      assert.equal(t1, t2, 'a transaction is one');
      const counted = steps.filter(({ what }) => what === 5);
      assert.ok(count <= counted.length, 'no increment counts twice');
      assert.ok(count >= counted.filter(({ view }) => views.includes(view)).length, 'no increment is lost');
    },
  },
  store: {
    make: (messenger) =>
      new SyncedStore(messenger, (list, action) => (action.type === 'add' ? [...list, action.tag] : list), []),
    steps: [(store, tag) => store.dispatch({ type: 'add', tag })],
    check(views, steps) {
      const list = views[0].one.getState();
      assert.equal(new Set(list).size, list.length, 'no action counts twice');
      for (const { view, tag } of steps) if (views.includes(view)) assert.ok(list.includes(tag), `lost: ${tag}`);
    },
  },
};

/** Who hears whom. A window that sits on two messengers has one of two ends. */
const shapes = {
  everyone: () => true,
  // The first end is heard by all and hears all; the others hear nobody else.
  hub: (from, to, ends) => from === ends[0] || to === ends[0],
  line: (from, to, ends) => Math.abs(ends.indexOf(from) - ends.indexOf(to)) === 1,
  ring: (from, to, ends) => [1, ends.length - 1].includes(Math.abs(ends.indexOf(from) - ends.indexOf(to))),
};

async function play(seed, kind, shape, faults) {
  const network = new PlainNetwork(time, seed, faults);
  const { below, random } = network;
  network.hears = (from, to) => shapes[shape](from, to, network.ends);
  // Whoever goes out of a line parts it for good.
  const isMoving = shape === 'everyone' || shape === 'hub';
  let views = [];
  const gone = [];
  const open = () => {
    const end = network.join();
    const one = kinds[kind].make(end.messenger);
    const view = { end, one, told: one.getState() };
    one.subscribe((now) => (view.told = now));
    views.push(view);
    return view;
  };
  for (let n = 2 + below(3); n > 0; n--) open();
  if (below(3)) await time.pass(400);
  const steps = [];
  const doers = kinds[kind].steps;
  for (let step = 0; step < 60; step++) {
    const move = below(40);
    if (move === 0 && views.length < 6 && isMoving) open();
    else if (move === 1 && views.length > 2 && isMoving) {
      // With or without a word. The hub stays.
      const [view] = views.splice(1 + below(views.length - 1), 1);
      if (below(2)) view.end.cut = true;
      view.one.destroy();
      gone.push(view);
    } else if (move === 2) for (const { end } of views) end.side = below(2);
    else if (move === 3) for (const { end } of views) end.side = 0;
    else if (move === 4) await time.pass(below(5) ? 3000 : 100_000);
    else {
      const view = views[below(views.length)];
      const [what, tag] = [below(doers.length), `${seed}.${step}`];
      steps.push({ view, what, tag });
      doers[what](view.one, tag, network);
    }
    await time.pass(below(3) * random() * 12);
  }
  network.heal();
  if (isMoving && !below(3)) open();
  const isEqual = () =>
    views.every(({ one, told }) =>
      [one.getState(), told].every((it) => isDeepStrictEqual(it, views[0].one.getState())),
    );
  await time.pass(REPAIRED);
  const states = () => JSON.stringify(views.map(({ one }) => one.getState()));
  assert.ok(isEqual(), `seed ${seed}, ${shape}: ${states()}`);
  kinds[kind].check(views, steps);
  for (const { one } of views) one.destroy();
  await time.pass(1000);
  assert.equal(time.waiting, 0, 'everything stops on destroy()');
  for (const { handlers } of network.ends)
    for (const [type, left] of handlers) assert.equal(left.size, 0, `a handler of ${type} is left`);
}

const networks = {
  'slow links that keep their order': () => ({}),
  'loss, repetition and another order': ({ random }) => ({
    latency: [0, 100],
    loss: random() * 0.4,
    duplicate: random() * 0.3,
    reorder: random(),
  }),
};

for (const kind of Object.keys(kinds))
  for (const [name, faults] of Object.entries(networks))
    test(`${kind}s on plain messengers, ${name}: ${seeds} schedules end equal`, async () => {
      for (let seed = first; seed < first + seeds; seed++) {
        const shape = Object.keys(shapes)[seed % 4];
        try {
          await play(seed, kind, shape, faults(new PlainNetwork(time, seed + 7)));
        } catch (error) {
          error.message = `seed ${seed}, ${shape}: ${error.message}`;
          throw error;
        }
      }
    });
