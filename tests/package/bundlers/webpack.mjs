import { join } from 'node:path';
import webpack from 'webpack';

export function bundle(folder, out) {
  const compiler = webpack({
    mode: 'production',
    context: folder,
    entry: './main.js',
    output: { path: out, filename: 'main.js' },
    performance: false,
  });
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      const failure = error ?? (stats.hasErrors() || stats.hasWarnings() ? new Error(stats.toString()) : null);
      compiler.close(() => (failure ? reject(failure) : resolve(join(out, 'main.js'))));
    });
  });
}
