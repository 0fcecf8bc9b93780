// What several scenarios ask of a connection.
import assert from 'node:assert/strict';

/** The two are joined: each knows the other by kind and origin, asks it, and sees what it writes. */
export async function assertJoined(parent, child, { id = 'child', kinds = ['iframe', 'parent'] } = {}) {
  const [above, below] = await Promise.all([parent.eval(() => location.origin), child.eval(() => location.origin)]);
  const outcome = await parent.eval((id) => connections[id], id);
  assert.ok(outcome.value, `connect() resolves, was ${JSON.stringify(outcome)}`);
  assert.equal(outcome.value.id, id);
  assert.equal(outcome.value.kind, kinds[0]);
  assert.equal(outcome.value.origin, below);
  assert.equal(outcome.value.state, 'connected');
  assert.equal(await parent.eval((id) => parley.isConnected(id) && parley.getConnectionState(id), id), 'connected');
  assert.ok(await parent.eval((id) => parley.getConnectedTargets().includes(id), id));

  // A peer may be listed before it is connected.
  await child.until(() => parley.getConnectedTargets().length > 0);
  const seen = await child.eval(() => parley.peers.map(({ kind, origin, state }) => ({ kind, origin, state })));
  assert.deepEqual(seen, [{ kind: kinds[1], origin: above, state: 'connected' }]);

  const down = await parent.eval((id) => parley.send('echo', 'down', { targetId: id }), id);
  assert.deepEqual(down, { echoed: 'down', by: below, asker: above });
  const up = await child.eval(() => parley.send('echo', 'up'));
  assert.deepEqual(up, { echoed: 'up', by: above, asker: below });

  await parent.eval(() => state.setState({ fromAbove: 1 }));
  await child.until(() => state.get('fromAbove') === 1);
  await child.eval(() => state.setState({ fromBelow: 2 }));
  await parent.until(() => state.get('fromBelow') === 2);
}

/** All of these documents hold the same state, deep down; returns it. */
export async function assertAgree(views) {
  const states = await Promise.all(views.map((view) => view.eval(() => canon(state.getState()))));
  for (const [index, one] of states.entries())
    assert.equal(one, states[0], `${views[index].name} agrees with ${views[0].name}`);
  return states[0];
}

/** The call ended because its peer went: its end was noticed, before the call's own timeout and before it was silent for long. */
export function assertLost(outcome) {
  assert.equal(outcome.code, 'ERR_PEER_LOST', JSON.stringify(outcome));
  assert.ok(outcome.isParleyError, 'it is a ParleyError');
  assert.notEqual(outcome.details?.reason, 'timeout', 'it was not given up for its silence');
}
