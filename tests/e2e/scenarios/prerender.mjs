// A prerendered page: nobody is heard before it is activated, and what it writes until then does not win over what a user chose.
import { reported } from '../browsers/undriven.mjs';
import { scenario } from '../lib/scenario.mjs';

/** The page that the user looks at, and leaves for the prerendered one. */
const visited = ({ next, report }) => {
  const tell = (what) => fetch(report, { method: 'POST', mode: 'no-cors', body: JSON.stringify(what) });
  const fail = (error) => tell({ error: String(error?.message ?? error) });
  const run = async () => {
    const parley = Parley.create({ channel: 'home' });
    const state = new SyncedState(parley, { theme: 'light' });
    await state.ready;
    while (parley.getConnectedTargets().length === 0) await pause(10);
    await state.setState({ theme: 'dark' }, { ack: 'all' });
    const rules = Object.assign(document.createElement('script'), { type: 'speculationrules' });
    rules.textContent = JSON.stringify({ prerender: [{ source: 'list', urls: [next] }] });
    addEventListener('storage', ({ key }) => key === 'written' && location.assign(next));
    document.head.append(rules);
  };
  run().catch(fail);
};

/** The first tab, which stays, and has what was chosen. */
const stays = ({ visit }) => {
  window.parley = Parley.create({ channel: 'home' });
  window.state = new SyncedState(parley, { theme: 'light' });
  parley.on('theme', () => state.get('theme'));
  window.open(visit, '_blank', 'noopener');
};

const prerendered = ({ report }) => {
  const tell = (what) => fetch(report, { method: 'POST', mode: 'no-cors', body: JSON.stringify(what) });
  const run = async () => {
    const seen = { prerendered: document.prerendering };
    const early = (name, ready) => ready.then(() => (seen[name] = document.prerendering));
    const alone = Parley.create();
    const parley = Parley.create({ channel: 'home' });
    const state = new SyncedState(parley, { theme: 'light' });
    const ready = [early('alone', alone.ready), early('parley', parley.ready), early('state', state.ready)];
    await state.setState({ theme: 'light', contrast: 'high' });
    await state.setState({ theme: 'blue' });
    localStorage.setItem('written', 1);
    await Promise.all(ready);
    Object.assign(seen, { shown: state.getState(), peers: parley.getConnectedTargets().length });
    seen.there = await parley.send('theme');
    tell(seen);
  };
  run().catch((error) => tell({ error: String(error?.message ?? error) }));
};

scenario(
  'ready waits for the activation, and a default written before loses to what the user chose',
  async (t) => {
    const seen = await reported((report) => {
      const next = t.url(t.a, prerendered, { report });
      return t.url(t.a, stays, { visit: t.url(t.a, visited, { next, report }) });
    });
    t.assert.deepEqual(seen, {
      prerendered: true,
      alone: false,
      parley: false,
      state: false,
      shown: { theme: 'dark', contrast: 'high' },
      peers: 1,
      there: 'dark',
    });
  },
  { needs: ['prerender'], timeout: 40_000 },
);
