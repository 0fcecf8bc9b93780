import { join } from 'node:path';
import { build } from 'esbuild';

export async function bundle(folder, out) {
  const { warnings } = await build({
    entryPoints: [join(folder, 'main.js')],
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error(warnings.map((warning) => warning.text).join('\n'));
}
