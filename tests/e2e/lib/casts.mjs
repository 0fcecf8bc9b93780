// Page set-ups that many scenarios share. They run inside the page: nothing of this module is in scope there.

/**
 * An ordinary application page: a Parley, a state, a few handlers, and the frames it joins.
 * `connections[id]` is the outcome of each connect, `heard` what arrived, `changes` the listener calls.
 */
export function peer({ allowed, channel, options = {}, initial = {}, frames = [], name }) {
  window.parley = Parley.create({
    ...(allowed && { allowedOrigins: allowed }),
    ...(channel && { channel }),
    ...options,
  });
  window.events = record(parley);
  window.heard = [];
  parley.on('echo', (payload, respond, { origin }) => ({ echoed: payload, by: location.origin, asker: origin }));
  parley.on('note', (payload, respond, { origin }) => void heard.push({ payload, origin }));
  parley.on('never', (payload, respond, { signal }) => {
    heard.push('asked');
    signal.addEventListener('abort', () => heard.push('aborted'));
    return new Promise(() => {});
  });
  window.state = new SyncedState(parley, initial, name ? { name } : undefined);
  window.changes = watch(state);
  window.atReady = state.ready.then(() => canon(state.getState()));
  window.connections = {};
  for (const { id, src } of frames) connections[id] = settle(parley.connect(addFrame(id, src), id));
}

/** Many writes of every kind from a seed, in uneven bursts; a mark at the end says that all were made. */
export async function storm({ seed, writes, mark, keys = 40 }) {
  const below = random(seed);
  for (let i = 0; i < writes; i++) {
    const key = `k${below(keys)}`;
    const value = [{ mark, i }, i, `${mark}${i}`, new Date(i), new Map([[mark, i]])][below(5)];
    const kind = below(10);
    if (kind < 2) state.delete(key);
    else if (kind < 4) state.setState({ [key]: undefined });
    else if (kind < 6) state.setState({ [key]: value, [`k${below(keys)}`]: i });
    else if (kind < 7) state.setState((now) => ({ [key]: [mark, Object.keys(now).length] }));
    else state.setState({ [key]: value });
    if (below(12) === 0) await turn();
  }
  await state.setState({ [`done-${mark}`]: true });
}

/** A page of opaque origin whose own frames have theirs: what a sandbox would take from them too. */
export const opaquePage = (t, setup, args) => {
  const code = `import * as parleySync from '${t.a}/pkg/index.js';
    import * as helpers from '${t.a}/e2e/helpers.js';
    Object.assign(globalThis, parleySync, helpers);
    (${setup})(${JSON.stringify(args)});
    window.loaded = true;`;
  return `data:text/html,${encodeURIComponent(`<body><script type="module">${code}</script>`)}`;
};
