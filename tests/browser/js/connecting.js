// Who is there, as each side sees it; and how a connection ends.
import { equal, events, fail, ok, parley, refused, sleep, until } from './harness.js';
import { table } from './table.js';
import { hold } from './time.js';

export const { run, names } = table({
  async the_peer_is_described({ a, toB, kind, origin }) {
    const [peer, ...others] = a.peers;
    equal(others, [], 'further peers');
    const { latency, ...rest } = peer;
    equal(rest, { id: toB, kind, origin, state: 'connected' }, 'the PeerInfo');
    ok(latency === undefined || latency >= 0, 'the latency');
  },
  async every_list_of_peers_agrees({ a, b, toA, toB }) {
    equal(a.getConnectedTargets(), [toB]);
    equal(b.getConnectedTargets(), [toA]);
    equal([a.isConnected(toB), a.isConnected('nobody')], [true, false], 'isConnected');
    equal(a.getConnectionState(toB), 'connected');
    equal(a.getConnectionState('nobody'), undefined);
    ok(Object.isFrozen(a.peers), 'the list is frozen');
  },
  async ids_are_random_and_distinct({ a, b }) {
    ok(/^[0-9a-f-]{16,}$/i.test(a.instanceId), `the id ${a.instanceId}`);
    ok(a.instanceId !== b.instanceId, 'two ids');
  },
  async ready_settles({ a, b }) {
    equal(await Promise.all([a.ready, b.ready]), [undefined, undefined]);
  },
  async disconnect_is_seen_on_both_sides({ a, b, toA, toB }) {
    const [atA, atB] = [a, b].map((one) => events(one, 'disconnected', 'connection_lost', 'connection_state_changed'));
    equal(await a.disconnect(toB), undefined);
    await until(() => b.peers.length === 0, 'b notices');
    const told = (seen) => seen.map(([kind, data]) => [kind, data.reason ?? data.currentState]);
    equal(told(atA), [
      ['disconnected', 'local'],
      ['connection_state_changed', 'disconnected'],
    ]);
    equal(told(atB), [
      ['disconnected', 'goodbye'],
      ['connection_state_changed', 'disconnected'],
    ]);
    equal(atB[0][1].id, toA);
    equal(atB[1][1], { targetId: toA, previousState: 'connected', currentState: 'disconnected' });
    equal(a.peers, [], 'the peers');
    ok(a.getConnectionState(toB) !== 'connected', 'what a says of b');
    equal(b.getConnectionState(toA), 'disconnected', 'what b says of a');
  },
  async after_disconnect_nothing_can_be_sent({ a, toB }) {
    await a.disconnect(toB);
    const error = await refused(a.send('x', 1, { targetId: toB }), 'ERR_TARGET_NOT_FOUND');
    equal(error.details, { targetId: toB });
    await refused(a.send('x', 1), 'ERR_TARGET_NOT_FOUND', 'without a target');
    equal(await a.disconnect(toB), undefined, 'a second disconnect');
    await refused(a.disconnect('nobody'), 'ERR_TARGET_NOT_FOUND', 'of a peer that never was');
    equal(await a.broadcast('x', 1), undefined, 'a broadcast to nobody');
  },
  async a_pending_call_ends_at_once_when_the_peer_leaves({ a, b, toB }) {
    b.on('never', () => new Promise(() => {}));
    const call = a.send('never', 0, { targetId: toB, timeout: 60_000 });
    call.catch(() => {});
    await sleep(10);
    // No timer runs any more: only the goodbye can end the call.
    hold();
    b.destroy();
    const error = await refused(call, 'ERR_PEER_LOST');
    equal(error.name, 'ConnectionError');
    equal(error.details, { targetId: toB, reason: 'goodbye' });
    equal(a.peers, [], 'the peers');
  },
  async destroy_rejects_what_is_pending({ a, b, toB }) {
    let signal;
    b.on('never', (_payload, _respond, metadata) => {
      ({ signal } = metadata);
    });
    b.on('never', () => new Promise(() => {}));
    const call = a.send('never', 0, { targetId: toB });
    call.catch(() => {});
    await until(() => signal, 'the message');
    a.destroy();
    await refused(call, 'ERR_DESTROYED');
    await until(() => signal.aborted, 'the handler hears of it');
    await until(() => b.peers.length === 0, 'the goodbye');
  },
  async destroyed_objects_say_so({ a, toB }) {
    a.destroy();
    a.destroy();
    const attempts = {
      connect: () => a.connect(new MessageChannel().port1),
      disconnect: () => a.disconnect(toB),
      on: () => a.on('x', () => {}),
      once: () => a.once('x'),
      register: () => a.register('x', {}),
      send: () => a.send('x', 1),
      broadcast: () => a.broadcast('x', 1),
      onSystem: () => a.onSystem('system:error', () => {}),
    };
    for (const [name, attempt] of Object.entries(attempts)) await refused(attempt, 'ERR_DESTROYED', name);
    equal(await a.ready, undefined, 'ready');
    equal([a.peers, a.getConnectedTargets(), a.isConnected(toB)], [[], [], false], 'what can still be asked');
  },
  async a_peer_of_its_own_id_is_found_by_it({ wire }) {
    if (wire !== 'port') return;
    const { port1, port2 } = new MessageChannel();
    const [a, b] = [parley({ instanceId: 'alice' }), parley({ instanceId: 'bob' })];
    const [info] = await Promise.all([a.connect(port1), b.connect(port2)]);
    equal([info.id, a.instanceId], ['bob', 'alice']);
    b.on('who', (_payload, _respond, { senderId }) => senderId);
    equal(await a.send('who', 0, { targetId: 'bob' }), 'alice');
  },
  async events_tell_the_connection_once({ wire }) {
    if (wire === 'channel') return;
    const a = parley();
    const seen = events(a, 'connected', 'reconnected', 'connection_state_changed');
    const { port1, port2 } = new MessageChannel();
    const info = await Promise.all([a.connect(port1, 'b'), parley().connect(port2, 'a')]).then(([first]) => first);
    equal(
      seen.map(([kind, data]) => [kind, data.id ?? `${data.previousState} to ${data.currentState}`]),
      [
        ['connection_state_changed', 'disconnected to connecting'],
        ['connected', 'b'],
        ['connection_state_changed', 'connecting to connected'],
      ],
    );
    equal(seen[1][1], info, 'the event tells what connect() gives');
    if (seen.length !== 3) fail('once');
  },
});
