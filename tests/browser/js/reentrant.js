// Handlers that do, in the middle of being called, what one would rather they did later.
import { equal, events, ok, parley, quiet, refused, until } from './harness.js';
import { table } from './table.js';

export const { run, names } = table({
  async a_handler_destroys_its_own_parley({ a, b }) {
    b.on('end', () => {
      b.destroy();
      return 'too late';
    });
    await refused(a.send('end'), 'ERR_PEER_LOST');
    await refused(() => b.on('x', () => {}), 'ERR_DESTROYED');
    equal(a.peers, []);
  },
  async a_handler_destroys_the_callers_parley({ a, b }) {
    b.on('end', () => a.destroy());
    await refused(a.send('end'), 'ERR_DESTROYED');
    await until(() => b.peers.length === 0, 'the goodbye');
  },
  async a_handler_unsubscribes_itself({ a, b }) {
    const seen = [];
    const off = b.on('n', (n) => {
      off();
      seen.push(n);
    });
    b.on('n', () => 'other');
    equal(await a.send('n', 1), 'other');
    equal(await a.send('n', 2), 'other');
    equal(seen, [1]);
  },
  async a_handler_subscribes_another({ a, b }) {
    const seen = [];
    const off = b.on('n', (n) => {
      off();
      b.on('n', (later) => {
        seen.push(later);
      });
      seen.push(`first ${n}`);
    });
    await a.send('n', 1);
    equal(seen, ['first 1'], 'a handler is not called for the message that added it');
    await a.send('n', 2);
    equal(seen, ['first 1', 2]);
  },
  async a_handler_asks_back({ a, b }) {
    a.on('name', () => 'a');
    b.on('greet', async () => `hello ${await b.send('name')}`);
    equal(await a.send('greet'), 'hello a');
  },
  async a_handler_disconnects_its_caller({ a, b, toA }) {
    b.on('end', () => {
      b.disconnect(toA);
      return 1;
    });
    await refused(a.send('end'), 'ERR_PEER_LOST');
    equal(b.peers, []);
  },
  async a_system_listener_destroys_the_parley({ a, b }) {
    const seen = [];
    a.onSystem('system:disconnected', () => {
      seen.push('first');
      a.destroy();
    });
    b.destroy();
    await until(() => seen.length > 0, 'the event');
    await refused(() => a.once('x'), 'ERR_DESTROYED');
    equal(seen, ['first']);
  },
  async a_system_listener_that_throws_is_alone({ a, b }) {
    const reported = [];
    const { error: log } = console;
    console.error = (error) => reported.push(error);
    try {
      const seen = [];
      a.onSystem('system:disconnected', () => {
        throw new Error('mine');
      });
      a.onSystem('system:disconnected', ({ reason }) => seen.push(reason));
      b.destroy();
      await until(() => seen.length > 0, 'the event');
      equal(seen, ['goodbye']);
      equal(
        reported.map((error) => error.message),
        ['mine'],
        'the console',
      );
    } finally {
      console.error = log;
    }
  },
  async an_error_listener_that_throws_is_alone({ a, b }) {
    const { error: log } = console;
    const reported = [];
    console.error = (error) => reported.push(error);
    try {
      b.onSystem('system:error', () => {
        throw new Error('in the listener');
      });
      b.on('bad', () => {
        throw new Error('in the handler');
      });
      await refused(a.send('bad'), 'ERR_HANDLER');
      equal(
        reported.map((error) => error.message),
        ['in the listener'],
        'the console',
      );
    } finally {
      console.error = log;
    }
  },
  async on_system_takes_its_listener_away({ a, b }) {
    const seen = events(a, 'disconnected');
    const off = a.onSystem('system:disconnected', () => seen.push('off'));
    off();
    off();
    b.destroy();
    await until(() => seen.length > 0, 'the event');
    await quiet();
    equal(seen.length, 1);
  },
  async connecting_in_a_connected_event({ a }) {
    const { port1, port2 } = new MessageChannel();
    const more = new MessageChannel();
    const late = [parley(), parley()];
    const seen = [];
    a.onSystem('system:connected', ({ id }) => {
      seen.push(id);
      if (id === 'one') a.connect(more.port1, 'two');
    });
    late[1].connect(more.port2, 'a');
    await Promise.all([a.connect(port1, 'one'), late[0].connect(port2, 'a')]);
    await until(() => a.isConnected('two'), 'the second');
    equal(seen, ['one', 'two']);
    ok(a.getConnectedTargets().length >= 3, 'peers');
  },
  async a_getter_in_the_options_destroys_the_parley({ a }) {
    const options = {
      get timeout() {
        a.destroy();
        return 5;
      },
    };
    const call = a.send('x', 1, options);
    ok((await call.catch((error) => error.code)).startsWith('ERR_'), 'a coded error');
  },
});
