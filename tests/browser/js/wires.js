// Two Parleys and what is between them, in one page.
import { defer, parley, sleep, until } from './harness.js';

/**
 * Two ends of a user's link. Frames arrive in a task of their own, in order, as structured clones; what `filter` says no to
 * is lost. `log` holds every frame that was sent, whether or not it arrived.
 */
export function linkPair({ binary = false, filter = () => true } = {}) {
  const log = [];
  const make = (name) => ({
    name,
    binary,
    onframe: null,
    onclose: null,
    closed: false,
    send(frame, transfer) {
      if (this.closed) return;
      const copy = structuredClone(frame, { transfer });
      log.push({ from: name, frame: copy });
      if (filter(copy, name)) sleep(0).then(() => this.far.closed || this.far.onframe?.(copy));
    },
    /** What reaches the other end as if it had been sent from here. */
    inject(frame) {
      this.far.onframe?.(frame);
    },
    close() {
      this.closed = true;
    },
  });
  const [left, right] = [make('a'), make('b')];
  left.far = right;
  right.far = left;
  /** The wire breaks: both ends are told, nothing more is said. */
  const cut = () => {
    for (const end of [left, right]) {
      end.closed = true;
      end.onclose?.('cut');
    }
  };
  return { left, right, log, cut };
}

/** Two Parleys on a link; what `linkPair` gives, and both of them. */
export async function linked(options, ofA, ofB) {
  const link = linkPair(options);
  const [a, b] = [parley(ofA), parley(ofB)];
  await Promise.all([a.connect(link.left, 'b'), b.connect(link.right, 'a')]);
  return { a, b, ...link };
}

/** Two Parleys on a port each. */
export async function ported(ofA, ofB) {
  const { port1, port2 } = new MessageChannel();
  const [a, b] = [parley(ofA), parley(ofB)];
  await Promise.all([a.connect(port1, 'b'), b.connect(port2, 'a')]);
  return { a, b };
}

/** A Parley on one end of a port, and the other end as it is: for frames that no Parley would send. */
export async function bare(options) {
  const { port1, port2 } = new MessageChannel();
  const frames = [];
  port2.onmessage = (event) => frames.push(event.data);
  defer(() => port2.close());
  const a = parley(options);
  const connected = a.connect(port1, 'raw');
  return { a, port: port2, frames, connected };
}

let channels = 0;

/** Parleys on one mesh of their own, all of them connected. */
export async function meshed(count, options) {
  const channel = `test ${Date.now()} ${(channels += 1)}`;
  const all = Array.from({ length: count }, () => parley({ channel, ...options }));
  await until(() => all.every((one) => one.peers.length === count - 1), 'everyone on the mesh');
  return all;
}

const WIRES = {
  port: async () => ({ ...(await ported()), kind: 'port', origin: '', toB: 'b', toA: 'a', cut: undefined }),
  link: async () => ({ ...(await linked()), kind: 'link', origin: '', toB: 'b', toA: 'a' }),
  bytes: async () => ({ ...(await linked({ binary: true })), kind: 'link', origin: '', toB: 'b', toA: 'a' }),
  channel: async () => {
    const [a, b] = await meshed(2);
    return { a, b, kind: 'tab', origin: location.origin, toB: b.instanceId, toA: a.instanceId, cut: undefined };
  },
};

export function wireNames() {
  return Object.keys(WIRES);
}

/** What a case of the contract is about: two connected Parleys, and the id under which each knows the other. */
export async function openPair(wire) {
  return { wire, ...(await WIRES[wire]()) };
}
