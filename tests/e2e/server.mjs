// The loopback origins the scenarios play on. One process listens on two ports; every name under .localhost
// reaches it, so that sites, subdomains and strangers cost nothing.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Consoles } from './lib/consoles.mjs';
import { target as GENERATED } from '../../xtask/js/site/paths.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..');
const MOUNTS = [
  ['/e2e/', join(HERE, 'pages')],
  // Another build can stand in for the one in this tree, an unpacked tarball for example.
  ['/pkg/', process.env.PARLEY_PKG ?? join(ROOT, 'pkg')],
  ['/', join(ROOT, 'www')],
];
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Starts listening; `sites` are the origins, `close` ends it. */
export async function serve() {
  const servers = [createServer(), createServer()];
  const [first, second] = await Promise.all(servers.map(listen));
  const sites = {
    a: `http://a.localhost:${first}`,
    b: `http://b.localhost:${second}`,
    evil: `http://evil.localhost:${second}`,
    sub: `http://deep.sub.a.localhost:${first}`,
    wildcard: `http://*.a.localhost:${first}`,
  };
  const generated = new Map([['/origins.json', JSON.stringify({ first: sites.a, second: sites.b })]]);
  const consoles = new Consoles();
  for (const server of servers)
    server.on('request', (request, response) => {
      if (!consoles.take(request, response)) answer(request, response, generated, consoles.added(request));
    });
  return {
    sites,
    /** For a browser that tells nothing of consoles: has pages post theirs to `log` if its user agent ends in the token. */
    hear: (log) => consoles.hear(log),
    /** Serves this value as JSON from now on; returns its number. */
    publish(value) {
      const number = generated.size;
      generated.set(`/plan/${number}`, JSON.stringify(value));
      return number;
    },
    close: () => Promise.all(servers.map((server) => new Promise((done) => server.close(done).closeAllConnections()))),
  };
}

function listen(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

async function answer(request, response, generated, added) {
  const url = new URL(request.url, 'http://localhost');
  // Chromium keeps no page in its back/forward cache that must not be stored: ?keep makes one that may.
  const store = url.searchParams.has('keep') ? 'no-cache' : 'no-store';
  const headers = { 'Cache-Control': store, 'Access-Control-Allow-Origin': '*' };
  // ?coop=same-origin: a page that wants nothing to do with its opener.
  if (url.searchParams.has('coop')) headers['Cross-Origin-Opener-Policy'] = url.searchParams.get('coop');
  // A page that sends whoever asks elsewhere.
  const elsewhere = url.searchParams.get('redirect');
  if (elsewhere) return response.writeHead(302, { ...headers, Location: elsewhere }).end();
  // A page that is slow to arrive: ?slow=<ms>, at most ten seconds.
  const slow = Math.min(Number(url.searchParams.get('slow') ?? 0), 10_000);
  if (slow > 0) await new Promise((resolve) => setTimeout(resolve, slow));
  if (generated.has(url.pathname)) {
    return response.writeHead(200, { ...headers, 'Content-Type': TYPES['.json'] }).end(generated.get(url.pathname));
  }
  if (url.pathname === '/favicon.ico') return response.writeHead(204, headers).end();
  const path = decodeURIComponent(url.pathname);
  try {
    const { file, body } = await found(path);
    response
      .writeHead(200, { ...headers, 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
      .end(added && extname(file) === '.html' ? String(body).replace('<head>', `<head>${added}`) : body);
  } catch {
    response.writeHead(404, headers).end(`no ${url.pathname}`);
  }
}

async function found(path) {
  const own = locate(path, ['/', GENERATED]);
  try {
    return { file: own, body: await readFile(own) };
  } catch {
    const file = locate(path);
    return { file, body: await readFile(file) };
  }
}

function locate(path, mount = MOUNTS.find(([start]) => path.startsWith(start))) {
  const [prefix, folder] = mount;
  const rest = path.slice(prefix.length) || 'index.html';
  const file = normalize(join(folder, rest));
  // Outside its folder nothing is served, whatever the path says.
  return file.startsWith(folder + sep) ? file : folder;
}
