import type { Awareness } from 'y-protocols/awareness';
import type { Doc } from 'yjs';
import type { Parley } from '../index.js';

export interface ParleyProviderOptions {
  /** Which document: both sides give the same. Messages have the type `yjs:${name}`, which grants may name. Default `'doc'`. */
  name?: string;
  /** Cursors and selections, as y-protocols shares them. */
  awareness?: Awareness;
}

/**
 * Shares a Yjs document with every connected peer, and passes on what one peer sends to all others: so it reaches tabs, frames of
 * other origins and their other tabs. Documents are compared when a peer connects, and every 5 seconds.
 */
export class ParleyProvider {
  constructor(parley: Parley, doc: Doc, options?: ParleyProviderOptions);
  readonly doc: Doc;
  readonly awareness?: Awareness;
  /** Stops sharing; the document stays as it is. Called when the document is destroyed. */
  destroy(): void;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}
