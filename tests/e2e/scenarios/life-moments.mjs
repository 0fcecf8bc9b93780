// destroy() between any two steps of whatever is under way: everything that was awaited settles, and whoever comes next is served.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** A life that ends after so many steps: of the microtask queue first, then of the event loop. Names what was left unsettled. */
const lives = `async ({ steps, make, end = 'parley.destroy()' }) => {
  const left = [];
  for (let step = 0; step < steps; step++) {
    const parley = Parley.create({ ...make.options, instanceId: 'the same' });
    const awaited = { ready: parley.ready };
    const state = new SyncedState(parley, { n: 0 });
    const store = new SyncedStore(parley, (sum, { by = 0 }) => sum + by, 0, { name: 'store' });
    Object.assign(awaited, {
      state: state.ready,
      store: store.ready,
      write: state.setState({ n: step }),
      late: state.setState((now) => ({ n: now.n + 1 })),
      acknowledged: state.setState({ acked: step }, { ack: 'all', timeout: 60_000 }),
      action: store.dispatch({ type: 'add', by: 1 }),
      broadcast: Promise.resolve(parley.broadcast('note', step)),
    });
    const target = make.target && document.getElementById(make.target);
    if (target) {
      awaited.connect = parley.connect(target, 'child', { timeout: 60_000 });
      awaited.send = awaited.connect.then(() => parley.send('never', step, { targetId: 'child', timeout: 60_000 }));
    } else awaited.send = parley.ready.then(() => parley.send('never', step, { timeout: 60_000 }));
    const settled = new Set();
    for (const [name, promise] of Object.entries(awaited)) settle(promise).then(() => settled.add(name));
    for (let n = 0; n < step; n++) await (n < 12 ? Promise.resolve() : turn());
    parley.destroy();
    const until = performance.now() + 2000;
    while (settled.size < Object.keys(awaited).length && performance.now() < until) await turn();
    for (const name of Object.keys(awaited)) if (!settled.has(name)) left.push(step + ': ' + name);
  }
  return left;
}`;

const casts = {
  'a tab of a channel': async (t) => {
    const other = await t.open(t.a, peer, { channel: 'home' });
    const one = await t.open(t.a, () => {});
    return { one, other, make: { options: { channel: 'home' } } };
  },
  'a frame of another origin': async (t) => {
    const src = t.url(t.b, () => {});
    const other = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
    return { one: await other.frame('child').loaded(), other, make: { options: { allowedOrigins: [t.a] } } };
  },
  'a page with a frame of another origin': async (t) => {
    const src = t.url(t.b, peer, { allowed: [t.a] });
    const one = await t.open(t.a, ({ src }) => void addFrame('child', src), { src });
    const make = { options: { allowedOrigins: [t.b] }, target: 'child' };
    return { one, other: await one.frame('child').loaded(), make };
  },
};

for (const [who, cast] of Object.entries(casts)) {
  scenario(
    who,
    async (t) => {
      const { one, other, make } = await cast(t);
      t.assert.deepEqual(await one.eval(lives, { steps: 60, make }), [], 'nothing hangs');
      await other.until(() => parley.getConnectedTargets().length === 0);
      // Whatever it went through, it is as good as new.
      await one.eval(async ({ options, target }) => {
        window.parley = Parley.create(options);
        window.state = new SyncedState(parley, { n: 0 });
        if (target) await parley.connect(document.getElementById(target), 'child');
        await state.ready;
      }, make);
      for (const view of [one, other]) await view.until(() => parley.getConnectedTargets().length === 1);
      t.assert.equal((await one.eval(() => parley.send('echo', 1))).echoed, 1);
      await one.eval(() => state.setState({ last: 1 }));
      await other.until(() => state.get('last') === 1);
      await other.eval(() => state.setState({ back: 1 }));
      await one.until(() => state.get('back') === 1);
      t.assert.deepEqual(await other.eval(() => events.filter(({ event }) => event === 'system:error')), []);
    },
    { timeout: 60_000 },
  );
}

scenario('both sides of a port, at any moment of the other', async (t) => {
  const page = await t.open(t.a, () => {});
  const left = await page.eval(async () => {
    const left = [];
    for (let step = 0; step < 40; step++) {
      const { port1, port2 } = new MessageChannel();
      const sides = [Parley.create(), Parley.create()];
      for (const side of sides) side.on('echo', (payload) => payload);
      const awaited = [port1, port2].map((port, n) => sides[n].connect(port, 'other'));
      awaited.push(...sides.map((side, n) => awaited[n].then(() => side.send('echo', 1))));
      let settled = 0;
      for (const promise of awaited) settle(promise).then(() => settled++);
      for (let n = 0; n < step; n++) await (n < 12 ? Promise.resolve() : turn());
      sides[step % 2].destroy();
      for (let n = 0; n < step % 5; n++) await Promise.resolve();
      sides[(step + 1) % 2].destroy();
      const until = performance.now() + 2000;
      while (settled < awaited.length && performance.now() < until) await turn();
      if (settled < awaited.length) left.push(step);
    }
    return left;
  });
  t.assert.deepEqual(left, []);
});

/** Functions of the user that are called on the way, and in which the Parley is destroyed. */
const callbacks = {
  'a key listener': () => {
    state.subscribeKey('go', end);
    return state.setState({ go: 1 });
  },
  'a function as a strategy': () => between({ conflict: (a, b) => (end(), b) }, { conflict: (a, b) => b }),
  'a transaction': () => state.transaction(() => (end(), { go: 1 })),
  'the storage of a user': () => {
    const storage = { get: () => null, set: () => end(), delete() {} };
    const own = new SyncedState(parley, {}, { name: 'own', persist: { key: 'own', storage } });
    return Promise.all([own.ready, settle(own.setState({ go: 1 })), theEnd()]);
  },
  'the storage of a user, when it is read': () => {
    const storage = { get: () => (end(), null), set() {}, delete() {} };
    return new SyncedState(parley, {}, { name: 'own', persist: { key: 'own', storage } }).ready;
  },
  'what tells of a storage that fails': () => {
    const storage = {
      get() {
        throw new Error('no');
      },
      set() {},
      delete() {},
    };
    return new SyncedState(parley, {}, { name: 'own', persist: { key: 'own', storage, onError: end } }).ready;
  },
  'a link, when it is sent to': () => parley.connect({ send: end, close() {}, onframe: null, onclose: null }, 'link'),
  'a link, when it is closed': () => {
    settle(parley.connect({ send() {}, close: end, onframe: null, onclose: null }, 'link'));
    return parley.disconnect('link');
  },
  'a getter of a payload': () =>
    parley.send('echo', {
      get it() {
        end();
        return 1;
      },
    }),
  'a getter of a value': () =>
    state.setState({
      go: {
        get it() {
          end();
          return 1;
        },
      },
    }),
  'a getter of the options': () =>
    parley.send('echo', 1, {
      get timeout() {
        end();
        return 1000;
      },
    }),
  'a listener of a Leader': () => {
    const leader = new Leader(parley);
    return new Promise((resolve) => leader.subscribe(() => resolve(end())));
  },
  'a listener of a Presence': () => {
    new Presence(parley, 1).subscribe(end);
    const second = Parley.create({ channel: 'home' });
    new Presence(second, 2);
    return theEnd().then(() => second.destroy());
  },
  'a listener of a store': () => {
    store.subscribe(end);
    return store.dispatch({ type: 'add', by: 1 });
  },
  'the reaction to ready': () => parley.ready.then(end),
  'the reaction to a write': () => state.setState({ go: 1 }).then(end),
  'the validator of a state': () => between({ validate: () => (end(), true) }, {}),
  'a listener of conflicts': () =>
    between({ conflict: 'manual' }, { conflict: 'manual' }, (state) => state.onConflict(end)),
  "a getter of connect()'s options": () =>
    parley.connect(addFrame('frame'), 'frame', {
      get timeout() {
        end();
        return 60_000;
      },
    }),
  "a getter of broadcast()'s options": () =>
    parley.broadcast('note', 1, {
      get transfer() {
        end();
        return [];
      },
    }),
  "a getter of register()'s options": () =>
    parley.register('note', {
      get schema() {
        end();
        return () => true;
      },
    }),
};

scenario(
  'in every function of the user that is called on the way',
  async (t) => {
    const other = await t.open(t.a, peer, { channel: 'home' });
    const cast = `(args) => {
      (${peer})(args);
      window.store = new SyncedStore(parley, (sum, { by = 0 }) => sum + by, 0, { name: 'store' });
      window.ended = 0;
      window.end = () => { ended++; parley.destroy(); };
      window.theEnd = async () => { while (!ended) await turn(); };
      // Two windows write the same at the same time.
      window.between = async (one, two, listen = () => {}) => {
        const second = Parley.create({ channel: 'home' });
        const [a, b] = [new SyncedState(parley, {}, { name: 'own', ...one }), new SyncedState(second, {}, { name: 'own', ...two })];
        await Promise.all([a.ready, b.ready]);
        listen(a);
        settle(a.setState({ go: 1 }));
        settle(b.setState({ go: 2, more: 1 }));
        await theEnd();
        second.destroy();
      };
    }`;
    for (const [where, act] of Object.entries(callbacks)) {
      const one = await t.open(t.a, cast, { channel: 'home' });
      await one.eval(() => Promise.all([state.ready, store.ready]));
      const outcome = await one.eval((source) => {
        const never = new Promise((resolve) => setTimeout(resolve, 3000, { never: true }));
        const attempt = async () => (0, eval)(`(${source})`)();
        return Promise.race([settle(attempt()), never]);
      }, String(act));
      t.assert.ok(!outcome.never, `${where}: it hangs`);
      if (outcome.name) t.assert.ok(outcome.isParleyError, `${where}: ${JSON.stringify(outcome)}`);
      const later = await one.eval(async () => [
        ended > 0 && ended < 4,
        (await settle(parley.send('x'))).code,
        parley.peers,
      ]);
      t.assert.deepEqual(later, [true, 'ERR_DESTROYED', []], where);
      await other.until(() => parley.getConnectedTargets().length === 0);
      await one.tab.close();
    }
  },
  { timeout: 120_000 },
);
