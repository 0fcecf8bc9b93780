// What a peer sends that was let in: names that mean something, values that explode, frames that lie about their size, their
// time and their sender. Whatever it is, the others' states, messages and patience are as they were.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

const PLAIN = { page: 'plain.html' };

/** A victim with a friend in one frame; in another an attacker of the same, allowed, origin, who has joined by hand. */
async function besieged(t, setup = peer, args = {}) {
  const victim = await t.open(t.a, setup, {
    allowed: [t.a, t.b],
    initial: { safe: 1 },
    frames: [{ id: 'friend', src: t.url(t.b, setup, { allowed: [t.a], ...args }) }],
    ...args,
  });
  t.assert.ok((await victim.eval(() => connections.friend)).value);
  await victim.eval(
    (src) => void addFrame('enemy', src),
    t.url(t.b, () => {}, {}, PLAIN),
  );
  const enemy = await victim.frame('enemy').loaded();
  await enemy.eval(async () => {
    Object.assign(window, await byHand.joined(parent, 'enemy'));
    window.kind = (n) => 32 + n;
    window.hollow = (length) => Object.assign([], { length });
    window.sent = 0;
    window.attack = (...frames) => {
      for (const frame of frames) port.postMessage(frame);
    };
    /** All of it has been heard. */
    window.heard = async () => {
      const mark = ++sent;
      port.postMessage([byHand.PING, mark]);
      while (!frames.some((frame) => frame[0] === byHand.PONG && frame[1] === mark)) await turn();
    };
    /** A time as states stamp their writes: milliseconds since 2020, and a counter. */
    window.stamp = (ms = Date.now()) => (ms - Date.UTC(2020, 0, 1)) * 4096;
  });
  return { victim, friend: await victim.frame('friend').loaded(), enemy };
}

/** Both still talk, write and agree, and nothing of the page was changed. */
async function assertUnharmed(t, { victim, friend }) {
  t.assert.equal((await victim.eval(() => parley.send('echo', 1, { targetId: 'friend' }))).echoed, 1);
  const mark = `mark ${Math.random()}`;
  await friend.eval((mark) => state.setState({ mark, safe: 2 }), mark);
  await victim.until((mark) => state.get('mark') === mark && state.get('safe') === 2, mark);
  await victim.eval((mark) => state.setState({ back: mark }), mark);
  await friend.until((mark) => state.get('back') === mark, mark);
  for (const view of [victim, friend])
    t.assert.deepEqual(
      await view.eval(() => [{}.polluted, [].polluted, Object.keys(Object.prototype), typeof {}.toString]),
      [null, null, [], 'function'],
    );
}

scenario('lists that only say they are long', async (t) => {
  const cast = await besieged(t);
  await cast.victim.eval(() => void (window.store = new SyncedStore(parley, (count) => count + 1, 0)));
  await cast.enemy.eval(async () => {
    for (const n of [2 ** 30, 2 ** 31, 2 ** 32 - 1, 2863311531, 1431655766]) {
      for (const some of [0, 1, 3, 4]) {
        const numbers = new Float64Array(some);
        attack([kind(7), 'state', 77, 1, null, numbers, hollow(n), hollow(n)]);
        attack([kind(9), 'state', null, null, numbers, hollow(n), hollow(n)]);
        attack([kind(10), 'store', numbers, hollow(n), hollow(n)]);
        attack([kind(12), 'store', numbers, new Float64Array(4), null, numbers, hollow(n), hollow(n), 1]);
      }
      attack([kind(7), 'state', 77, 1, null, 1, ['k\0s4d'], [[1, 'v', null, null, undefined, hollow(n), [], 'x']]]);
      attack(
        [kind(7), 'state', 77, 1, null, 1, ['k\0x4d'], [hollow(n)]],
        [kind(n % 16), hollow(n), hollow(n)],
        hollow(n),
      );
    }
    await heard();
  });
  await assertUnharmed(t, cast);
  t.assert.equal(await cast.victim.eval(() => store.dispatch({ type: 'x' })), 1);
});

for (const conflict of ['last-write-wins', 'merge', 'manual'])
  scenario(`parts that stand in many places, under ${conflict}`, async (t) => {
    const setup = `(args) => {
      const Native = SyncedState;
      window.SyncedState = class extends Native { constructor(on, initial) { super(on, initial, { conflict: args.conflict }); } };
      (${peer})(args);
    }`;
    const cast = await besieged(t, setup, { conflict });
    await cast.enemy.eval(async () => {
      const values = [];
      for (let turns = 0; turns < 3; turns++) {
        let [a, b] = [1, 1];
        for (let i = 0; i < 60; i++)
          [a, b] =
            turns === 0
              ? [{ a, b: a }, a]
              : [
                  { a, b },
                  { a, b },
                ];
        values.push(a);
      }
      const loop = {};
      Object.assign(loop, { a: loop, b: loop, list: [loop] });
      values.push(loop, loop);
      values.forEach((value, i) => {
        attack([byHand.MESSAGE, i + 1, 'state:update', { updates: { plain: value } }, 0]);
        attack([kind(7), 'state', 77, i + 1, null, stamp() + i, ['framed'], [value]]);
      });
      await heard();
    });
    await cast.victim.until(() => Boolean(state.get('framed')?.a && state.get('plain')?.a));
    await assertUnharmed(t, cast);
  });

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', 'valueOf', '', '-1', '4294967294', '4294967295', 'then', '\0', '\0s1']; // prettier-ignore

scenario(
  'names that mean something to objects: types of messages and states, keys, paths, actions, presence',
  async (t) => {
    const setup = `(args) => {
    (${peer})(args);
    window.merged = new SyncedState(parley, {}, { name: 'merged', conflict: 'merge' });
    window.store = new SyncedStore(parley, (all, { type, key }) => [...all, [type, key]], []);
    window.presence = new Presence(parley, { seat: 1 });
  }`;
    const cast = await besieged(t, setup);
    await cast.victim.eval((names) => {
      window.told = [];
      window.others = {};
      for (const name of names.filter(Boolean)) {
        parley.on(name, (payload) => void told.push([name, payload]));
        window.others[`is ${name}`] = new SyncedState(parley, { own: 1 }, { name });
      }
    }, NAMES);
    await cast.enemy.eval(async (names) => {
      const evil = (value) => {
        const out = {};
        for (const key of names) Object.defineProperty(out, key, { value, enumerable: true });
        return out;
      };
      let [id, seq] = [0, 0];
      for (const name of names) {
        attack([byHand.MESSAGE, ++id, name, 'payload', 1]);
        attack([byHand.MESSAGE, ++id, `${name}:update`, { updates: evil({ polluted: name }) }, 0]);
        attack([kind(8), name, null, stamp(), 5], [kind(14), name], [kind(11), name, null, new Float64Array(4), 5]);
        attack([kind(7), name, 99, 1, null, stamp(), [name], [evil({ polluted: 1 })]]);
        attack([kind(7), 'state', 77, ++seq, null, stamp() + seq, [name], [evil({ polluted: name })]]);
        attack([byHand.MESSAGE, ++id, 'store:action', { action: { ...evil('x'), type: name, key: name } }, 0]);
      }
      attack([byHand.MESSAGE, ++id, 'state:update', { updates: evil(evil({ polluted: true })) }, 0]);
      attack([byHand.MESSAGE, ++id, 'merged:update', { updates: evil(evil({ polluted: 1 })) }, 0]);
      attack([byHand.MESSAGE, ++id, 'merged:update', { updates: evil(evil({ polluted: 2, more: [1] })) }, 0]);
      attack([byHand.MESSAGE, ++id, 'merged:update', { updates: evil('text') }, 0]);
      names.forEach((name, i) => {
        attack([
          kind(7),
          'merged',
          88,
          i + 1,
          null,
          stamp() + i,
          [`deep\0./${name}/polluted`],
          [[0, true, stamp(), 5]],
        ]);
        attack([
          kind(7),
          'presence',
          88,
          i + 1,
          null,
          stamp() + i,
          [name],
          [evil({ id: name, sees: names, value: evil(1) })],
        ]);
      });
      await heard();
    }, NAMES);
    const told = await cast.victim.eval(() => told.map(([name, payload]) => `${name}:${payload}`).sort());
    t.assert.deepEqual(
      told,
      NAMES.filter(Boolean)
        .map((name) => `${name}:payload`)
        .sort(),
    );
    for (const name of NAMES) {
      const [value, has] = await cast.victim.eval(
        (name) => [state.get(name), Object.hasOwn(state.getState(), name)],
        name,
      );
      if (!name.includes('\0')) t.assert.deepEqual([has, value !== null], [true, true], name);
    }
    await cast.victim.eval(async (names) => {
      const many = {};
      for (const key of names) Object.defineProperty(many, key, { value: 'own', enumerable: true });
      await Promise.all([
        state.setState(many),
        merged.setState(many),
        merged.setState({ deep: many }),
        presence.set(many),
      ]);
      for (const key of names) await store.dispatch({ type: key, key });
    }, NAMES);
    const [own, deep] = await cast.victim.eval((names) => [names.map((key) => state.get(key)), names.map((key) => Object.hasOwn(merged.get('deep'), key))], NAMES); // prettier-ignore
    t.assert.deepEqual([new Set(own), new Set(deep)], [new Set(['own']), new Set([true])]);
    await cast.friend.until((names) => names.every((key) => state.get(key) === 'own'), NAMES);
    await assertUnharmed(t, cast);
    t.expectConsole(/ERR_SCHEMA_VERSION/);
  },
);

scenario(
  'times that no window can have made, or that are none, wherever a frame names one',
  async (t) => {
    for (const conflict of ['last-write-wins', 'highest-version', 'manual', 'merge']) {
      const setup = `(args) => {
      const Native = SyncedState;
      window.SyncedState = class extends Native { constructor(on, initial) { super(on, initial, { conflict: args.conflict }); } };
      (${peer})(args);
    }`;
      const cast = await besieged(t, setup, { conflict });
      await cast.enemy.eval(async () => {
        const far = [2 ** 53 - 1, 2 ** 53 - 2, stamp(Date.UTC(2088, 0, 1)), stamp(Date.UTC(9999, 0, 1))];
        const none = [NaN, Infinity, -Infinity, 2 ** 53 + 2, 0.5, '1', null];
        const cells = (time) => [
          ['s', [time, 'evil', null, null, undefined, [], [], 'x']],
          ['s', [stamp(), 'evil', time, 5, 'base', [], [], 'x']],
          ['s', [stamp(), 'evil', null, null, undefined, [5, time], [], 'x']],
          [
            's',
            [stamp(), 'evil', null, null, undefined, [], [], 'x', [time, 'evil', null, null, undefined, [], [], 'x']],
          ],
          ['x', [['', time, 5]]],
          ['x', [['', stamp(), 5, time, 5, 'base']]],
          ['c', [1, time, 5]],
          ['.', [1, null, time, 5]],
          ['./a', [3, 1, time, 5]],
        ];
        let actor = 1000;
        for (const time of [...far, ...none]) {
          attack([kind(7), 'state', ++actor, 1, null, time, ['safe'], ['evil']]);
          attack([kind(8), 'state', null, time, 5]);
          for (const [part, cell] of cells(time)) {
            actor += 1;
            const name = `safe\0${part.startsWith('.') ? part : part + actor.toString(16)}`;
            attack([kind(7), 'state', actor, 1, null, stamp(), [name], [cell]]);
            const stamps = new Float64Array([stamp(), actor + 500, actor + 500, 1]);
            attack([kind(9), 'state', null, new Float64Array([actor + 500, 1]), stamps, [name], [cell]]);
          }
        }
        await heard();
      });
      const codes = await cast.victim.until(() => {
        const codes = events.filter(({ event }) => event === 'system:rejected').map(({ code }) => code);
        return codes.includes('ERR_CLOCK') && codes.includes('ERR_MALFORMED') && codes;
      });
      t.assert.ok(codes.length < 50);
      // Whoever writes now wins, here and there, and is not refused for a clock that was dragged along.
      await cast.victim.eval(() => state.setState({ safe: 'ours' }));
      t.assert.equal(await cast.victim.eval(() => state.get('safe')), 'ours', conflict);
      await cast.friend.until(() => state.get('safe') === 'ours');
      await assertUnharmed(t, cast);
    }
  },
  { timeout: 60_000 },
);

scenario('sequences, senders and answers that are somebody else’s', async (t) => {
  const cast = await besieged(t);
  await cast.friend.eval(() => {
    window.asked = 0;
    parley.on('slow', async () => {
      asked += 1;
      await pause(300);
      return 'genuine';
    });
  });
  const answer = cast.victim.eval(() => parley.send('slow', 1, { targetId: 'friend', timeout: 5000 }));
  await cast.friend.until(() => asked === 1);
  await cast.enemy.eval(async () => {
    for (let id = 0; id < 500; id++) attack([byHand.MESSAGE + 1, id, true, 'forged'], [byHand.MESSAGE + 2, id]);
    for (const id of [NaN, -1, 2 ** 53, Infinity, '1', 2 ** 32 + 1]) attack([byHand.MESSAGE + 1, id, true, 'forged']);
    const max = 2 ** 53 - 1;
    attack(
      [byHand.MESSAGE, 3, 'echo', 'one', 1],
      [byHand.MESSAGE, 3, 'echo', 'two', 1],
      [byHand.MESSAGE, max, 'echo', 'last', 1],
    );
    attack([byHand.MESSAGE, 4, 'echo', 'late', 1], [byHand.MESSAGE, max, 'echo', 'again', 1]);
    // A write with a hole before it, the last there can be, and the same once more; as actors of all kinds.
    for (const actor of [1, 77, max, 0, -1, NaN, 'x', null])
      for (const seq of [max, 2 ** 31, 5, 0, -1, 0.5, NaN])
        attack([kind(7), 'state', actor, seq, new Float64Array([actor, max, 5, max]), stamp(), ['hole'], ['evil']]);
    attack([kind(9), 'state', null, new Float64Array([77, max]), new Float64Array(0), [], []]);
    attack(
      [byHand.JOIN, 'friend', 'friend', 'iframe', true, true],
      [byHand.JOIN, 'x'.repeat(1e6), 'y'.repeat(1e6), 'iframe'],
    );
    await heard();
  });
  t.assert.equal(await answer, 'genuine');
  const answers = await cast.enemy.eval(() => frames.filter(([tag]) => tag === byHand.MESSAGE + 1).map(([, id, , value]) => [id, value?.echoed])); // prettier-ignore
  t.assert.deepEqual(answers.filter(([id]) => id < 10).sort(), [
    [3, 'one'],
    [4, 'late'],
  ]);
  t.assert.equal(await cast.victim.eval(() => parley.getConnectedTargets().filter((id) => id === 'friend').length), 1);
  await assertUnharmed(t, cast);
});
