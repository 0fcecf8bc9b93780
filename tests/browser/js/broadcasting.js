// To everyone, exactly once; and to one of several.
import { equal, parley, quiet, refused, until } from './harness.js';
import { table } from './table.js';
import { linkPair, meshed } from './wires.js';

/** One Parley with a peer on each kind of wire; b and d are also on its mesh. */
const crowd = async () => {
  const [hub, ...others] = await meshed(3);
  const wires = [new MessageChannel(), linkPair(), linkPair({ binary: true })];
  const more = [parley(), parley(), parley()];
  await Promise.all([
    hub.connect(wires[0].port1, 'port'),
    more[0].connect(wires[0].port2),
    hub.connect(wires[1].left, 'link'),
    more[1].connect(wires[1].right),
    hub.connect(wires[2].left, 'bytes'),
    more[2].connect(wires[2].right),
  ]);
  return { hub, others: [...others, ...more] };
};

export const { run, names } = table({
  async exactly_once_each() {
    const { hub, others } = await crowd();
    const seen = others.map(() => []);
    others.forEach((one, i) => one.on('news', (payload) => seen[i].push(payload) && undefined));
    let own = 0;
    hub.on('news', () => (own += 1));
    await hub.broadcast('news', { n: 1 });
    await hub.broadcast('news', { n: 2 });
    await until(() => seen.every((list) => list.length >= 2), 'everyone has both');
    await quiet();
    equal(seen, Array(5).fill([{ n: 1 }, { n: 2 }]));
    equal(own, 0, 'heard by the sender');
  },
  async two_ways_to_one_window_are_one_peer() {
    const [a, b] = await meshed(2);
    const { port1, port2 } = new MessageChannel();
    await Promise.all([a.connect(port1, 'b'), b.connect(port2, 'a')]);
    equal([a.peers.length, b.peers.length], [1, 1], 'peers');
    const seen = [];
    b.on('n', (n) => seen.push(n));
    await a.broadcast('n', 1);
    equal(await a.send('n', 2), 2);
    await quiet();
    equal(seen, [1, 2]);
  },
  async several_peers_need_a_name() {
    const { hub, others } = await crowd();
    await refused(hub.send('x'), 'ERR_TARGET_AMBIGUOUS');
    others.forEach((one, i) => one.on('who', () => i));
    equal(await hub.send('who', 0, { targetId: others[0].instanceId }), 0);
    equal(await hub.send('who', 0, { targetId: 'port' }), 2);
    equal(await hub.send('who', 0, { targetId: 'bytes' }), 4);
  },
  async nobody_is_no_error() {
    equal(await parley().broadcast('x', 1), undefined);
    await refused(parley().send('x'), 'ERR_TARGET_NOT_FOUND');
  },
  async an_object_cannot_be_handed_to_several() {
    const { hub } = await crowd();
    const { buffer } = new Uint8Array([1]);
    await refused(hub.broadcast('x', buffer, { transfer: [buffer] }), 'ERR_ARGUMENT');
    equal(buffer.byteLength, 1, 'what stayed here');
  },
  async a_message_without_a_handler_is_dropped_in_silence() {
    const [a, b] = await meshed(2);
    const told = [];
    b.onSystem('system:error', (error) => told.push(error));
    b.onSystem('system:rejected', (data) => told.push(data));
    await a.broadcast('unknown', 1);
    await quiet();
    equal(told, []);
  },
  async a_channel_of_another_name_is_another_mesh() {
    const [a] = await meshed(2);
    const [other] = await meshed(2);
    await quiet();
    equal([a.peers.length, other.peers.length], [1, 1]);
  },
  async both_ends_of_one_port_are_no_peer() {
    const a = parley();
    const { port1, port2 } = new MessageChannel();
    const both = [a.connect(port1, 'one', { timeout: 60 }), a.connect(port2, 'two', { timeout: 60 })];
    const ends = await Promise.all(both.map((each) => each.catch((error) => error.code)));
    equal(
      ends.every((code) => /^ERR_/.test(code)),
      true,
      `${ends}`,
    );
    equal(a.peers, []);
  },
});
