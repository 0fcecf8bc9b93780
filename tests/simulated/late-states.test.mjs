// A state that is made when discovery is over, while a connection is on its way, is ready when that is there or given up.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Parley, SyncedState, SyncedStore, createTestNetwork } from '../../pkg/index.js';

/** A Parley whose discovery is over, half connected to one that has a state and a store; `join` is the other half. */
async function halfway(t, options) {
  const [here, there] = [Parley.create(options), Parley.create()];
  const states = new SyncedState(there, { theme: 'dark' });
  await states.setState({ theme: 'chosen' });
  const store = new SyncedStore(there, (n, { by }) => n + by, 0);
  await store.dispatch({ type: 'add', by: 7 });
  await here.ready;
  const { port1, port2 } = new MessageChannel();
  const connected = here.connect(port1, 'there');
  t.after(() => {
    for (const parley of [here, there]) parley.destroy();
    port1.close();
  });
  return { here, connected, port2, join: () => there.connect(port2, 'here') };
}

const turn = () => new Promise(setImmediate);
const watch = (one, order, name) => one.ready.then(() => order.push(name));

test('a state and a store, and one that is made a moment later', async (t) => {
  const { here, join, connected } = await halfway(t);
  const order = [];
  connected.then(() => order.push('connected'));
  const state = new SyncedState(here, { theme: 'light' });
  const store = new SyncedStore(here, (n, { by }) => n + by, 0);
  watch(state, order, 'state');
  watch(store, order, 'store');
  await turn();
  const other = new SyncedState(here, { theme: 'light' }, { name: 'other' });
  watch(other, order, 'other');
  for (let turns = 0; turns < 5; turns++) await turn();
  assert.deepEqual(order, []);
  await join();
  await Promise.all([state.ready, store.ready, other.ready]);
  assert.deepEqual([state.get('theme'), store.getState(), other.get('theme')], ['chosen', 7, 'light']);
  assert.equal(order[0], 'connected');
  // What is made now has nobody to wait for but who is connected.
  const last = new SyncedState(here, { n: 1 }, { name: 'last' });
  await last.ready;
});

test('nobody joins: it is ready when the time is up', async (t) => {
  const { here, connected } = await halfway(t, { timeout: 1000 });
  const rejected = assert.rejects(connected, { code: 'ERR_TIMEOUT' });
  const state = new SyncedState(here, { theme: 'light' });
  await Promise.all([rejected, state.ready]);
  assert.equal(state.get('theme'), 'light');
});

test('the other end is closed: it is ready', async (t) => {
  const { here, connected, port2 } = await halfway(t, { timeout: 1e6 });
  const state = new SyncedState(here, { theme: 'light' });
  const rejected = assert.rejects(connected, { code: 'ERR_CONNECTION' });
  port2.close();
  await Promise.all([rejected, state.ready]);
  assert.equal(state.get('theme'), 'light');
});

test('a port that nobody answers keeps no state waiting for ever', async (t) => {
  const { here, connected } = await halfway(t, { timeout: 1000 });
  connected.catch(() => {});
  const { port1, port2 } = new MessageChannel();
  here.connect(port1, 'silent', { timeout: Infinity }).catch(() => {});
  t.after(() => port2.close());
  const state = new SyncedState(here, {});
  await state.ready;
  const next = new SyncedState(here, {}, { name: 'next' });
  await next.ready;
});

/** Which of these states are ready once the network is quiet; no timer of the product has run out by then. */
async function quietlyReady(network, states) {
  const ready = states.map(() => false);
  states.forEach((state, at) => state.ready.then(() => (ready[at] = true)));
  await network.settle();
  await turn();
  return ready;
}

test('the last that it waits for joins: it is ready at once', async (t) => {
  const network = createTestNetwork({ latency: [0, 0] });
  const parleys = [network.createParley(), network.createParley()];
  t.after(() => parleys.forEach((parley) => parley.destroy()));
  const states = parleys.map((parley, at) => new SyncedState(parley, { a: `initial ${at}` }));
  assert.deepEqual(await quietlyReady(network, states), [true, true]);
});

test('the last that it waits for is closed before it joins: it is ready at once', async (t) => {
  const network = createTestNetwork({ latency: [0, 0] });
  const parleys = [network.createParley(), network.createParley(), network.createParley()];
  t.after(() => parleys.forEach((parley) => parley.destroy()));
  network.partition([parleys[2]]);
  const states = parleys.slice(0, 2).map((parley, at) => new SyncedState(parley, { a: `initial ${at}` }));
  await turn();
  parleys[2].destroy();
  assert.deepEqual(await quietlyReady(network, states), [true, true]);
});
