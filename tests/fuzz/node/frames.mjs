// A peer that sends anything at all, beside honest windows. Nothing throws or hangs, what is refused changes nothing, what a
// peer may not see or write it neither sees nor writes, and the honest windows agree and go on as soon as it is gone.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { now, pass, quiet, realNow, takeTime, giveTimeBack } from './clock.mjs';
import { KEYS, SECRET, furnish, openLink, openNetwork, record } from './room.mjs';
import { assertSame, mutated, odd } from './values.mjs';

export const name = 'frames';
export const what = 'frames of every kind, real ones mutated and made-up ones, to a window among others';

/** No single frame may keep a window busy for so long, ms. */
const SLOW = 10_000;
const KINDS = 22;
const VERSION = 32;
const BYE = VERSION + 4;

let frames;

/** What crossed between two real windows. */
export const corpus = () => frames;

export async function setup() {
  takeTime(1);
  try {
    frames ??= await record();
  } finally {
    giveTimeBack();
  }
}

const STATES = ['s', 's', 's', 'secret', 'log', 'none', ['s', 2], ['s', 0]];
const ACTORS = [1, 2, 77, 2 ** 53 - 1];

const clock = (dice) =>
  (now() - 1_577_836_800_000 + dice.pick([0, -5000, 1000, 290_000, 400_000])) * 4096 + dice.below(3);

const vector = (dice, actors) =>
  new Float64Array(Array.from({ length: dice.below(4) }, () => [dice.pick(actors), dice.below(6)]).flat());

const cellName = (dice, actors) => {
  const key = dice.pick(KEYS);
  const actor = dice.pick(actors).toString(16);
  const suffix = dice.pick(['', '', 's', 'x', 'c', 'w', '.', './list', './list#e0:z', './n', '.#ta:0']);
  if (suffix === '') return key;
  return `${key}\0${suffix.startsWith('.') ? suffix : suffix + actor}`;
};

const cellValue = (dice, actors, name) => {
  const part = name.split('\0')[1]?.[0];
  const stamp = () => [clock(dice), dice.pick(actors)];
  if (part === 's') {
    const base = dice.once(2) ? [...stamp(), 'base'] : [null, null, undefined];
    const seen = Array.from({ length: dice.below(3) }, () => [dice.pick(actors), clock(dice)]).flat();
    const group = Array.from({ length: dice.below(4) }, () => dice.pick(KEYS));
    return [clock(dice), dice.pick([1, 'v', undefined]), ...base, seen, group, dice.pick(['', 'honest-0', 'liar'])];
  }
  if (part === 'x')
    return Array.from({ length: dice.below(3) }, () => [dice.pick(['', 's1', 's4d', 'c1']), ...stamp()]);
  if (part === 'c' || part === 'w') return [dice.pick([1, -1, 1e308]), ...(dice.once(2) ? stamp() : [])];
  if (part === '.')
    return [dice.below(8), dice.pick([null, 1, 'text', 'P--------0P', ['u', 1]]), ...(dice.once(2) ? stamp() : [])];
  return dice.once(4) ? odd(dice) : dice.pick([1, 'v', undefined, { list: ['h'] }]);
};

/** Digests of what a state or store holds. */
const contents = (dice) => Array.from({ length: dice.below(3) }, () => dice.pick([0, 7, 2 ** 53 - 1, null]));

/** A frame by the grammar, and of the names and times that are in use. */
const madeUp = (dice, actors, kind = dice.below(KINDS)) => {
  const tag = VERSION + kind;
  const label = dice.pick(STATES);
  const names = Array.from({ length: dice.between(1, 4) }, () => cellName(dice, actors));
  const values = names.map((cell) => cellValue(dice, actors, cell));
  const times = () => new Float64Array(names.map(() => clock(dice)));
  const dot = () => [dice.pick(actors), dice.between(1, 6)];
  const actions = () => {
    const dots = names.map(() => [...dot(), clock(dice)]);
    return [new Float64Array(dots.flat()), names.map(() => (dice.once(2) ? vector(dice, actors) : null)), names.map((text) => ({ type: 'add', value: text }))]; // prettier-ignore
  };
  const tip = () => new Float64Array([dice.below(3), now() - dice.below(9999), dice.pick(actors), dice.below(99)]);
  const id = dice.below(30);
  switch (kind) {
    case 0:
      return [
        tag,
        dice.pick(['evil', 'honest-0', 'honest-1', 'x']),
        dice.pick(['evil', 'honest-1']),
        'link',
        dice.once(2),
        false,
      ];
    case 1:
      return [
        tag,
        id,
        dice.pick(['echo', 'later', 'checked', 's:update', 'secret:update', 'log:update', 'nobody']),
        dice.pick([{ updates: { a: 'liar', f: 1 }, timestamp: now() }, odd(dice)]),
        dice.below(4),
      ];
    case 20:
    case 21:
      return [
        tag,
        id,
        dice.pick(['echo', 's:update', 'nobody']),
        odd(dice),
        dice.below(4),
        dice.pick(['evil', 'honest-0', 'honest-1', odd(dice)]),
        dice.pick(['tab', odd(dice)]),
        dice.pick(['https://a.example', odd(dice)]),
      ];
    case 2:
      return [tag, id, dice.once(2), dice.pick(['ERR_HANDLER', odd(dice)]), 'because'];
    case 3:
    case 5:
    case 6:
      return [tag, id];
    case 4:
    case 15:
      return [tag, dice.below(2)];
    case 7:
      return [tag, label, ...dot(), dice.once(2) ? vector(dice, actors) : null, times(), names, values];
    case 8:
      return [tag, label, vector(dice, actors), now() - dice.below(99999), dice.pick(actors)];
    case 9:
      return [
        tag,
        label,
        vector(dice, actors),
        vector(dice, actors),
        new Float64Array(names.flatMap(() => [clock(dice), dice.pick(actors), ...dot()])),
        names,
        values,
        dice.below(99),
        dice.once(2),
        ...contents(dice).slice(0, 1),
      ];
    case 10:
      return [tag, label, ...actions()];
    case 11:
      return [tag, label, vector(dice, actors), tip(), dice.pick(actors), ...contents(dice)];
    case 12:
      return [
        tag,
        label,
        vector(dice, actors),
        tip(),
        dice.once(2) ? [vector(dice, actors), null, { list: ['taken'] }] : null,
        ...actions(),
        dice.pick(actors),
        ...contents(dice),
      ];
    case 13:
      return [tag, label, vector(dice, actors)];
    case 16:
      return [tag, label, dice.below(99), dice.below(99), dice.once(2), ...contents(dice).slice(0, 1)];
    case 17:
      return [tag, dice.below(40)];
    case 18:
      return [tag, label, dice.below(3), odd(dice)];
    case 19: {
      const frame = madeUp(dice, actors, dice.pick([7, 9, 10, 12]));
      const place = () => [dice.below(3), ...Array.from({ length: dice.between(1, 4) }, () => dice.below(8))];
      return [tag, label, frame, Array.from({ length: dice.between(0, 3) }, place)];
    }
    default:
      return [tag, typeof label === 'string' ? label : label[0]];
  }
};

/** Actors and the like are told to whoever is let in: an attacker uses them. */
const overheard = (sent) => {
  const actors = new Set(ACTORS);
  for (const frame of sent.slice(-20)) {
    for (const part of Array.isArray(frame) ? frame : []) {
      if (part instanceof Float64Array)
        for (let at = 0; at < part.length && actors.size < 12; at += 2) actors.add(part[at]);
    }
  }
  return [...actors].filter((actor) => Number.isSafeInteger(actor) && actor > 0);
};

const next = (dice, stock, actors) => {
  const how = dice.below(8);
  if (how === 0) return odd(dice, true);
  if (how <= 2) return madeUp(dice, actors);
  if (how === 3) return mutated(madeUp(dice, actors), dice, { stock, now: now(), isAlive: true });
  let frame = dice.pick(stock);
  if (how === 4) return structuredClone(frame);
  for (let changes = dice.between(1, 3); changes > 0; changes--)
    frame = mutated(frame, dice, { stock, now: now(), isAlive: changes === 1 });
  return frame;
};

const holds = (value, text, seen = new Set()) => {
  if (typeof value === 'string') return value.includes(text);
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  if (value instanceof Map || value instanceof Set) return [...value].some((part) => holds(part, text, seen));
  return Object.keys(value).some((key) => key.includes(text) || holds(value[key], text, seen));
};

/** For people; whatever it is. */
const show = (value) =>
  inspect(value, { depth: 6, maxArrayLength: 16, breakLength: 120, showProxy: true }).slice(0, 1500);

/** One case; returns how many frames it sent. */
export async function run(dice) {
  takeTime(dice.next());
  const count = dice.between(2, 3);
  const { network, parleys, close } = await openNetwork(dice, count);
  const views = parleys.map((parley) => furnish(parley));
  let sent = 0;
  try {
    await network.settle();
    const isHeld = dice.once(2);
    const grants = isHeld ? { read: ['s.*', 'log.*'], write: ['s.*', 'log.*'] } : undefined;
    const wires = Array.from({ length: dice.between(1, 2) }, (_, at) => {
      const wire = openLink();
      const view = views[at % count];
      view.parley.connect(wire.link, undefined, { grants, timeout: 60_000 }).catch(() => {});
      if (!dice.once(10)) wire.inject([VERSION, `evil-${at}`, `evil-${at}`, 'link', true, false]);
      return { ...wire, view };
    });
    await quiet();
    for (let steps = dice.between(4, 40); steps > 0; steps--) {
      const what = dice.below(12);
      if (what === 0) {
        const view = dice.pick(views);
        view.state.setState({ [dice.pick(['a', 'b', 'c', 'f'])]: dice.below(9) }).catch(() => {});
        if (dice.once(2)) view.store.dispatch({ type: 'add', value: dice.below(9) }).catch(() => {});
        await quiet();
      } else if (what === 1) await network.settle();
      else if (what === 2) pass(dice.pick([10, 1500, 6000]));
      else {
        const wire = dice.pick(wires);
        const frame = next(dice, dice.once(3) && wire.sent.length > 0 ? wire.sent : frames, overheard(wire.sent));
        sent += 1;
        await deliver(wire, frame, isHeld);
      }
    }
    for (const wire of wires) {
      if (isHeld) assert.ok(!holds(wire.sent, SECRET), 'what a peer may not read never reaches it');
      const how = dice.below(3);
      if (how === 0) wire.inject([BYE, 0]);
      else wire.end();
    }
    await afterwards(network, views, isHeld);
  } finally {
    close();
    await quiet();
    giveTimeBack();
  }
  assert.equal({}.polluted, undefined, 'no prototype is polluted');
  return sent;
}

async function deliver({ inject, view }, frame, isHeld) {
  // A second later, so that each refusal is told for itself.
  pass(1001);
  await quiet();
  const { refused, told, heard } = view;
  const [state, secret, log] = [view.state.getState(), view.secret.getState(), view.store.getState()];
  const begun = realNow();
  try {
    inject(frame);
  } catch (error) {
    assert.fail(`a frame made it throw: ${error?.stack}\n${show(frame)}`);
  }
  const took = realNow() - begun;
  if (took > SLOW) assert.fail(`too slow: ${Math.round(took)} ms for ${show(frame)}`);
  if (view.refused === refused) return;
  const isSame = view.state.getState() === state && view.secret.getState() === secret && view.store.getState() === log;
  if (isSame && view.told === told && view.heard === heard) return;
  // Of a restricted peer's frame the cells that pass are applied, beside those that are denied.
  const isElsewhere = view.secret.getState() === secret && view.store.getState() === log;
  if (isHeld && view.codes.at(-1) === 'ERR_DENIED' && isElsewhere) return;
  assert.fail(`refused and yet applied: ${view.codes.at(-1)}, ${show(frame)}`);
}

const agree = (views, what) => {
  for (const part of ['state', 'secret', 'store']) {
    const [first, ...rest] = views.map((view) => view[part].getState());
    for (const other of rest) assertSame(other, first, `${part}: ${what}`);
  }
};

/** The honest windows among themselves. */
async function afterwards(network, views, isHeld) {
  await network.settle();
  // Who waited for somebody that is gone asks the others.
  for (let round = 0; round < 2; round++) {
    pass(6000);
    await network.settle();
  }
  agree(views, 'after the attack');
  if (isHeld) assert.deepEqual({ ...views[0].secret.getState() }, { hidden: SECRET }, 'what a peer may not write');
  for (const [at, view] of views.entries()) {
    pass(10);
    await view.state.setState({ f: `after ${at}`, [`new ${at}`]: at });
    await view.secret.setState({ by: at });
    await view.store.dispatch({ type: 'add', value: `after ${at}` });
    await network.settle();
    agree(views, `after the write of window ${at}`);
    assert.equal(views[0].state.get('f'), `after ${at}`);
    assert.equal(views[0].state.get(`new ${at}`), at);
    assert.equal(views[0].secret.get('by'), at);
    assert.equal(views.at(-1).store.getState().list.at(-1), `after ${at}`);
  }
  let answer;
  views[0].parley.send('echo', 'still', { targetId: 'honest-1', retries: 20, timeout: 500 }).then(
    (said) => (answer = said),
    (error) => (answer = error),
  );
  for (let round = 0; round < 20 && answer === undefined; round++) {
    await network.settle();
    pass(501);
  }
  assert.equal(answer, 'still', 'a question of one honest window to another');
  for (const view of views) {
    // Who sends a frame with a part missing is told of as one whose values cannot be read, and who goes on saying that it holds
    // something else as one that stays different. Of each other honest windows never say so: they agree in the end.
    const isForeseen = ({ code, details }) =>
      code === 'ERR_SCHEMA_VERSION' ||
      (['ERR_SERIALIZATION', 'ERR_CONFIG_MISMATCH', 'ERR_DIVERGED'].includes(code) &&
        details?.peer?.id.startsWith('evil'));
    const unforeseen = view.errors.filter((error) => !isForeseen(error));
    assert.deepEqual(unforeseen, [], 'errors that nobody made');
  }
}
