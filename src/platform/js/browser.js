// What of the surrounding global is there: a window, a worker, Node, a test's stub. Asked once for each Parley, never assumed.

import { makeError } from './errors.js';
import { listen } from './listening.js';

const g = globalThis;
const isTarget = (value) => typeof value?.addEventListener === 'function' && typeof value?.postMessage === 'function';

/** The window this code lives in, if it can hear and be heard; undefined in workers, Node and stubs. */
export function ownWindow() {
  return typeof g.window === 'object' && g.window === g && isTarget(g.window) ? g.window : undefined;
}

const isWorker = () => typeof g.WorkerGlobalScope === 'function' && g instanceof g.WorkerGlobalScope;

/** The global of a dedicated worker, which talks to the page that made it. */
export function ownWorker() {
  return isWorker() && isTarget(g) ? g : undefined;
}

/** The origin as the browser serialises it; undefined where there is none. */
export function ownOrigin() {
  const origin = g.origin ?? g.location?.origin ?? g.window?.location?.origin;
  return typeof origin === 'string' ? origin : undefined;
}

/** Whether this page was opened from a disk: its origin is opaque, and yet browsers let its channels reach others like it. */
export const isFile = () => g.location?.protocol === 'file:';

/** The windows that may be waiting for us. */
export function relatives() {
  const own = ownWindow();
  if (own === undefined) return [];
  const out = [];
  if (own.parent && own.parent !== own) out.push(own.parent);
  if (own.opener && own.opener !== own) out.push(own.opener);
  return out;
}

/** Whether this page is in a frame directly inside `window`. */
export function isOwnParent(window) {
  const own = ownWindow();
  return own !== undefined && own.parent !== own && own.parent === window;
}

/** What a window is to us, asked only of properties that every origin may read. */
export function kindOf(source) {
  const own = ownWindow();
  if (own === undefined) return 'link';
  try {
    // Any page that this one is inside of: a frame in a frame has several.
    for (let at = own; at.parent && at.parent !== at; at = at.parent) if (at.parent === source) return 'parent';
    if (source === own.opener) return 'opener';
    if (source.parent === own && source !== own) return 'iframe';
    if (source.parent !== source) return 'iframe';
    if (source.opener === own) return 'popup';
  } catch {
    // A window that is gone.
  }
  return 'tab';
}

/**
 * A window, those it is in, and those that opened any of them, up to our own. Asked only of what every origin may read, and so
 * nothing that a window could say of itself, though one that forgets its opener is no longer known to have had one.
 */
export function lineage(source) {
  const own = ownWindow();
  const out = [source];
  try {
    for (let i = 0; i < out.length && i < 64; i++)
      for (const next of [out[i].parent, out[i].opener])
        if (next && next !== own && !out.includes(next)) out.push(next);
  } catch {
    // A window that is gone.
  }
  return out;
}

/** 'tab', 'iframe', 'popup', 'worker' or 'link': what this context tells its same-origin mesh it is. */
export function ownKind() {
  const own = ownWindow();
  if (own === undefined) return isWorker() ? 'worker' : 'link';
  if (own.parent && own.parent !== own) return 'iframe';
  return own.opener ? 'popup' : 'tab';
}

// Surely of two sites: other schemes, or hosts that differ in their last two labels. Hosts below a public suffix of two labels
// are distinguished by the list of those suffixes only, which is too long to bring along.
const differ = (one, other) => {
  try {
    const [a, b] = [one, other].map((origin) => new URL(origin));
    const end = ({ hostname }) => (/^[\d.]+$|:/.test(hostname) ? hostname : hostname.split('.').slice(-2).join('.'));
    return a.protocol !== b.protocol || end(a) !== end(b);
  } catch {
    // An opaque origin is a site of its own.
    return true;
  }
};

/**
 * Calls `found` if this is a frame in a page of another site: then the browser keeps its channels, locks and storage apart from
 * those of its own site's tabs.
 */
export function findPartition(origin, found) {
  const own = ownWindow();
  if (own === undefined || !own.parent || own.parent === own || !origin || origin === 'null') return;
  const above = own.location?.ancestorOrigins ?? [own.document?.referrer].filter(Boolean);
  if ([...above].some((ancestor) => differ(origin, ancestor))) {
    queueMicrotask(found);
    return;
  }
  try {
    // Asks no permission. A frame of the page's own site has what it asks for.
    own.document.hasStorageAccess().then(
      (has) => has || found(),
      () => {},
    );
  } catch {
    // Not known here, or not in insecure contexts.
  }
}

/** Tells one document in a window from the next in the same window. */
export function documentMark() {
  return typeof g.performance?.timeOrigin === 'number' ? g.performance.timeOrigin : 0;
}

export function isHidden() {
  return g.document?.visibilityState === 'hidden';
}

/** Whether this document is prerendered: its channels and locks wait until it is activated. */
export function isPrerendered() {
  return g.document?.prerendering === true;
}

/** Calls `run` when it is activated. */
export function onActivation(run) {
  const stop = listen(g.document, 'prerenderingchange', () => {
    stop();
    run();
  });
}

/** 'window', 'iframe', 'port', 'worker', 'link' or '' for what connect() was given. Cross-origin windows allow few questions. */
export function targetKind(target) {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return '';
  try {
    if (target.window === target) return 'window';
    if (typeof target.send === 'function' && typeof target.close === 'function') return 'link';
    if (typeof target.tagName === 'string' && 'contentWindow' in target) return 'iframe';
    if (typeof target.postMessage !== 'function') return '';
    if (typeof target.addEventListener !== 'function' && typeof target.on !== 'function') return '';
    if (typeof target.terminate === 'function') return 'worker';
    if (typeof target.start === 'function') return 'port';
  } catch {
    // What cannot be asked is none of these.
  }
  return '';
}

/** The window inside a frame element now, or the window itself; null when it is gone. */
export function windowOf(target) {
  try {
    if (target.window === target) return target.closed ? null : target;
    return target.isConnected ? target.contentWindow : null;
  } catch {
    return null;
  }
}

export function randomBytes(bytes) {
  g.crypto.getRandomValues(bytes);
}

/** Milliseconds since 1970 for deadlines and spans. It goes on evenly, whatever the clock is set to while the page lives. */
export function now() {
  const { timeOrigin, now } = g.performance ?? {};
  return typeof now === 'function' && typeof timeOrigin === 'number' ? timeOrigin + g.performance.now() : Date.now();
}

/** What the clock shows, which may be set at any time: for stamps, and for times that people read. */
export function wall() {
  return Date.now();
}

/** Milliseconds for measuring spans: finer than the clock, and never set back. */
export function preciseNow() {
  return g.performance?.now?.() ?? Date.now();
}

/** Timers that never keep a process alive. */
export function setTimer(run, ms) {
  const id = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
  if (typeof id?.unref === 'function') id.unref();
  return id;
}

/** The same, but the process waits for it: somebody awaits its outcome. */
export function setDeadline(run, ms) {
  return setTimeout(run, Math.min(ms, 2 ** 31 - 1));
}

export function clearTimer(id) {
  clearTimeout(id);
}

export function soon(run) {
  queueMicrotask(run);
}

/** A BroadcastChannel that lets a process end, or undefined where there are none. */
export function openChannel(name) {
  if (typeof g.BroadcastChannel !== 'function') return undefined;
  try {
    const channel = new g.BroadcastChannel(name);
    if (typeof channel.unref === 'function') channel.unref();
    return channel;
  } catch {
    return undefined;
  }
}

const locks = () => {
  try {
    return g.navigator?.locks;
  } catch {
    return undefined;
  }
};

// A lock that is granted while a script waits in window.open() is taken back ("callback is no longer runnable", Chromium).
const LOCK_ATTEMPTS = 5;

/**
 * Holds the lock `name` for as long as this context lives, or until the returned function is called.
 * `held` is called once: with true when it is ours, with false where there are no locks (insecure contexts, opaque origins).
 */
export function holdLock(name, held) {
  const manager = locks();
  let release = () => {};
  let released = false;
  let reported = false;
  const tell = (ours) => {
    if (released || reported) return;
    reported = true;
    held(ours);
  };
  const done = new Promise((resolve) => {
    release = () => {
      released = true;
      resolve();
    };
  });
  const attempt = (left) => {
    const failed = () => {
      if (released) return;
      if (left > 1) setTimeout(() => attempt(left - 1), 10);
      else tell(false);
    };
    try {
      manager
        .request(name, () => {
          tell(true);
          return done;
        })
        .catch(failed);
    } catch {
      queueMicrotask(failed);
    }
  };
  if (manager) attempt(LOCK_ATTEMPTS);
  else queueMicrotask(() => tell(false));
  return release;
}

/** Calls `gone` once the holder of `name` has let go of it, by closing, crashing or leaving. */
export function watchLock(name, gone) {
  const manager = locks();
  if (!manager) return () => {};
  const control = new AbortController();
  try {
    manager.request(name, { signal: control.signal, mode: 'shared' }, () => gone()).catch(() => {});
  } catch {
    return () => {};
  }
  return () => control.abort();
}

/** The same of a lock that is held now, as far as that can be asked: the holder may be in another partition. What ends it. */
export function watchHolder(name, gone) {
  let stop;
  lockNames(name, (rest) => {
    if (stop === undefined && rest?.includes('')) stop = watchLock(name, gone);
  });
  return () => {
    stop?.();
    stop = () => {};
  };
}

/** The rest of the names of held locks that begin with `prefix`; null where that cannot be asked. */
export function lockNames(prefix, done) {
  const manager = locks();
  if (!manager || typeof manager.query !== 'function') {
    queueMicrotask(() => done(null));
    return;
  }
  const answer = (snapshot) =>
    snapshot.held.filter((lock) => lock.name.startsWith(prefix)).map((lock) => lock.name.slice(prefix.length));
  try {
    manager.query().then(
      (snapshot) => done(answer(snapshot)),
      () => done(null),
    );
  } catch {
    queueMicrotask(() => done(null));
  }
}

let textLoader;

/** Says how the engine that merges texts is loaded: a second wasm, for those who need it. */
export function setTextLoader(load) {
  textLoader = load;
}

/** The engine that merges texts; rejects with ERR_ENVIRONMENT where it cannot be loaded. */
export function loadTexts() {
  return new Promise((resolve) => resolve(textLoader())).catch((cause) => {
    const message =
      "the engine that merges text cannot be loaded here, so texts are merged as wholes: import 'parley-sync/text' at the top " +
      'of your script, as in a service worker, where import() is not allowed';
    throw Object.assign(makeError('ERR_ENVIRONMENT', message, { missing: ['parley-sync/text'] }), { cause });
  });
}

// Parts of the wasm that states ask for when they need them, by name: what starts one that is here, and how one comes.
const starts = new Map();
const loaders = new Map();
const loading = new Map();

/** A part is here: `start` instantiates it, once, when it is first needed. */
export function setPart(name, start) {
  starts.set(name, start);
}

/** Says how a part comes: `load` imports a module that calls `setPart`. */
export function setPartLoader(name, load) {
  loaders.set(name, load);
}

/** Starts a part if it is here. */
export function startPart(name) {
  const start = starts.get(name);
  starts.delete(name);
  start?.();
}

/** Fetches a part and starts it; rejects with ERR_ENVIRONMENT where that is impossible. A failure is not remembered. */
export function loadPart(name) {
  if (loading.has(name)) return loading.get(name);
  const load = async () => {
    try {
      await loaders.get(name)();
      startPart(name);
    } catch (cause) {
      const message =
        `the part of parley-sync for ${name} cannot be loaded here (${cause?.message ?? cause}): import what you use from ` +
        "'parley-sync/full', which has it from the start, as in a service worker, where import() is not allowed";
      throw Object.assign(makeError('ERR_ENVIRONMENT', message, { missing: ['parley-sync/full'] }), { cause });
    } finally {
      loading.delete(name);
    }
  };
  const promise = load();
  loading.set(name, promise);
  return promise;
}

/** Settles when no part is on its way. */
export async function partsLoaded() {
  while (loading.size > 0) await Promise.allSettled(loading.values());
}

// Loaded by way of this module: the glue imports four modules at once, no more and no fewer (xtask/src/test/browser.rs).
export { packRecords, unpackRecords } from './records.js';
export { isSamePage } from './hold.js';
export { listen, onRewritten } from './listening.js';
export { openStorage, storageError, watchLeaving, watchStorage, whenIdle } from './storage.js';
export { fragmentsOf, keepFragment, reassemble, newGaps, newPosted } from './unreadable.js';
export { fromLink, isChanged, linkForm, toLink } from './links.js';
export { silence, watchRemoval } from './waiting.js';
export { causeOf, isWorker, workerPort } from './workers.js';
