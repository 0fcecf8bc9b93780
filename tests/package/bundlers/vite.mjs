import { build, createServer } from 'vite';

const common = (folder) => ({ root: folder, configFile: false, logLevel: 'error', base: './' });

export async function bundle(folder, out) {
  await build({ ...common(folder), build: { outDir: out, emptyOutDir: true } });
}

/** Vite's development server, which bundles nothing but its own copy of dependencies. */
export async function develop(folder) {
  const server = await createServer({ ...common(folder), server: { host: '127.0.0.1', port: 0, strictPort: false } });
  await server.listen();
  const { port } = server.httpServer.address();
  return { origin: `http://localhost:${port}`, stop: () => server.close() };
}
