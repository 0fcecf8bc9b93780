// Two loopback origins of different sites. Every page is cross-origin isolated: only then do its clocks show microseconds.
import { createServer } from 'node:http';

const TYPES = { js: 'text/javascript', wasm: 'application/wasm' };
const HEADERS = {
  // Nothing is kept: each import is the first one.
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};
const page = (script) => `<!doctype html><meta charset="utf-8" /><title>bench</title>${script}<body></body>`;

/** Serves these files, a page `/page/<id>` for each script `/<id>.js`, and `/empty`. */
export async function serve(files) {
  const answer = (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = files.get(pathname);
    if (file)
      return response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES[pathname.split('.').pop()] }).end(file);
    const id = /^\/page\/([\w-]+)$/.exec(pathname)?.[1];
    const body = id ? page(`<script type="module" src="/${id}.js"></script>`) : page('');
    const found = (id && files.has(`/${id}.js`)) || pathname === '/empty';
    response.writeHead(found ? 200 : 404, { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8' }).end(body);
  };
  const servers = [createServer(answer), createServer(answer)];
  const [first, second] = await Promise.all(
    servers.map((server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)))),
  );
  return {
    own: `http://a.localhost:${first}`,
    other: `http://b.localhost:${second}`,
    close: () => Promise.all(servers.map((server) => new Promise((done) => server.close(done).closeAllConnections()))),
  };
}
