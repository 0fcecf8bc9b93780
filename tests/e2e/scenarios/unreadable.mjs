// A value that only its sender can read, here a WebAssembly.Module: it can be cloned in this window and in its own agent
// cluster, and raises `messageerror` everywhere else. Whoever wrote it is told, and everything else goes on.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const setup = `(args) => {
  (${peer})(args);
  window.wasm = () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  window.errors = [];
  parley.onSystem('system:error', ({ code, name, message, details }) => errors.push({ code, name, message, details }));
  parley.on('give', () => ({ wasm: wasm() }));
  window.store = new SyncedStore(parley, (list, action) => (action.type === 'add' ? [...list, action.what] : list), []);
}`;

async function family(t, options = {}) {
  const parent = await t.open(t.a, setup, {
    allowed: [t.a, t.b],
    frames: [{ id: 'child', src: t.url(t.b, setup, { allowed: [t.a] }) }],
    ...options,
  });
  t.assert.ok((await parent.eval(() => connections.child)).value);
  const child = await parent.frame('child').loaded();
  await child.until(() => parley.peers.length === 1);
  return [parent, child];
}

async function tabs(t) {
  const views = [await t.open(t.a, setup, { channel: 'home' }), await t.open(t.a, setup, { channel: 'home' })];
  for (const view of views) await view.until(() => parley.peers.length === 1);
  return views;
}

const told = (code) => errors.filter((error) => error.code === code);

for (const [where, open] of [
  ['a cross-origin frame', family],
  ['another tab', tabs],
]) {
  // prettier-ignore
  scenario(`a call to ${where} with such a payload rejects at once, and so does one with such an answer`, async (t) => {
    const [one, two] = await open(t);
    const [call, plain, answer] = await one.eval(() =>
      Promise.all([
        settle(parley.send('echo', { wasm: wasm() }, { timeout: 1e6 })),
        settle(parley.send('echo', 'plain')),
        settle(parley.send('give', null, { timeout: 1e6 })),
      ]),
    );
    t.assert.equal(call.code, 'ERR_SERIALIZATION', JSON.stringify(call));
    t.assert.equal(call.name, 'SerializationError');
    t.assert.equal(call.details.type, 'echo');
    t.assert.equal(call.details.targetId, await one.eval(() => parley.peers[0].id));
    t.assert.equal(plain.value?.echoed, 'plain');
    t.assert.equal(answer.code, 'ERR_SERIALIZATION', JSON.stringify(answer));
    await two.until(() => errors.length === 1);
    t.assert.deepEqual(await two.eval(() => errors.map(({ code }) => code)), ['ERR_SERIALIZATION']);
    // Nobody awaits these.
    await one.eval(async () => {
      await parley.broadcast('note', { wasm: wasm() });
      await parley.send('note', { wasm: wasm() }, { expectsResponse: false });
      await parley.broadcast('note', 'after');
    });
    await one.until(() => errors.length === 2);
    t.assert.deepEqual(await one.eval(() => errors.map(({ details }) => details.type)), ['note', 'note']);
    await two.until(() => heard.length === 1);
    t.assert.ok(await two.eval(() => events.some((e) => e.event === 'system:rejected' && e.code === 'ERR_SERIALIZATION')));
  });

  scenario(
    `a state with ${where}: the write is taken back, its writer is told by key, and the rest goes on`,
    async (t) => {
      const [one, two] = await open(t);
      await one.eval(() => state.setState({ kept: 'before', count: 1 }));
      await two.until(() => state.get('kept') === 'before');
      await one.eval(async () => {
        await state.setState({
          kept: { wasm: wasm() },
          fresh: wasm(),
          count: 2,
          list: Object.assign([, 1], { more: 1 }),
        });
        await state.setState({ after: 'the same turn' });
      });
      for (const view of [one, two]) await view.until(() => state.get('after') && state.get('count') === 2);
      await one.until(() => errors.flatMap(({ details }) => details.keys).length === 2);
      t.assert.deepEqual(await one.eval(() => errors.flatMap(({ details }) => details.keys).sort()), ['fresh', 'kept']);
      t.assert.ok((await one.eval(told, 'ERR_SERIALIZATION')).length > 0);
      await one.until(() => state.get('kept') === 'before');
      t.assert.deepEqual(await one.eval(() => Object.keys(state.getState()).sort()), [
        'after',
        'count',
        'kept',
        'list',
      ]);
      await assertAgree([one, two]);
      t.assert.deepEqual(await two.eval(() => [0 in state.get('list'), state.get('list').more]), [false, 1]);
      t.assert.deepEqual(await two.eval(() => errors), []);
      // Both ways, and again; the writes of others are as before.
      await two.eval(() => void state.setState({ count: 3, theirs: wasm() }));
      await one.until(() => state.get('count') === 3);
      await two.until(() => errors.length === 1 && !('theirs' in state.getState()));
      t.assert.deepEqual(await two.eval(() => [errors[0].code, errors[0].details.keys]), [
        'ERR_SERIALIZATION',
        ['theirs'],
      ]);
      await one.eval(() => state.setState({ kept: 'after', fresh: 'readable' }));
      await two.until(() => state.get('kept') === 'after' && state.get('fresh') === 'readable');
      await assertAgree([one, two]);
    },
  );

  scenario(`writes with options and transactions to ${where} reject, and are taken back whole`, async (t) => {
    const [one, two] = await open(t);
    await one.eval(() => state.setState({ a: 1, b: 1 }));
    await two.until(() => state.get('a') === 1);
    const acked = await one.eval(() =>
      settle(state.setState({ a: { wasm: wasm() }, b: 2 }, { ack: 'all', timeout: 1e6 })),
    );
    t.assert.equal(acked.code, 'ERR_SERIALIZATION', JSON.stringify(acked));
    await one.eval(() =>
      state.transaction(() => {
        state.setState({ a: [1, wasm()] });
        state.setState({ b: 3 });
      }),
    );
    await one.until(() => errors.length > 0);
    await one.eval(() => state.setState({ last: true }));
    await two.until(() => state.get('last'));
    await one.until(() => state.get('a') === 1 && state.get('b') !== 3);
    await two.until(() => state.get('a') === 1 && state.get('b') !== 3);
    await assertAgree([one, two]);
  });

  scenario(`under each strategy with ${where}: the write is taken back, and the rest goes on`, async (t) => {
    const [one, two] = await open(t);
    const make = () => {
      window.states = {};
      for (const conflict of ['highest-version', 'merge', 'manual'])
        states[conflict] = new SyncedState(parley, {}, { name: conflict, conflict });
      states.function = new SyncedState(parley, {}, { name: 'function', conflict: (mine, theirs) => theirs });
    };
    await one.eval(make);
    await two.eval(make);
    await one.eval(() => Promise.all(Object.values(states).map((one) => one.setState({ doc: { a: 1, b: [1] } }))));
    await two.until(() => Object.values(states).every((one) => one.get('doc')));
    await one.eval(() =>
      Promise.all(Object.values(states).map((one) => one.setState({ doc: { a: wasm(), b: [1] }, n: 1 }))),
    );
    await one.eval(() => Promise.all(Object.values(states).map((one) => one.setState({ after: 1 }))));
    for (const view of [one, two])
      await view.until(() => Object.values(states).every((one) => one.get('after') && one.get('n')));
    await one.until(() => errors.length === 4);
    for (const view of [one, two])
      await view.until(() => Object.values(states).every((one) => !(one.get('doc')?.a instanceof WebAssembly.Module)));
    const [mine, theirs] = await Promise.all(
      [one, two].map((view) =>
        view.eval(() => Object.entries(states).map(([name, one]) => [name, canon(one.getState())])),
      ),
    );
    t.assert.deepEqual(mine, theirs);
  });

  scenario(`a store with ${where}: both sides are told, and the other actions go on`, async (t) => {
    const [one, two] = await open(t);
    await one.eval(async () => {
      await store.dispatch({ type: 'add', what: 1 });
      await store.dispatch({ type: 'add', what: { wasm: wasm() } });
      await store.dispatch({ type: 'add', what: 2 });
    });
    await two.until(() => canon(store.getState()) === canon([1, 2]));
    for (const view of [one, two]) {
      await view.until(() => errors.length > 0);
      t.assert.equal(await view.eval(() => errors[0].code), 'ERR_SERIALIZATION');
      t.assert.equal(await view.eval(() => errors[0].details.name), 'store');
    }
    await two.eval(() => store.dispatch({ type: 'add', what: 3 }));
    await one.until(() => store.getState().length === 4);
  });
}

scenario('a window that comes later is ready with everything it can read', async (t) => {
  const [parent, child] = await family(t);
  await parent.eval(() => state.setState({ kept: 1, wasm: wasm() }));
  await child.until(() => state.get('kept') === 1);
  await parent.until(() => !('wasm' in state.getState()));
  // Nobody there cannot read it, until the frame comes.
  const alone = await t.open(t.a, setup, { allowed: [t.a, t.b] });
  await alone.eval(() => state.setState({ kept: 1, wasm: wasm(), last: 1 }));
  for (const view of [parent, alone]) {
    await view.eval((src) => void (connections.late = settle(parley.connect(addFrame('late', src), 'late'))), t.url(t.b, setup, { allowed: [t.a] })); // prettier-ignore
    const late = await view.frame('late').loaded();
    t.assert.equal(
      JSON.parse(await late.eval(() => atReady.then((text) => JSON.stringify(text.includes('kept'))))),
      true,
    );
    t.assert.equal(await late.eval(() => state.ready.then(() => state.get('kept'))), 1);
    await view.until(() => !('wasm' in state.getState()));
    await assertAgree([view, late]);
    await late.eval(() => state.setState({ late: 1 }));
    await view.until(() => state.get('late') === 1);
  }
  await alone.until(() => errors.length === 1);
  t.assert.deepEqual(await alone.eval(() => errors[0].details.keys), ['wasm']);
});

scenario('a tab that comes later is ready with everything it can read', async (t) => {
  const one = await t.open(t.a, setup, { channel: 'home' });
  await one.eval(() => state.setState({ kept: 1, wasm: wasm(), last: 1 }));
  const two = await t.open(t.a, setup, { channel: 'home' });
  t.assert.equal(await two.eval(() => state.ready.then(() => state.get('last'))), 1);
  await one.until(() => errors.length === 1 && !('wasm' in state.getState()));
  const three = await t.open(t.a, setup, { channel: 'home' });
  t.assert.equal(await three.eval(() => state.ready.then(() => state.get('last'))), 1);
  await assertAgree([one, two, three]);
  t.assert.equal(await one.eval(() => errors.length), 1);
});

scenario('a restricted frame that cannot read a value, and one whose value cannot be read', async (t) => {
  const grants = { [t.b]: { read: ['state.*'], write: ['state.open'] } };
  const [parent, child] = await family(t, { options: { grants } });
  await parent.eval(() => state.setState({ open: 1, shut: 1 }));
  await child.until(() => state.get('shut') === 1);
  await parent.eval(() => state.setState({ open: wasm() }));
  await parent.until(() => errors.length === 1 && state.get('open') === 1);
  t.assert.deepEqual(await parent.eval(() => errors[0].details.keys), ['open']);
  await parent.eval(() => state.setState({ shut: wasm() }));
  await parent.eval(() => state.setState({ last: 1 }));
  await child.until(() => state.get('last') === 1);
  await child.eval(() => state.setState({ open: { theirs: wasm() } }));
  await child.until(() => errors.some(({ details }) => details.keys?.includes('open')) && state.get('open') === 1);
  t.assert.equal(await parent.eval(() => state.get('open')), 1);
});

scenario('a shared worker, over its port', async (t) => {
  const page = await t.open(t.a, setup, {});
  await page.eval(() => {
    window.shared = new SharedWorker('/e2e/shared-worker.js', { type: 'module', name: 'hub' });
    return parley.connect(shared.port, 'hub');
  });
  const call = await page.eval(() => settle(parley.send('double', wasm(), { timeout: 1e6 })));
  t.assert.equal(call.code, 'ERR_SERIALIZATION', JSON.stringify(call));
  await page.eval(() => state.setState({ wasm: wasm(), n: 4 }));
  await page.until(() => errors.length === 1 && !('wasm' in state.getState()) && state.get('n') === 4);
  t.assert.equal(await page.eval(() => parley.send('double', 5)), 10);
});
