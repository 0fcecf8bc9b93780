// Who takes part. The raw channel comes first in every round: the others are measured in multiples of it.
import { readFileSync } from 'node:fs';

/** `id` names the file in adapters/; `imports` is what a user of it imports, for the weight. */
export const contenders = [
  { id: 'raw', name: 'raw channel' },
  { id: 'parley', name: 'parley-sync' },
  { id: 'penpal', name: 'Penpal', npm: 'penpal' },
  { id: 'comlink', name: 'Comlink', npm: 'comlink' },
  { id: 'parleyjs', name: 'ParleyJS', npm: 'ignite-parleyjs' },
  { id: 'redux-state-sync', name: 'redux-state-sync', npm: 'redux-state-sync' },
  { id: 'use-broadcast', name: 'use-broadcast-ts', npm: 'use-broadcast-ts' },
  { id: 'tinybase', name: 'TinyBase', npm: 'tinybase' },
  { id: 'yjs', name: 'Yjs', npm: 'yjs' },
  { id: 'loro', name: 'Loro', npm: 'loro-crdt' },
];

/** Ours and the peers', as they are installed. */
export function versionOf({ id, npm }) {
  const from = id === 'parley' ? '../pkg/package.json' : npm && `node_modules/${npm}/package.json`;
  return from && JSON.parse(readFileSync(new URL(from, import.meta.url), 'utf8')).version;
}
