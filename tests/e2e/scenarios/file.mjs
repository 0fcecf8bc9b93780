// Pages opened from a disk: their origin is opaque, so their windows are connected by name, with grants, or say why they are not.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { scenario } from '../lib/scenario.mjs';

const PACKAGE = fileURLToPath(new URL('../../../pkg/wasm/parley-sync.iife.js', import.meta.url));
const HELPERS = `const settle = (promise) => promise.then(
  ({ id, origin }) => ({ id, origin }),
  ({ code, message }) => ({ code, message }),
);`;

/** A scenario with a folder of pages, each a script that runs once the package is there; `run` gets the address of the first. */
const onDisk = (name, pages, run) =>
  scenario(name, async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'parley-file-'));
    try {
      await run(t, await written(directory, pages));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

async function written(directory, pages) {
  for (const [name, script] of Object.entries(pages)) {
    const page = `<!doctype html><meta charset="utf-8"><body><script src="${pathToFileURL(PACKAGE)}"></script>
      <script>${HELPERS} const { Parley, SyncedState } = ParleySync; ${script}; window.loaded = true</script>`;
    await writeFile(join(directory, `${name}.html`), page);
  }
  return pathToFileURL(join(directory, `${Object.keys(pages)[0]}.html`)).href;
}

const GRANTS = "{ messages: ['echo'], read: ['state.*'], write: ['state.*'] }";
const parent = (options) => `
  window.parley = Parley.create({ allowedOrigins: [] });
  window.state = new SyncedState(parley, { n: 1 });
  parley.on('echo', (payload) => payload);
  document.body.insertAdjacentHTML('beforeend', '<iframe id="child" src="child.html"></iframe>');
  window.outcome = settle(parley.connect(document.getElementById('child'), 'child', ${options}))`;
const child = (call) => `
  window.parley = Parley.create({ allowedOrigins: [] });
  window.state = new SyncedState(parley, {});
  ${call}`;

for (const option of ['opaque', 'anyOrigin'])
  onDisk(
    `a page of a disk and its frame: each connects to the other, the frame with ${option}`,
    {
      parent: parent(`{ opaque: true, grants: ${GRANTS} }`),
      child: child(`window.outcome = settle(parley.connect(parent, 'host', { ${option}: true, grants: ${GRANTS} }))`),
    },
    async (t, address) => {
      const page = await (await t.visit(address)).loaded();
      const frame = await page.frame('child').loaded();
      t.assert.deepEqual(await page.eval(() => outcome), { id: 'child', origin: 'null' });
      t.assert.deepEqual(await frame.eval(() => outcome), { id: 'host', origin: 'null' });
      t.assert.equal(await frame.eval(() => parley.send('echo', 7)), 7);
      await frame.until(() => state.get('n') === 1);
      await frame.eval(() => state.setState({ n: 2 }));
      await page.until(() => state.get('n') === 2);
    },
  );

onDisk(
  'without the option the error says why',
  {
    parent: parent('{ timeout: 2000 }'),
    child: child("window.outcome = settle(parley.connect(parent, 'host', { timeout: 2000 }))"),
  },
  async (t, address) => {
    const page = await (await t.visit(address)).loaded();
    const outcome = await page.eval(() => outcome);
    t.assert.equal(outcome.code, 'ERR_ORIGIN', JSON.stringify(outcome));
    t.assert.match(outcome.message, /opaque: true/);
  },
);

const channel = (options) => `
  let code = 'none';
  try {
    window.parley = Parley.create({ channel: 'kiosk', ...${options} });
    window.state = new SyncedState(parley, { n: 0 });
  } catch (error) {
    code = error.code + ': ' + error.message;
  }
  window.code = code`;

onDisk(
  'a frame that has not called connect() is what the error names',
  { parent: parent(`{ opaque: true, grants: ${GRANTS}, timeout: 1500 }`), child: child('') },
  async (t, address) => {
    const page = await (await t.visit(address)).loaded();
    const outcome = await page.eval(() => outcome);
    t.assert.equal(outcome.code, 'ERR_TIMEOUT', JSON.stringify(outcome));
    t.assert.match(outcome.message, /opaque origin.*connect\(window\.parent, id, \{ opaque: true, grants \}\)/);
  },
);

onDisk(
  'a channel of such a page is refused by name: any page of the disk could join it',
  { page: channel('{}') },
  async (t, address) => {
    const page = await (await t.visit(address)).loaded();
    t.assert.match(await page.eval(() => code), /^ERR_CONFIG: .*file:.*localFiles: true/);
  },
);

onDisk(
  'with localFiles two tabs of a page share a state',
  { page: channel('{ localFiles: true }') },
  async (t, address) => {
    const pages = [await (await t.visit(address)).loaded(), await (await t.visit(address)).loaded()];
    for (const page of pages) t.assert.equal(await page.eval(() => code), 'none');
    await pages[0].until(() => parley.peers.length === 1);
    await pages[0].eval(() => state.setState({ n: 1 }));
    await pages[1].until(() => state.get('n') === 1);
    t.assert.equal(await pages[1].eval(() => parley.peers[0].origin), 'null');
  },
);
