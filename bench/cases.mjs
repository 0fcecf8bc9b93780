// Each case runs in a page, where the package's names are globals, and returns the times of its rounds.

/** Request and response over a port, 1,000 one after the other, in microseconds each. */
export const echo = [
  {
    name: 'request and response over a port, 100 B',
    unit: 'us',
    args: {},
    async run({ rounds }) {
      const payload = { id: 1, text: 'x'.repeat(60), list: [1, 2, 3] };
      const raw = new MessageChannel();
      raw.port2.onmessage = ({ data }) => raw.port2.postMessage(data);
      const ask = () =>
        new Promise((resolve) => {
          raw.port1.onmessage = ({ data }) => resolve(data);
          raw.port1.postMessage(payload);
        });
      const own = new MessageChannel();
      const [a, b] = [Parley.create(), Parley.create()];
      await Promise.all([a.connect(own.port1, 'b'), b.connect(own.port2, 'a')]);
      b.on('echo', (value) => value);
      const time = async (call) => {
        const start = performance.now();
        for (let i = 0; i < 1000; i++) await call();
        return performance.now() - start;
      };
      const times = { own: [], raw: [] };
      for (let round = 0; round < rounds; round++) {
        times.raw.push(await time(ask));
        times.own.push(await time(() => a.send('echo', payload)));
      }
      a.destroy();
      b.destroy();
      return times;
    },
  },
];

/** One key changes in a state of so many, until the other side has it, over a BroadcastChannel. */
export const channel = [10, 1000, 10_000].map((keys) => ({
  name: `one key of ${keys} changes, over a BroadcastChannel`,
  unit: 'ms',
  args: { keys },
  async run({ rounds, keys }) {
    const [left, right] = [new BroadcastChannel('raw'), new BroadcastChannel('raw')];
    const [a, b] = [Parley.create({ channel: 'own' }), Parley.create({ channel: 'own' })];
    const initial = Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, i]));
    const [from, to] = [new SyncedState(a, initial), new SyncedState(b, {})];
    await Promise.all([a.ready, b.ready, from.ready, to.ready]);
    while (to.get(`k${keys - 1}`) === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    const times = { own: [], raw: [] };
    for (let round = 0; round < rounds * 20; round++) {
      let start = performance.now();
      await new Promise((resolve) => {
        right.onmessage = resolve;
        left.postMessage({ key: 'k1', value: `r${round}` });
      });
      times.raw.push(performance.now() - start);
      start = performance.now();
      await new Promise((resolve) => {
        const off = to.subscribeKey('k1', () => {
          off();
          resolve();
        });
        from.setState({ k1: `r${round}` });
      });
      times.own.push(performance.now() - start);
    }
    for (const one of [left, right]) one.close();
    for (const one of [a, b]) one.destroy();
    return times;
  },
}));

/** 10,000 writes to 100 keys in one turn until the other side agrees, against as many raw messages. */
export const turn = [
  {
    name: '10,000 writes to 100 keys in one turn, against 10,000 messages',
    unit: 'ms',
    args: {},
    async run({ rounds }) {
      const [left, right] = [new BroadcastChannel('raw'), new BroadcastChannel('raw')];
      const [a, b] = [Parley.create({ channel: 'own' }), Parley.create({ channel: 'own' })];
      const [from, to] = [new SyncedState(a, {}), new SyncedState(b, {})];
      await Promise.all([a.ready, b.ready, from.ready, to.ready]);
      const times = { own: [], raw: [], blocked: [] };
      for (let round = 0; round < rounds; round++) {
        let start = performance.now();
        await new Promise((resolve) => {
          let count = 0;
          right.onmessage = () => ++count === 10_000 && resolve();
          for (let i = 0; i < 10_000; i++) left.postMessage({ key: `k${i % 100}`, value: i });
        });
        times.raw.push(performance.now() - start);
        start = performance.now();
        await new Promise((resolve) => {
          const off = to.subscribeKey('done', () => {
            off();
            resolve();
          });
          for (let i = 0; i < 10_000; i++) from.setState({ [`k${i % 100}`]: i + round });
          from.setState({ done: round });
          times.blocked.push(performance.now() - start);
        });
        times.own.push(performance.now() - start);
      }
      for (const one of [left, right]) one.close();
      for (const one of [a, b]) one.destroy();
      return times;
    },
  },
];

/** A newcomer gets a state of 10,000 keys, against one raw message with the same object. */
export const late = [
  {
    name: 'a late window with 10,000 keys, against one message with the same object',
    unit: 'ms',
    args: {},
    async run({ rounds }) {
      const object = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key-${i}`, i]));
      const a = Parley.create();
      const from = new SyncedState(a, {});
      await from.setState(object);
      const times = { own: [], raw: [] };
      for (let round = 0; round < rounds; round++) {
        const raw = new MessageChannel();
        let start = performance.now();
        await new Promise((resolve) => {
          raw.port2.onmessage = ({ data }) => resolve(data);
          raw.port1.postMessage(object);
        });
        times.raw.push(performance.now() - start);
        const own = new MessageChannel();
        const b = Parley.create();
        const to = new SyncedState(b, {});
        await to.ready;
        start = performance.now();
        a.connect(own.port1);
        b.connect(own.port2);
        await new Promise((resolve) => to.subscribeKey('key-9999', resolve));
        times.own.push(performance.now() - start);
        b.destroy();
      }
      a.destroy();
      return times;
    },
  },
];
