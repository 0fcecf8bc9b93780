// Running a program to its end, within a time.
import { spawn } from 'node:child_process';

/** Resolves to what it printed; rejects when it fails, or is still alive after `patience` milliseconds. */
export function run(program, parameters, { cwd, patience = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, patience);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(said);
      else
        reject(
          new Error(`${program} ${parameters.join(' ')} ${late ? 'did not end' : `exited with ${code}`}\n${said}`),
        );
    });
  });
}

/** The same for a script of Node's. */
export const node = (parameters, options) => run(process.execPath, parameters, options);
