import * as vite from 'vite';

const common = (folder) => ({ root: folder, configFile: false, logLevel: 'error', base: './' });

/** The bundler of one version of Vite. */
export const bundlerOf = ({ build, createServer }) => ({
  async bundle(folder, out) {
    await build({ ...common(folder), worker: { format: 'es' }, build: { outDir: out, emptyOutDir: true } });
  },
  /** The development server, which bundles nothing but its own copy of dependencies. */
  async develop(folder) {
    const server = await createServer({ ...common(folder), server: { host: '127.0.0.1', port: 0, strictPort: false } });
    await server.listen();
    const { port } = server.httpServer.address();
    return { origin: `http://localhost:${port}`, stop: () => server.close() };
  },
});

export const { bundle, develop } = bundlerOf(vite);
