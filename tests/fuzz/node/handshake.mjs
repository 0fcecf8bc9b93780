// A page and its frame that want each other, and a sibling that says anything it likes, with what it heard and with everything
// but the nonces that were meant for others. It never gets what is said to the frame, and the two are connected when it stops.
import assert from 'node:assert/strict';
import { quiet } from './clock.mjs';
import { Page, Wires, openChannel } from './page.mjs';
import { mutated, odd } from './values.mjs';

export const name = 'handshake';
export const what =
  'steps of the handshake from a sibling, reloads, in any order of arrival, in realms with the built package';

const [TOP, FRAME, EVIL] = ['https://top.example', 'https://frame.example', 'https://evil.example'];
const TOKEN = 'for the frame only';
const JOIN = 32;

const settle = async (wires, pages, dice) => {
  for (let rounds = 0; rounds < 400; rounds++) {
    await quiet();
    if (!wires.move((count) => (dice ? dice.below(count) : 0))) return;
  }
  assert.fail('they greet each other for ever');
};

/** An attacker's window: it keeps every port it gets or makes, and all that comes over them. */
class Evil {
  nonces = ['', 'guess'];
  steps = [];
  ports = [];
  got = [];
  constructor(page, wires) {
    Object.assign(this, { page, wires });
  }

  #keep(port) {
    this.ports.push(port);
    port.addEventListener('message', ({ data }) => this.got.push(data));
    port.start();
    return port;
  }

  /** Takes in what was posted to its window. */
  listen() {
    for (const { data, ports } of this.page.heard.splice(0)) {
      this.steps.push(data);
      if (typeof data?.nonce === 'string') this.nonces.push(data.nonce);
      ports.forEach((port) => this.#keep(port));
    }
  }

  say(dice, victims, known) {
    const to = dice.pick(victims);
    const step = dice.pick(['knock', 'hello', 'offer', 'offer', 'invite']);
    let data = {
      parley: 1,
      step,
      nonce: dice.pick(this.nonces),
      mark: dice.pick(known.marks),
      from: dice.pick(known.ids),
    };
    if (this.steps.length > 0 && dice.once(4)) data = dice.pick(this.steps);
    if (dice.once(4)) data = mutated(data, dice, { stock: [data, ...this.steps] });
    if (dice.once(16)) data = odd(dice);
    const ports = [];
    if (!dice.once(6)) {
      const { port1, port2 } = openChannel(this.wires);
      ports.push(port2);
      this.#keep(port1);
    }
    try {
      this.page.say(to, data, dice.pick(['*', TOP, FRAME]), ports);
    } catch {
      // No browser would send it.
    }
  }

  speak(dice, known) {
    if (this.ports.length === 0) return;
    const join = [
      JOIN,
      dice.pick(known.ids),
      dice.pick(['frame', 'evil', ...known.ids]),
      'iframe',
      dice.once(2),
      false,
    ];
    const port = dice.pick(this.ports);
    port.postMessage(dice.once(3) ? [JOIN + dice.below(16), odd(dice)] : join);
  }
}

/** One case; returns how many steps were taken. */
export async function run(dice) {
  const wires = new Wires();
  const top = new Page(wires, TOP);
  const frame = new Page(wires, FRAME, top);
  const isAllowed = dice.once(2);
  const evil = new Evil(new Page(wires, EVIL, top), wires);
  const guests = isAllowed ? [EVIL] : [];
  const known = { marks: [0, 1, NaN], ids: ['x'] };
  const got = [];
  const wrong = [];
  let upper;
  let lower;
  let isFrames = true;

  const openTop = () => {
    const { Parley } = top.load();
    upper = Parley.create({ instanceId: 'top', allowedOrigins: [FRAME, ...guests] });
    known.marks.push(top.mark);
    top.realm = undefined;
    upper.onSystem('system:connected', ({ id, origin }) => {
      if (id === 'frame' && origin !== FRAME) wrong.push(`the frame's id, from ${origin}`);
    });
    upper.connect(top.as(frame), 'frame', { timeout: 1e9 }).catch((error) => wrong.push(error.message));
  };
  const openFrame = () => {
    const { Parley } = frame.load();
    lower = Parley.create({ instanceId: 'frame-itself', allowedOrigins: [TOP, ...guests] });
    known.marks.push(frame.mark);
    lower.on('token', (payload) => void got.push(payload));
    if (dice.once(2)) lower.connect(frame.as(top), 'above', { timeout: 1e9 }).catch(() => {});
  };

  if (dice.once(2)) {
    openTop();
    openFrame();
  } else {
    openFrame();
    openTop();
  }
  let steps = 0;
  for (let left = dice.between(5, 70); left > 0; left--) {
    steps += 1;
    const what = dice.below(10);
    if (what <= 2) evil.say(dice, [top, frame], known);
    else if (what === 3) evil.speak(dice, known);
    else if (what === 4 && dice.once(6)) openFrame();
    else if (what === 5 && upper.isConnected('frame'))
      upper.send('token', TOKEN, { targetId: 'frame', expectsResponse: false }).catch(() => {});
    else {
      wires.move((count) => dice.below(count));
      evil.listen();
    }
    await quiet();
    if (!isAllowed) {
      const origins = [...upper.peers, ...lower.peers].map(({ origin }) => origin);
      assert.ok(!origins.includes(EVIL), 'whom nobody let in is a peer');
    }
  }
  await settle(wires, [top, frame], dice);
  for (let round = 0; round < 8 && !(isFrames = upper.isConnected('frame')); round++) {
    wires.time += 30_000;
    top.pass();
    frame.pass();
    await settle(wires, [top, frame]);
  }
  assert.ok(isFrames, 'the two are not connected when the others are silent');
  got.length = 0;
  upper.send('token', TOKEN, { targetId: 'frame', expectsResponse: false }).catch((error) => wrong.push(error.message));
  await settle(wires, [top, frame]);
  assert.deepEqual(got, [TOKEN], 'what is said to the frame arrives there, once');
  evil.listen();
  assert.ok(
    !JSON.stringify(evil.got.filter(Array.isArray)).includes(TOKEN),
    'what is said to the frame arrives at another',
  );
  assert.equal(upper.peers.filter(({ origin }) => origin === FRAME).length, 1, 'one frame is one peer');
  upper.destroy();
  lower.destroy();
  await settle(wires, [top, frame]);
  assert.deepEqual([...wrong, ...top.noise, ...frame.noise], []);
  return steps;
}
