import type { Parley, PeerInfo } from './index.js';

export interface InspectOptions {
  /** What the inspector calls this window. Default: the title of the document. */
  name?: string;
}

/**
 * What becomes of the frames of a link, in both directions. 'open': they pass. 'paused': they wait, and the connection stays. 'delayed': each
 * comes `delay` milliseconds later, in order. 'lossy': the share `loss` (0 to 1) of them is dropped. 'cut': all are dropped, so that both
 * sides miss each other as if the wire had failed.
 */
export interface LinkSettings {
  mode?: 'open' | 'paused' | 'delayed' | 'lossy' | 'cut';
  delay?: number;
  loss?: number;
}

export interface InspectedLink extends PeerInfo {
  /** The other Parley's own random id, by which the same peer is known in several windows. */
  uid?: string;
  wire?: 'BroadcastChannel' | 'MessagePort' | 'Link' | '';
  /** Frames and about their bytes. Frames that were dropped do not count. */
  sent: { frames: number; bytes: number };
  received: { frames: number; bytes: number };
  gate: Required<LinkSettings> & { waiting: number; dropped: number };
}

export interface InspectedKey {
  key: string;
  /** About what it holds, as text; empty if it is deleted. */
  value: string;
  isDeleted?: boolean;
  /** Who wrote it last: `writer` of the same state in that window's report. */
  writer?: number;
  /** When, in milliseconds since 1970; 0 for initial values. */
  at?: number;
  /** The id of the peer by which this window first heard of another writer. */
  by?: string;
  candidates?: { value: string; from: string; at: number }[];
}

export interface TimelineEntry {
  number: number;
  at: number;
  /** 'write', the kind of a frame ('message', 'batch', ...), or a topic of the log ('rejected', 'error', 'connected', ...). */
  type: string;
  text: string;
  way?: 'sent' | 'received';
  peer?: string;
  bytes?: number;
  fate?: 'held' | 'dropped';
  level?: 'error' | 'warn' | 'info' | 'debug';
  code?: string;
  writer?: number;
  isOwn?: boolean;
  conflict?: number;
}

export interface InspectionReport {
  window: { uid: string; id: string; name: string; place: string; frozen: boolean };
  links: InspectedLink[];
  states: { name: string; kind: 'state' | 'store'; writer?: number; keys: number; entries: InspectedKey[] }[];
  timeline: TimelineEntry[];
  count: number;
}

export interface Inspection {
  /** What this window knows now, as plain values: the last 500 events among it. undefined once it is stopped. */
  report(): InspectionReport | undefined;
  /** Holds all that this window sends and receives; with false lets it go on, in order. Its scripts go on. */
  freeze(frozen?: boolean): void;
  /** Sets one link; without settings it is open again. ERR_ARGUMENT for an id that is not connected. */
  link(peer: string, settings?: LinkSettings): void;
  /** Opens all links again and shows nothing more. Destroying the Parley does it too. */
  stop(): void;
  [Symbol.dispose](): void;
}

/**
 * Lets every `<parley-inspector>` of this origin look into a Parley and control its links: for development. Windows of other origins
 * and the peers of the Parley receive nothing of it. A second call for the same Parley returns the same. Throws
 * ERR_ARGUMENT, ERR_DESTROYED.
 */
export function inspect(parley: Parley<any>, options?: InspectOptions): Inspection;

/** `<parley-inspector>`: shows all windows of this origin that called inspect(). Importing this module defines it. */
export class ParleyInspector extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    'parley-inspector': ParleyInspector;
  }
}
