// A host, proxies of another origin in it, and views of opaque origin in those: what the scenarios of views share.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { peer } from './casts.mjs';

/** What each of the three grants the next, unless a scenario says otherwise. */
export const TRUST = { messages: ['echo', 'note', 'never'], read: ['state.*'], write: ['state.*'] };

/** The host page of t.a, which lets in proxies of t.b. */
export const host = (t, args = {}) => t.open(t.a, peer, { allowed: [t.b], ...args });

/** Adds a proxy of t.b to a host page, connected in both directions. */
export async function proxy(t, page, { id = 'proxy', grants = TRUST } = {}) {
  const setup = `(args) => {
    (${peer})(args);
    connections.host = settle(parley.connect(window.parent, 'host', { grants: args.grants }));
  }`;
  const src = t.url(t.b, setup, { allowed: [t.a], grants });
  const connected = await page.eval(
    (id, src, grants) => settle(parley.connect(addFrame(id, src), id, { grants })),
    id,
    src,
    grants,
  );
  t.assert.equal(connected.value?.id, id, JSON.stringify(connected));
  const middle = await page.frame(id).loaded();
  t.assert.equal((await middle.eval(() => connections.host)).value?.id, 'host');
  return middle;
}

/** What a view's page runs: it names the origins that may talk to it, or lets in its parent, whoever that is. */
export function startView({ peer, allowed, anyOrigin, grants, initial = {} }) {
  peer({ allowed: anyOrigin ? [] : allowed, initial });
  const given = anyOrigin ? { anyOrigin, grants } : { ...(grants && { grants }) };
  if (anyOrigin || grants) connections.proxy = settle(parley.connect(window.parent, 'proxy', given));
}

/** The document of a view, as a `srcdoc`: the package comes from t.a by modules, with CORS. */
export function viewPage(t, { anyOrigin = false, grants, initial } = {}) {
  const args = JSON.stringify({
    allowed: [t.a, t.b],
    anyOrigin,
    grants: grants ?? (anyOrigin ? TRUST : undefined),
    initial,
  });
  return `<body><script type="module">
    import * as parleySync from '${t.a}/pkg/index.js';
    import * as helpers from '${t.a}/e2e/helpers.js';
    Object.assign(globalThis, parleySync, helpers);
    (${startView})({ peer: ${peer}, ...${args} });
    window.loaded = true;
  </script>`;
}

/** A proxy puts a view into its page, and connects it; with `again` also each later document of that frame. */
export async function insertView(
  t,
  middle,
  id,
  {
    grants = TRUST,
    relay,
    anyOrigin,
    viewSide,
    initial,
    again,
    html = viewPage(t, { anyOrigin, grants: viewSide, initial }),
  } = {},
) {
  const connected = await middle.eval(
    (id, srcdoc, options, again) => {
      const frame = addFrame(id, undefined, { sandbox: 'allow-scripts', srcdoc });
      const join = () => settle(parley.connect(frame, id, options));
      if (again)
        parley.onSystem('system:disconnected', (gone) => {
          if (gone.id === id && gone.reason === 'navigated') join();
        });
      return join();
    },
    id,
    html,
    { opaque: true, grants, ...(relay && { relay }) },
    again ?? false,
  );
  t.assert.equal(connected.value?.id, id, JSON.stringify(connected));
}

/** A view whose only script is inlined: bundled as its author would, with the package inside. */
export async function bundledView(grants) {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { Parley, SyncedState } from './pkg/index.js';
        const parley = Parley.create({ allowedOrigins: [] });
        parley.on('echo', (payload) => payload);
        const state = new SyncedState(parley, {});
        const grants = ${JSON.stringify(grants)};
        parley.connect(window.parent, 'proxy', { anyOrigin: true, grants }).then(() => {
          Object.assign(window, { parley, state, loaded: true });
        });`,
      resolveDir: fileURLToPath(new URL('../../..', import.meta.url)),
    },
    bundle: true,
    format: 'iife',
    minify: true,
    write: false,
  });
  const script = outputFiles[0].text.replaceAll('</script', '<\\/script');
  const policy = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'";
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><body><script>${script}</script>`;
}
