// Every public method with what it was not made for: a coded error or nothing, never a trap, and the object works on.
import { equal, fail, ok, Parley, ParleyError, parley, refused, state, SyncedState } from './harness.js';
import { show } from './same.js';
import { table } from './table.js';
import { linkPair, ported } from './wires.js';

const thrower = () => {
  throw new Error('mine');
};
const hostile = () =>
  new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower });

/** One of every kind of value that does not belong. */
const ODD = () => [
  null, true, false, 0, -1, NaN, Infinity, 1n, '', 'text', '\uD800', Symbol('s'), [], [undefined], {}, () => {}, new Date(NaN),
  new Map(), Object.create(null), new Proxy({}, {}), hostile(), new Proxy(() => {}, { apply: thrower, get: thrower }),
  { get timeout() { return thrower(); } }, { toString: thrower, valueOf: thrower }, Promise.resolve(1), globalThis, 'x'.repeat(1e5),
]; // prettier-ignore

/** Calls it; what it threw or rejected with must be ours, or the very error of the user's own getter. */
const survives = async (what, attempt) => {
  try {
    const value = attempt();
    await (value instanceof Promise ? Promise.race([value, new Promise((done) => setTimeout(done, 60))]) : value);
  } catch (error) {
    if (error instanceof ParleyError || error?.message === 'mine') return;
    fail(`${what} threw ${show(error)}`);
  }
};

const METHODS = {
  connect: (on, x) => [() => on.connect(x), () => on.connect(linkPair().left, x, { timeout: 1 }), () => on.connect(linkPair().left, 'odd', x)],
  disconnect: (on, x) => [() => on.disconnect(x)],
  on: (on, x) => [() => on.on(x, () => {}), () => on.on('odd', x)],
  once: (on, x) => [() => on.once(x), () => on.once('odd', x), () => on.once('odd', { signal: x })],
  register: (on, x) => [() => on.register(x, {}), () => on.register('odd', x), () => on.register('odd', { schema: x })],
  send: (on, x) => [() => on.send(x), () => on.send('echo', x), () => on.send('echo', 1, x), () => on.send('echo', 1, { transfer: x })],
  broadcast: (on, x) => [() => on.broadcast(x), () => on.broadcast('odd', x), () => on.broadcast('odd', 1, x)],
  onSystem: (on, x) => [() => on.onSystem(x, () => {}), () => on.onSystem('system:error', x)],
  isConnected: (on, x) => [() => on.isConnected(x)],
  getConnectionState: (on, x) => [() => on.getConnectionState(x)],
}; // prettier-ignore

const STATE_METHODS = {
  get: (on, x) => [() => on.get(x)],
  setState: (on, x) => [() => on.setState(x), () => on.setState({}, x), () => on.setState(() => x)],
  delete: (on, x) => [() => on.delete(x), () => on.delete('a', x)],
  subscribe: (on, x) => [() => on.subscribe(x)],
  subscribeKey: (on, x) => [() => on.subscribeKey(x, () => {}), () => on.subscribeKey('n', x)],
  applyRemoteUpdate: (on, x) => [() => on.applyRemoteUpdate(x)],
};

export const { run, names } = table({
  async parley_survives_wrong_arguments() {
    const { a, b } = await ported();
    b.on('echo', (value) => value);
    for (const [name, calls] of Object.entries(METHODS)) {
      for (const odd of [undefined, ...ODD()]) {
        for (const call of calls(a, odd)) await survives(`${name}(${brief(odd)})`, call);
        // A schema of the odd kind must not stay.
        a.register('echo', {});
      }
      equal(await a.send('echo', name, { targetId: 'b' }), name, `after ${name}`);
    }
  },
  async state_survives_wrong_arguments() {
    for (const [name, calls] of Object.entries(STATE_METHODS)) {
      const synced = state({ n: 0 });
      for (const odd of [undefined, ...ODD()])
        for (const call of calls(synced, odd)) await survives(`${name}(${brief(odd)})`, call);
      await synced.setState({ n: name });
      equal([synced.get('n'), synced.getState().n], [name, name], `after ${name}`);
    }
  },
  async constructors_survive_wrong_arguments() {
    for (const odd of ODD()) {
      await survives(`create(${brief(odd)})`, () => Parley.create(odd).destroy());
      await survives(`new SyncedState(${brief(odd)})`, () => new SyncedState(odd, {}).destroy());
      await survives(`new SyncedState(, ${brief(odd)})`, () => new SyncedState(parley(), odd).destroy());
      await survives(`new SyncedState(,, ${brief(odd)})`, () => new SyncedState(parley(), {}, odd).destroy());
      for (const option of [
        'allowedOrigins',
        'channel',
        'timeout',
        'limits',
        'instanceId',
        'logLevel',
        'targetType',
        'grants',
        'retries',
        'sendTimeout',
        'debug',
        'rateLimit',
        'maxPayloadSize',
        'heartbeat',
      ]) {
        await survives(`create({ ${option}: ${brief(odd)} })`, () => Parley.create({ [option]: odd }).destroy());
      }
    }
    await survives('create without arguments', () => Parley.create().destroy());
    await survives('new SyncedState()', () => new SyncedState());
  },
  async arguments_of_the_wrong_type_are_refused() {
    const { a } = await ported();
    for (const odd of [undefined, null, 1, {}, [], '', Symbol('s'), () => {}]) {
      for (const name of ['on', 'once', 'register', 'send', 'broadcast', 'onSystem']) {
        await refused(
          () => a[name](odd, name === 'register' ? {} : () => {}),
          'ERR_ARGUMENT',
          `${name}(${brief(odd)})`,
        );
      }
      await refused(a.disconnect(odd), 'ERR_ARGUMENT', `disconnect(${brief(odd)})`);
    }
    for (const odd of [undefined, null, 1, 'text', {}, [], Symbol('s')]) {
      await refused(() => a.on('x', odd), 'ERR_ARGUMENT', `on('x', ${brief(odd)})`);
      await refused(() => a.onSystem('system:error', odd), 'ERR_ARGUMENT', 'onSystem');
      await refused(a.connect(odd), 'ERR_ARGUMENT', `connect(${brief(odd)})`);
    }
    await refused(() => a.onSystem('system:unheard', () => {}), 'ERR_ARGUMENT');
  },
  async unknown_options_are_named() {
    const { a } = await ported();
    const synced = state({});
    const given = { timeOut: 5 };
    const attempts = {
      create: () => Parley.create(given),
      'create limits': () => Parley.create({ limits: given }),
      connect: () => a.connect(linkPair().left, 'x', given),
      send: () => a.send('x', 1, given),
      broadcast: () => a.broadcast('x', 1, given),
      register: () => a.register('x', given),
      SyncedState: () => new SyncedState(a, {}, given),
      setState: () => synced.setState({}, given),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const error = await refused(attempt, 'ERR_CONFIG', name);
      equal(error.details?.option, 'timeOut', `${name}: details.option`);
      ok(error.message.includes('timeOut'), `${name}: ${error.message}`);
    }
  },
  async options_of_the_wrong_type_are_named() {
    const { a } = await ported();
    const wrong = {
      create: [(options) => Parley.create(options), { timeout: -1, allowedOrigins: ['*'], channel: 1, instanceId: {} }],
      connect: [(options) => a.connect(linkPair().left, 'x', options), { timeout: 'soon', signal: {}, opaque: 1 }],
      send: [
        (options) => a.send('x', 1, options),
        { timeout: NaN, retries: -1, targetId: 1, signal: 1, transfer: 1, expectsResponse: 0 },
      ],
      broadcast: [(options) => a.broadcast('x', 1, options), { transfer: {} }],
      SyncedState: [
        (options) => new SyncedState(a, {}, options),
        { name: 1, diff: 'no', syncedKeys: 'all', debounceMs: -1, maxWaitMs: 'x' },
      ],
    };
    for (const [name, [call, options]] of Object.entries(wrong)) {
      for (const [option, value] of Object.entries(options)) {
        const error = await refused(() => call({ [option]: value }), 'ERR_CONFIG', `${name}({ ${option} })`);
        equal(error.details?.option ?? option, option, `${name}: details.option`);
        ok(error.message.includes(option), `${name}: ${error.message}`);
      }
    }
  },
  async errors_are_real_errors() {
    const error = await refused(() => Parley.create({ allowedOrigins: ['*'] }), 'ERR_CONFIG');
    ok(error instanceof Error && error.stack.length > 0, 'the stack');
    equal([error.name, Object.prototype.toString.call(error)], ['ValidationError', '[object Error]']);
    equal(Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(error))), Error.prototype, 'the chain');
  },
});

function brief(value) {
  try {
    return typeof value === 'string' ? value.slice(0, 9) : show(value).slice(0, 40);
  } catch {
    return 'hostile';
  }
}
