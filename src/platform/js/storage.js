// Where a state is stored: the page's localStorage, IndexedDB, or whatever a user gives.
//
// A storage exchanges: it reads both of its items, hands `[main, deleted]` to `turn`, and writes what `turn` left in the
// list as its third entry, `[main, deleted]` again; the fourth, `[suffix, raw]`, is something to be kept aside. Whatever can
// be done at once is done at once; otherwise a promise is returned.
import { makeError } from './errors.js';
import { hasNothing, update } from './indexed.js';
import { listen } from './listening.js';

const g = globalThis;
/** How long a lock or a user's storage may take, ms. */
const PATIENCE = 2000;
/** How long changes are collected, and how long they may wait for an idle moment after that, ms. */
const [COLLECT, IDLE] = [50, 500];
/** How often a storage is looked at that says nothing when this very page empties it, ms. */
const POLL_INTERVAL = 1000;

const named = (name) => Object.assign(new Error(name), { name });
const isThenable = (value) => typeof value?.then === 'function';
const itemsOf = (key) => [key, `${key}:deleted`];

const within = (promise) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(named('TimeoutError')), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** The next turn of the event loop, of which no throttling makes a second. */
const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new g.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/** Runs while no other window does; also without that where there are no locks, or none is to be had. */
const exclusively = (key, run) => {
  let started = false;
  // What the last one wrote may reach this process a moment after its lock does.
  const start = async () => {
    started = true;
    await turn();
    return run();
  };
  const manager = g.navigator?.locks;
  if (!manager) return run();
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  const alone = (error) => {
    if (started) throw error;
    return run();
  };
  try {
    return manager
      .request(`parley-sync:storage:${key}`, { signal: control.signal }, start)
      .catch(alone)
      .finally(() => clearTimeout(timer));
  } catch (error) {
    clearTimeout(timer);
    return alone(error);
  }
};

const getterOfStorage = () => Object.getOwnPropertyDescriptor(g, 'localStorage')?.get;
/** Node prints a warning when its own localStorage is looked at; outside of pages only another that somebody put there counts. */
const getterOfServer = typeof g.document === 'object' ? undefined : getterOfStorage();
const pageStorage = () =>
  getterOfServer !== undefined && getterOfStorage() === getterOfServer ? undefined : g.localStorage;

const local = (key) => {
  const storage = pageStorage();
  if (typeof storage?.getItem !== 'function') throw named('NotFoundError');
  const items = itemsOf(key);
  // Firefox loses what is written while a tab closes if nothing was asked of it before.
  storage.getItem(key);
  const put = (item, before, value) => {
    if (value === before) return;
    if (value === undefined) storage.removeItem(item);
    else storage.setItem(item, value);
  };
  const now = (turn) => {
    const image = items.map((item) => storage.getItem(item) ?? undefined);
    turn(image);
    const [main, deleted, next, aside] = image;
    if (aside) storage.setItem(key + aside[0], String(aside[1]));
    if (!next) return;
    // Deletions first: whatever happens in between, nothing that was deleted comes back.
    put(items[1], deleted, next[1]);
    put(items[0], main, next[0]);
  };
  return {
    structured: false,
    exchange: (turn, hurry) => (hurry ? now(turn) : exclusively(key, () => now(turn))),
    isGone: () => storage.getItem(key) === null,
    watch: (heard) => {
      const listener = ({ storageArea, key: item, newValue }) => {
        if (storageArea !== storage) return;
        const at = items.indexOf(item);
        if (newValue !== null && at >= 0) heard(at === 0 ? [newValue, undefined] : [undefined, newValue]);
        // Without a key all was cleared.
        else if (item === null || (newValue === null && at === 0)) heard(null);
      };
      return listen(g, 'storage', listener);
    },
  };
};

/** The database's one store of states; made when it is first opened. */
const openDatabase = () =>
  new Promise((resolve, reject) => {
    const request = g.indexedDB.open('parley-sync');
    request.onupgradeneeded = () => request.result.createObjectStore('states');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Writes what `change` makes of what is found, in one transaction: no other window comes in between. */
const changeIn = (database, key, change) =>
  new Promise((resolve, reject) => {
    const transaction = database.transaction('states', 'readwrite');
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
    const store = transaction.objectStore('states');
    const request = store.get(key);
    request.onsuccess = () => {
      try {
        store.put(change(request.result), key);
      } catch (error) {
        reject(error);
        transaction.abort();
      }
    };
  });

const indexed = (key) => {
  if (!g.indexedDB) throw named('NotFoundError');
  return {
    structured: true,
    isGone: () => hasNothing(key),
    exchange: (turn) => {
      // One transaction: no other window comes in between.
      const done = update(key, (found) => {
        const [main, deleted, kept] = Array.isArray(found) ? found : [found];
        const image = [main, deleted];
        turn(image);
        return image[2] && [...image[2], image[3]?.[1] ?? kept];
      });
      return within(done);
    },
  };
};

const custom = (storage, key) => {
  const items = itemsOf(key);
  let waits = false;
  const put = (item, before, value) => {
    if (value === before) return undefined;
    return value === undefined ? storage.delete(item) : storage.set(item, value);
  };
  const write = (turn, found) => {
    const image = found.map((value) => value ?? undefined);
    turn(image);
    const [main, deleted, next, aside] = image;
    const all = [aside && storage.set(key + aside[0], aside[1])];
    if (next) all.push(put(items[1], deleted, next[1]), put(items[0], main, next[0]));
    return all.some(isThenable) ? Promise.all(all).then(() => {}) : undefined;
  };
  const exchange = (turn) => {
    const found = items.map((item) => storage.get(item));
    if (!found.some(isThenable)) return write(turn, found);
    waits = true;
    return within(Promise.all(found).then((values) => write(turn, values)));
  };
  return {
    structured: false,
    // One that answers at once cannot be interrupted by this page's other code, and need not be kept from it.
    exchange: (turn, hurry) => (hurry || !waits ? exchange(turn) : exclusively(key, () => exchange(turn))),
  };
};

/** The storage of that kind, or around the user's own. Throws what the browser throws when it is denied. */
export function openStorage(kind, key) {
  if (kind === 'localStorage') return local(key);
  return kind === 'indexedDB' ? indexed(key) : custom(kind, key);
}

// A browser tells a page that is looked at of its going twice, by visibilitychange after pagehide. What only plays a browser may not
// do so, and nothing that asks it would be true before it is too late: so a name is asked for that all three engines have.
const HAS_TWO_LEAVE_EVENTS = 'WebKitCSSMatrix' in g;

/**
 * Calls `leaves` with whether the page may return, in the last event before it goes and after all other listeners of it:
 * what they write is still sent, and stored. Returns what ends it.
 */
export function watchLeaving(leaves) {
  const { document } = g;
  let last;
  const stops = [
    listen(g, 'pageshow', () => last?.()),
    // Those who began to listen meanwhile come first.
    listen(document, 'visibilitychange', () => {
      hide?.();
      hide = listen(g, 'pagehide', hides);
    }),
  ];
  const hides = ({ persisted }) => {
    last?.();
    if (!HAS_TWO_LEAVE_EVENTS || document?.visibilityState !== 'visible') return leaves(persisted);
    last = listen(g, 'visibilitychange', () => {
      last();
      leaves(persisted);
    });
  };
  let hide = listen(g, 'pagehide', hides);
  return () => {
    for (const stop of [...stops, hide, last]) stop?.();
  };
}

/** Calls `gone` when the storage may have been emptied; returns what ends it. */
const watchGone = (storage, gone) => {
  if (!storage.isGone) return () => {};
  const timer = setInterval(async () => {
    try {
      if (await storage.isGone()) gone();
    } catch {
      // The next exchange tells of what does not work.
    }
  }, POLL_INTERVAL);
  timer.unref?.();
  return () => clearInterval(timer);
};

/**
 * Calls `heard` with the image that another window stored, with null when the storage may have been emptied, with true when the
 * page is about to go or to sleep, and with undefined when it is back and may have missed something. Returns what ends it.
 */
export function watchStorage(storage, heard) {
  let ended = false;
  const gone = () => ended || heard(null);
  const stops = [storage.watch?.(heard), watchGone(storage, gone), watchLeaving(() => heard(true))];
  const on = (target, name, run) => stops.push(listen(target, name, run));
  on(g, 'pagehide', () => heard(true));
  on(g, 'pageshow', ({ persisted }) => persisted && heard(undefined));
  on(g.document, 'freeze', () => heard(true));
  on(g.document, 'visibilitychange', () => heard(g.document.visibilityState === 'hidden' ? true : undefined));
  return () => {
    ended = true;
    for (const stop of stops) stop?.();
  };
}

let storedHidden = 0;

/** Runs once, when the page has nothing else to do; returns what takes it back. */
export function whenIdle(run) {
  // A hidden page's timers are slow, and it may be discarded without a word: it waits for the end of the turn only, but
  // for what comes after that in the same second.
  const hidden = g.document?.visibilityState === 'hidden' && typeof g.MessageChannel === 'function';
  if (hidden && Date.now() - storedHidden > 1000) {
    storedHidden = Date.now();
    let wanted = true;
    turn().then(() => wanted && run());
    return () => {
      wanted = false;
    };
  }
  let idle;
  const timer = setTimeout(() => {
    if (typeof g.requestIdleCallback === 'function') idle = g.requestIdleCallback(() => run(), { timeout: IDLE });
    else run();
  }, COLLECT);
  return () => {
    clearTimeout(timer);
    if (idle !== undefined) g.cancelIdleCallback(idle);
  };
}

const REASONS = {
  missing: 'there is no such storage here; the state goes on in memory',
  denied: 'the storage may not be used here; the state goes on in memory',
  full: 'the storage is full; the state goes on in memory',
  failed: 'the storage failed; the state goes on in memory',
  timeout: 'the storage did not answer in time; the state goes on in memory',
  corrupt: 'what is stored is damaged; what could be read of it is used, and all of it is kept aside',
  value: 'a value cannot be stored',
  clock: 'stored stamps lie in the future; their values count as older than any write',
  version: 'what is stored is of another version; the state goes on in memory',
};

const reasonOf = (error) => {
  const name = error?.name;
  if (name === 'NotFoundError') return 'missing';
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'SecurityError') return 'denied';
  return name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED' ? 'full' : 'failed';
};

/** The error for a reason, or for what a storage threw; `details` says more. */
export function storageError(cause, key, details) {
  const reason = Object.hasOwn(REASONS, cause) ? cause : reasonOf(cause);
  const code = reason === 'version' ? 'ERR_SCHEMA_VERSION' : 'ERR_STORAGE';
  const message = `persist '${key}': ${REASONS[reason]}`;
  const error = makeError(code, message, { reason, key, ...details });
  if (reason !== cause) error.cause = cause;
  return error;
}
