import { join } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

export async function bundle(folder, out) {
  const warnings = [];
  const build = await rollup({
    input: join(folder, 'main.js'),
    plugins: [nodeResolve({ browser: true })],
    onwarn: (warning) => warnings.push(warning.message),
  });
  await build.write({ dir: out, format: 'es' });
  await build.close();
  if (warnings.length > 0) throw new Error(warnings.join('\n'));
}
