// destroy() at any moment: in whatever callback it is called, nothing throws, nothing hangs, and the others are told.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** Where the Parley of a page is destroyed, and what makes that moment come: from the page itself, or from its peer. */
const moments = {
  'in a handler': {
    set: () => void parley.on('now', () => parley.destroy()),
    from: 'peer',
    make: (id) => settle(parley.send('now', null, { targetId: id })),
  },
  'in a handler that answers afterwards': {
    set: () =>
      void parley.on('now', (payload, respond) => {
        parley.destroy();
        respond('too late');
      }),
    from: 'peer',
    make: (id) => settle(parley.send('now', null, { targetId: id })),
  },
  'while its handler thinks': {
    set: () =>
      void parley.on('now', async () => {
        setTimeout(() => parley.destroy());
        await pause(50);
        return 'too late';
      }),
    from: 'peer',
    make: (id) => settle(parley.send('now', null, { targetId: id })),
  },
  'in a validator': {
    set: () => {
      parley.on('now', () => 1);
      parley.register('now', { schema: () => (parley.destroy(), true) });
    },
    from: 'peer',
    make: (id) => settle(parley.send('now', null, { targetId: id })),
  },
  'in a state listener, told of another window': {
    set: () => void state.subscribe(() => parley.destroy()),
    from: 'peer',
    make: () => state.setState({ go: 1 }),
  },
  'in a state listener, told of its own write': {
    set: () => void state.subscribe(() => parley.destroy()),
    from: 'self',
    make: () => settle(state.setState({ go: 1 })),
  },
  'in the function given to setState': {
    set: () => {},
    from: 'self',
    make: () => settle(state.setState(() => (parley.destroy(), { go: 1 }))),
  },
  "in a store's reducer": {
    set: () => {
      window.store = new SyncedStore(parley, (sum, { type }) => (type === 'go' && parley.destroy(), sum + 1), 0, {
        name: 'store',
      });
    },
    from: 'self',
    make: () => settle(store.dispatch({ type: 'go' })),
  },
  'while it is connecting': {
    set: () => {},
    from: 'self',
    make: () => {
      const outcome = settle(parley.connect(addFrame('never', 'about:blank'), 'never'));
      parley.destroy();
      return outcome;
    },
  },
  'in the answer to a call': {
    set: () => {},
    from: 'self',
    make: () => settle(parley.send('echo', 1).then(() => parley.destroy())),
  },
  'in an abort signal': {
    set: () => {},
    from: 'self',
    make: () => {
      const control = new AbortController();
      const outcome = settle(parley.send('never', null, { signal: control.signal }));
      control.signal.addEventListener('abort', () => parley.destroy());
      control.abort();
      return outcome;
    },
  },
  'in pagehide': {
    set: () => addEventListener('pagehide', () => parley.destroy()),
    from: 'self',
    make: (id, url) => void setTimeout(() => location.replace(url), 50),
  },
};

/** Two tabs on a channel, or a page and its frame of another origin. */
const casts = {
  'a tab of a channel': async (t) => {
    const one = await t.open(t.a, peer, { channel: 'home' });
    const other = await t.open(t.a, peer, { channel: 'home' });
    return { one, other };
  },
  'a frame of another origin': async (t) => {
    const src = t.url(t.b, peer, { allowed: [t.a] });
    const other = await t.open(t.a, peer, { allowed: [t.b], frames: [{ id: 'child', src }] });
    return { one: await other.frame('child').loaded(), other };
  },
};

for (const [who, cast] of Object.entries(casts)) {
  scenario(
    `${who}: in any callback`,
    async (t) => {
      const elsewhere = t.url(t.b, () => {}, {}, { page: 'plain.html' });
      for (const [when, { set, from, make }] of Object.entries(moments)) {
        const { one, other } = await cast(t);
        for (const view of [one, other]) await view.until(() => parley.getConnectedTargets().length === 1);
        const id = await other.eval(() => parley.getConnectedTargets()[0]);
        await other.eval((id) => {
          window.pending = settle(parley.send('never', null, { targetId: id, timeout: 60_000 }));
        }, id);
        await one.until(() => heard.includes('asked'));
        await one.eval(set);
        const outcome = await (from === 'self' ? one : other).eval(make, id, elsewhere);
        if (outcome?.code)
          t.assert.match(outcome.code, /ERR_(DESTROYED|PEER_LOST|ABORTED)/, `${when}: ${JSON.stringify(outcome)}`);
        t.assert.equal((await other.eval(() => pending)).code, 'ERR_PEER_LOST', when);
        await other.until((id) => !parley.isConnected(id), id);
        if (when !== 'in pagehide') {
          const later = await one.eval(async () => {
            parley.destroy();
            return [
              (await settle(parley.send('echo'))).code,
              parley.peers.length,
              parley.getConnectedTargets().length,
              typeof state.getState(),
            ];
          });
          t.assert.deepEqual(later, ['ERR_DESTROYED', 0, 0, 'object'], when);
        }
        await one.tab.close();
        if (one.tab !== other.tab) await other.tab.close();
      }
    },
    { timeout: 90_000 },
  );
}

scenario('in each system event: the others are told, and nothing comes after it', async (t) => {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const scenes = {
    'system:connected': () => settle(parley.connect(addFrame('child', src), 'child')),
    'system:connection_state_changed': () => settle(parley.connect(addFrame('child', src), 'child')),
    'system:disconnected': async () => {
      await parley.connect(addFrame('child', src), 'child');
      await parley.disconnect('child').catch(() => {});
    },
    'system:connection_lost': async () => {
      const frame = addFrame('child', src);
      await parley.connect(frame, 'child');
      frame.remove();
    },
    'system:reconnected': async () => {
      const frame = addFrame('child', src);
      await parley.connect(frame, 'child');
      frame.src += '&again';
    },
    'system:rejected': () => void postMessage({ parley: 99, step: 'hello' }, '*'),
    'system:error': () => {
      state.subscribe(() => {
        throw new Error('of a listener');
      });
      state.setState({ go: 1 });
    },
  };
  for (const [event, make] of Object.entries(scenes)) {
    const page = await t.open(
      t.a,
      ({ allowed }) => {
        window.parley = Parley.create({ allowedOrigins: allowed });
        window.state = new SyncedState(parley, {});
        window.after = [];
      },
      { allowed: [t.a, t.b] },
    );
    await page.eval(
      (source, event, src) => {
        window.src = src;
        for (const other of Object.values(SYSTEM_EVENTS))
          parley.onSystem(other, () => window.destroyed && after.push(other));
        parley.onSystem(event, () => {
          parley.destroy();
          window.destroyed = true;
        });
        void (0, eval)(`(${source})`)();
      },
      String(make),
      event,
      src,
    );
    await page.until(() => window.destroyed);
    await page.eval(() => pause(50));
    t.assert.deepEqual(await page.eval(() => [parley.peers, parley.getConnectedTargets()]), [[], []], event);
    t.assert.equal((await page.eval(() => settle(parley.send('x')))).code, 'ERR_DESTROYED', event);
    await page.tab.close();
  }
});
