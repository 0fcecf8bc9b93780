// Leader where there are no Web Locks: the windows agree. Everything runs in one process, so at every change it can be
// seen at once who leads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leader, Parley, createTestNetwork } from '../../pkg/index.js';
import { generator } from './lib.mjs';
import { VirtualTime } from './plain.lib.mjs';
import { line, pause, until } from './windows.mjs';

/** Windows with a Leader each; never may two of those that can hear each other lead. */
class Candidates {
  /** With `time`, waits are of virtual time. */
  constructor({ time, ...options } = {}) {
    this.time = time;
    this.network = createTestNetwork(options);
    this.all = [];
    this.apart = false;
    this.violations = [];
  }

  open(options) {
    const parley = this.network.createParley();
    const leader = new Leader(parley, options);
    const view = { parley, leader, told: leader.isLeader };
    leader.subscribe((leads) => {
      assert.equal(leads, leader.isLeader, 'what is told is so');
      assert.notEqual(leads, view.told, 'only changes are told');
      view.told = leads;
      this.check();
    });
    this.all.push(view);
    return view;
  }

  /** So many, one after the other: each later in virtual time than the one before. */
  async openInTurn(count) {
    const views = [];
    for (let n = 0; n < count; n++) {
      views.push(this.open());
      await this.time.pass(1);
    }
    return views;
  }

  check() {
    if (!this.apart && this.leading().length > 1) this.violations.push(this.leading().length);
  }

  leading() {
    return this.all.filter(({ leader }) => leader.isLeader);
  }

  close(view) {
    view.parley.destroy();
    this.all.splice(this.all.indexOf(view), 1);
  }

  /** Waits until `holds`; in virtual time no longer than `ms`. */
  async until(holds, ms) {
    if (!this.time) return until(holds);
    assert.ok(await this.time.pass(ms, holds), `not within ${ms} ms: ${holds}`);
  }

  async theOne() {
    await this.network.settle();
    await this.until(() => this.leading().length > 0, 1000);
    const leading = this.leading();
    assert.equal(leading.length, 1, 'exactly one leads');
    return leading[0];
  }

  destroy() {
    for (const view of [...this.all]) this.close(view);
    assert.deepEqual(this.violations, [], 'at no moment did two lead');
  }
}

/** A test in which time passes only where it says so: what it says of milliseconds holds on any machine. */
const inVirtualTime = (name, run) =>
  test(name, async () => {
    const time = new VirtualTime();
    time.install();
    try {
      await run(time);
    } finally {
      time.restore();
    }
  });

test('alone it leads at once, and no longer when it is over', async () => {
  const parley = Parley.create();
  const leader = new Leader(parley);
  const told = [];
  leader.subscribe((leads) => told.push([leads, leader.isLeader]));
  await parley.ready;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(leader.isLeader, true);
  leader.stepDown();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(leader.isLeader, true, 'there is nobody else');
  parley.destroy();
  assert.equal(leader.isLeader, false);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, [
    [true, true],
    [false, false],
    [true, true],
    [false, false],
  ]);
});

test('the first leads; when it goes the next does, at once', async () => {
  const windows = new Candidates();
  const [a, b, c] = [windows.open(), windows.open(), windows.open()];
  assert.equal(await windows.theOne(), a);
  windows.close(a);
  assert.equal(await windows.theOne(), b);
  b.leader.destroy();
  assert.equal(b.leader.isLeader, false);
  assert.equal(b.told, false, 'and it was told so');
  assert.equal(await windows.theOne(), c);
  const d = windows.open();
  assert.equal(await windows.theOne(), c, 'who leads stays');
  windows.close(c);
  assert.equal(await windows.theOne(), d);
  windows.destroy();
});

test('all at the same moment, connected before anyone asks', async () => {
  const windows = new Candidates({ seed: 3, latency: [0, 300] });
  const parleys = Array.from({ length: 6 }, () => windows.network.createParley());
  await windows.network.settle();
  windows.network.createParley = () => parleys.pop();
  for (let n = 0; n < 6; n++) windows.open();
  await windows.theOne();
  windows.destroy();
});

test('stepDown puts it behind the others', async () => {
  const windows = new Candidates();
  const [a, b, c] = [windows.open(), windows.open(), windows.open()];
  assert.equal(await windows.theOne(), a);
  a.leader.stepDown();
  assert.equal(a.leader.isLeader, false);
  await pause(5);
  assert.equal(await windows.theOne(), b);
  b.leader.stepDown();
  await pause(5);
  assert.equal(await windows.theOne(), c);
  c.leader.stepDown();
  await pause(5);
  assert.equal(await windows.theOne(), a);
  b.leader.stepDown();
  assert.equal(await windows.theOne(), a, 'who does not lead has nothing to step down from');
  windows.destroy();
});

test('names: several on one Parley, each once', async () => {
  const network = createTestNetwork();
  const [one, two] = [network.createParley(), network.createParley()];
  const first = new Leader(one);
  assert.throws(() => new Leader(one), { code: 'ERR_DUPLICATE_NAME' });
  const [mail, other] = [new Leader(one, { name: 'mail' }), new Leader(two, { name: 'mail' })];
  await network.settle();
  // Nobody has asked for the first name in the other window, which may still be about to.
  await until(() => first.isLeader);
  assert.deepEqual([mail.isLeader, other.isLeader], [true, false]);
  mail.stepDown();
  await network.settle();
  assert.deepEqual([first.isLeader, mail.isLeader, other.isLeader], [true, false, true]);
  first.destroy();
  first.destroy();
  const again = new Leader(one);
  await network.settle();
  await until(() => again.isLeader);
  assert.deepEqual([first.isLeader, again.isLeader], [false, true]);
  assert.throws(() => first.subscribe(() => {}), { code: 'ERR_DESTROYED' });
  for (const wrong of [undefined, {}, { on() {}, broadcast() {} }]) {
    assert.throws(() => new Leader(wrong), { code: 'ERR_ARGUMENT' });
  }
  for (const wrong of [5, { name: '' }, { nome: 'x' }])
    assert.throws(() => new Leader(two, wrong), { code: 'ERR_CONFIG' });
  assert.throws(() => again.subscribe(), { code: 'ERR_ARGUMENT' });
  one.destroy();
  two.destroy();
});

test('a listener that steps down when it leads: each has its turn, and nobody is told of the past', async () => {
  const windows = new Candidates();
  const [a, b] = [windows.open(), windows.open()];
  assert.equal(await windows.theOne(), a);
  const told = [];
  b.leader.subscribe((leads) => leads && b.leader.stepDown());
  b.leader.subscribe((leads) => told.push([leads, b.leader.isLeader]));
  a.leader.stepDown();
  await pause(5);
  assert.equal(await windows.theOne(), a);
  assert.deepEqual(told, []);
  windows.destroy();
});

inVirtualTime('a leader that falls silent is replaced within 3 s; one stays when it is heard again', async (time) => {
  const windows = new Candidates({ time });
  const [a, b, c] = await windows.openInTurn(3);
  assert.equal(await windows.theOne(), a);
  await time.pass(700);
  windows.apart = true;
  windows.network.partition([a.parley], [b.parley, c.parley]);
  const replaced = () => b.leader.isLeader || c.leader.isLeader;
  assert.equal(await time.pass(1400, replaced), false, 'not before a leader that sleeps doubts itself');
  assert.equal(await time.pass(1600, replaced), true, 'within 3 s');
  assert.equal(b.leader.isLeader && c.leader.isLeader, false);
  windows.network.heal();
  await windows.network.settle();
  await windows.until(() => windows.leading().length === 1, 1000);
  windows.apart = false;
  assert.equal(await windows.theOne(), a, 'who has led for longer stays');
  await time.pass(2500);
  assert.equal(await windows.theOne(), a);
  windows.destroy();
});

inVirtualTime('while all is well nothing changes', async (time) => {
  const windows = new Candidates({ time });
  const [a, b] = await windows.openInTurn(2);
  assert.equal(await windows.theOne(), a);
  const changes = [];
  for (const { leader } of [a, b]) leader.subscribe((leads) => changes.push(leads));
  assert.equal(await time.pass(60_000, () => !a.leader.isLeader), false, 'it leads all the time');
  assert.deepEqual(changes, []);
  windows.destroy();
});

inVirtualTime('a candidate that hangs does not keep the others from leading', async (time) => {
  const windows = new Candidates({ time });
  const [a, b, c] = await windows.openInTurn(3);
  assert.equal(await windows.theOne(), a);
  // b, the next in line, is frozen: connected, but nothing reaches it or comes from it.
  windows.apart = true;
  windows.network.partition([a.parley, c.parley], [b.parley]);
  windows.close(a);
  await windows.until(() => c.leader.isLeader, 3000);
  windows.network.heal();
  await windows.network.settle();
  await windows.until(() => windows.leading().length === 1, 1000);
  windows.destroy();
});

test('along a line of windows there is one leader, and one on each side when it breaks', async () => {
  const { parleys, cut } = await line(['a', 'b', 'c', 'd']);
  const leaders = parleys.map((parley) => new Leader(parley));
  const leading = () => leaders.map(({ isLeader }, at) => (isLeader ? at : '')).join('');
  await until(() => leading().length === 1);
  await pause(100);
  assert.equal(leading().length, 1);
  cut(1);
  await until(() => leading().length === 2);
  await pause(2500);
  const [one, two] = leading();
  assert.ok(one < 2 && two >= 2, leading());
  for (const parley of parleys) parley.destroy();
});

test('a channel in one process: one leader', async () => {
  const open = () => {
    const parley = Parley.create({ channel: 'leader-test' });
    return { parley, leader: new Leader(parley) };
  };
  const windows = [open(), open(), open()];
  const leading = () => windows.filter(({ leader }) => leader.isLeader);
  await until(() => leading().length === 1);
  windows.splice(windows.indexOf(leading()[0]), 1)[0].parley.destroy();
  await until(() => leading().length === 1);
  for (const { parley } of windows) parley.destroy();
});

const schedule = async (seed) => {
  const { below } = generator(seed);
  const windows = new Candidates({ seed, latency: [0, below(2) * 200] });
  windows.open();
  for (let steps = 5 + below(15); steps > 0; steps--) {
    const view = windows.all[below(windows.all.length)];
    const what = below(6);
    if (what < 2 && windows.all.length < 6) windows.open();
    else if (what === 2 && windows.all.length > 1) windows.close(view);
    else if (what === 3) view.leader.stepDown();
    else if (what === 4) await new Promise((resolve) => setImmediate(resolve));
    else {
      await windows.network.settle();
      await until(() => windows.leading().length === 1);
    }
  }
  await windows.network.settle();
  await until(() => windows.leading().length === 1);
  windows.destroy();
};

test('any schedule of opening, closing and stepping down', async () => {
  const only = process.env.PARLEY_SEED;
  const count = Number(process.env.PARLEY_SEEDS ?? 25);
  for (const seed of only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)]) {
    try {
      await schedule(seed);
    } catch (error) {
      assert.fail(`PARLEY_SEED=${seed} fails: ${error.stack}`);
    }
  }
});
