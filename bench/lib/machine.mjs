// Where it was measured, and whether something else was running there.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { contenders, versionOf } from '../contenders.mjs';
import { isOptimised } from './bundle.mjs';

export async function machine(browser) {
  return {
    date: new Date().toISOString().slice(0, 10),
    chromium: browser,
    node: process.versions.node,
    system: `${platform()} ${release()}`,
    processor: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    load: Number(loadavg()[0].toFixed(2)),
    commit: commit(),
    optimised: await isOptimised(),
    versions: Object.fromEntries(contenders.filter(versionOf).map((one) => [one.name, versionOf(one)])),
  };
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

/** What makes the numbers worth less, in words. */
export function warnings({ load, optimised }) {
  const busy = load > 0.5 * cpus().length;
  return [
    ...(busy ? [`the load average is ${load}: other programs are running, and these numbers are noise`] : []),
    ...(optimised ? [] : ['pkg/wasm is an unoptimised build: run `cargo xtask build` first']),
  ];
}
