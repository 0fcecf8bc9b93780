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
    scenarios: ['hostile-data: lists that only say they are long'],
  },
  {
    why: 'its driver has private sessions only, and in those IndexedDB stores no Blob: "Error preparing Blob/File data"',
    scenarios: ['persist: IndexedDB: what no text can say too, and no window erases another'],
  },
];

/** The reason by the scenario's name. */
export const skips = new Map(TABLE.flatMap(({ why, scenarios }) => scenarios.map((name) => [name, why])));
