import type { Parley } from '../index.js';

/** What Comlink calls an endpoint. */
export interface ComlinkEndpoint {
  postMessage(message: any, transfer?: Transferable[]): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: {}): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: {}): void;
  start(): void;
}

/**
 * An endpoint over a connected peer, for `Comlink.wrap` and `Comlink.expose`. Messages have the type `comlink:${name}`, which grants may
 * name. `name` (default `'default'`) keeps several endpoints of one peer apart; both sides give the same.
 */
export function comlinkEndpoint(parley: Parley, targetId: string, options?: { name?: string }): ComlinkEndpoint;
