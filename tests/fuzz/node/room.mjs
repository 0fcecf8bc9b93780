// Windows with everything in them that a frame may reach, and wires whose other end is the case.
import { Parley, SyncedState, SyncedStore, createTestNetwork } from '../../../pkg/index.js';
import { quiet } from './clock.mjs';

export const STRATEGIES = {
  a: 'last-write-wins',
  b: 'highest-version',
  c: 'merge',
  d: 'manual',
  e: (mine, theirs) => (String(mine) < String(theirs) ? theirs : mine),
};
export const KEYS = [...Object.keys(STRATEGIES), 'f', '__proto__', ''];
/** What no restricted peer may ever see. */
export const SECRET = 'f3c1a7-secret';

// Whoever may write may put any state there: a reducer that is to go on from it takes it as it comes.
const listed = (state) => (Array.isArray(state?.list) && state.list.length < 100 ? state.list.slice(-20) : []);
const reduce = (state, action) =>
  action.type === 'add' ? { ...state, list: [...listed(state), action.value] } : state;

/** A window with a state of all strategies, one that is not for everybody, a log, and handlers. */
export function furnish(parley, hidden = SECRET) {
  const view = { parley, heard: 0, told: 0, errors: [], refused: 0, codes: [] };
  view.state = new SyncedState(parley, { a: 0, c: { list: ['x'], n: 1 } }, { name: 's', conflict: STRATEGIES });
  view.secret = new SyncedState(parley, { hidden }, { name: 'secret' });
  view.store = new SyncedStore(parley, reduce, { list: [] }, { name: 'log' });
  for (const shared of [view.state, view.secret, view.store]) shared.subscribe(() => void (view.told += 1));
  parley.onSystem('system:error', (error) => view.errors.push(error));
  parley.onSystem('system:rejected', ({ code }) => {
    view.refused += 1;
    view.codes.push(code);
  });
  parley.on('echo', (payload) => {
    view.heard += 1;
    return payload;
  });
  parley.on('later', (_payload, respond) => {
    view.heard += 1;
    queueMicrotask(() => respond('later'));
  });
  parley.register('checked', { schema: (payload) => payload === 'good' });
  parley.on('checked', () => {
    view.heard += 1;
    return 'fine';
  });
  return view;
}

/** One end of a wire; `inject` is the other. What was sent is kept in `sent`. */
export function openLink() {
  const link = {
    onframe: null,
    onclose: null,
    sent: [],
    send(frame) {
      this.sent.push(structuredClone(frame));
    },
    close() {},
  };
  return { link, sent: link.sent, inject: (frame) => link.onframe?.(frame), end: () => link.onclose?.() };
}

/** Two windows that do everything there is to do, and every frame that crossed between them. */
export async function record() {
  const frames = [];
  const parleys = ['left', 'right'].map((instanceId) => Parley.create({ instanceId, allowedOrigins: [] }));
  const links = parleys.map(() => ({ onframe: null, onclose: null, close() {} }));
  links.forEach((link, at) => {
    link.send = (frame) => {
      frames.push(structuredClone(frame));
      const copy = structuredClone(frame);
      queueMicrotask(() => links[1 - at].onframe?.(copy));
    };
  });
  const views = parleys.map((parley) => furnish(parley, 'of another room'));
  parleys.forEach((parley, at) => parley.connect(links[at]).catch(() => {}));
  await quiet();
  const [one, other] = views;
  for (const [at, view] of views.entries()) {
    for (const key of KEYS) {
      view.state.setState(Object.fromEntries([[key, at]])).catch(() => {});
      await quiet();
    }
    view.state.setState({ c: { list: ['x', `y${at}`], n: at, deep: { er: [1] } } });
    view.state.increment('f', 2).catch(() => {});
    view.state.transaction(() => {
      view.state.setState({ a: 'together', f: at });
    });
    view.state.setState({ a: 1 }, { ack: 'all', rollbackOnError: true, timeout: 100 }).catch(() => {});
    await quiet();
    view.state.setState({ c: 'a text' });
    view.state.delete('b');
    view.state.undo();
    view.store.dispatch({ type: 'add', value: at });
    view.store.dispatch({ type: 'add', value: { at } });
    await quiet();
  }
  parleys.forEach((parley) => parley._resync());
  const control = new AbortController();
  const asked = [
    one.parley.send('echo', { any: 1 }),
    one.parley.send('later', 1, { retries: 2 }),
    other.parley.send('checked', 'bad'),
    other.parley.send('nobody', 1),
    other.parley.send('later', 2, { signal: control.signal }),
    one.parley.broadcast('echo', [1, 2]),
  ];
  control.abort();
  await Promise.allSettled(asked);
  await quiet();
  for (const parley of parleys) parley.destroy();
  await quiet();
  return frames;
}

/** Honest windows, each connected with each. */
export async function openNetwork(dice, count) {
  const network = createTestNetwork({
    seed: dice.below(1000),
    latency: [0, dice.pick([0, 5, 300])],
    loss: dice.pick([0, 0, 0.2]),
    duplicate: dice.pick([0, 0, 0.2]),
  });
  const parleys = [];
  const close = () => parleys.forEach((parley) => parley.destroy());
  for (let at = 0; at < count; at++) parleys.push(network.createParley({ instanceId: `honest-${at}` }));
  return { network, parleys, close };
}
