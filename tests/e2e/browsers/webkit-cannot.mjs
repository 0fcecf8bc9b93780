// What WebKitGTK 2.50 or its driver cannot do, each with what was seen: the one place where its scenarios are left out.

/** Why a scenario that needs this ability is skipped. */
export const lacks = {
  crash: 'where the process of one page is killed, the driver ends the session: "page crash or hang"',
  freeze: 'WebKitWebDriver has no command that freezes a page',
  heap: 'WebKitWebDriver has no command that collects garbage or measures what is left',
  prerender: 'WebKit prerenders no page',
  compose: 'WebKitWebDriver has no command that composes as an input method does',
  stopServiceWorkers: 'WebKitWebDriver has no command that stops a service worker',
};

/** Scenarios by reason. */
const TABLE = [
  {
    why: 'WebKitGTK runs no extensions of the format that Chromium and Firefox share',
    scenarios: [
      'extension: content script, service worker and page of an extension share a state, also when the worker was stopped',
      'extension: a content script of Firefox, whose global is not the window of its page',
    ],
  },
  {
    why: 'a BroadcastChannel of a file: page delivers nothing, not even to a second one in the same page',
    scenarios: ['file: with localFiles two tabs of a page share a state'],
  },
  {
    why: 'structuredClone visits every index of an array that only says it is long, 0.5 s for 2 ** 24: its sender hangs itself',
    scenarios: [
      'hostile-data: lists that only say they are long',
      'refused-values: odd shapes are plain data or refused by name: depth, holes, getters, toJSON, large and small',
    ],
  },
  {
    why: 'storage and channels of a frame go by the whole origin of the top page: a page of a subdomain is another site',
    scenarios: [
      'partition: frames of one site in two pages of another reach each other by their channel; a frame of the own site is told nothing',
    ],
  },
  {
    why: 'its driver has private sessions only, and in those IndexedDB stores no Blob: "Error preparing Blob/File data"',
    scenarios: ['persist: IndexedDB: what no text can say too, and no window erases another'],
  },
  {
    why: 'nothing is unreadable there: a WebAssembly.Module arrives in a frame of another origin',
    scenarios: [
      'unreadable: a call to a cross-origin frame with such a payload rejects at once, and so does one with such an answer',
      'unreadable: a state with a cross-origin frame: the write is taken back, its writer is told by key, and the rest goes on',
      'unreadable: writes with options and transactions to a cross-origin frame reject, and are taken back whole',
      'unreadable: under each strategy with a cross-origin frame: the write is taken back, and the rest goes on',
      'unreadable: a store with a cross-origin frame: both sides are told, and the other actions go on',
      'unreadable: a window that comes later is ready with everything it can read',
      'unreadable: a restricted frame that cannot read a value, and one whose value cannot be read',
    ],
  },
  {
    why: "a page stands still that removes a frame in its load event while the frame's module awaits at its top level: `await fetch()` suffices",
    scenarios: ['site: no page is wider than a window of 400 px', 'site: no page is wider than a window of 1280 px'],
  },
];

/** The reason by the scenario's name. */
export const skips = new Map(TABLE.flatMap(({ why, scenarios }) => scenarios.map((name) => [name, why])));
