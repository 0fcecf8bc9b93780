// How inspected windows and inspectors meet: over a BroadcastChannel, so only within one origin (and one
// storage partition), and only windows that called inspect().

const CHANNEL = 'parley-sync:inspector';

/** A viewer says this often that it looks, ms. */
const WATCH_EVERY = 1000;
/** A window reports until nobody has looked for this long, ms; a hidden viewer says so less often. */
const WATCHED_FOR = 3000;
/** While somebody looks, a window reports this often if something changed, ms. */
const REPORT_EVERY = 150;
/** A window that leaves so many questions in a row unanswered is taken for gone. */
const UNANSWERED = 4;
/** What a viewer keeps of each window's timeline. */
const KEPT = 1000;

const open = () => {
  // The channel of an opaque or a file's origin is no origin's.
  if (typeof BroadcastChannel !== 'function' || globalThis.origin === 'null') return undefined;
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref?.();
  return channel;
};

/** Shows an agent to viewers of its origin until the function returned is called. */
export function offer(agent) {
  const channel = open();
  if (!channel) return () => {};
  const { uid } = agent;
  let sent = 0;
  let last = '';
  let until = 0;
  let timer;
  let isOver = false;
  const viewers = new Set();
  const report = (isAsked) => {
    const found = agent.report(sent);
    const text = JSON.stringify(found);
    if (!isAsked && text === last) return;
    sent = found.count;
    last = JSON.stringify({ ...found, timeline: [] });
    channel.postMessage({ type: 'report', report: found });
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    viewers.clear();
  };
  const tick = () => (Date.now() > until ? stop() : report(false));
  channel.onmessage = ({ data }) => {
    // What was on its way when it ended.
    if (isOver) return;
    if (data?.type === 'watch') {
      until = Date.now() + WATCHED_FOR;
      // A new viewer knows nothing of what was.
      if (!viewers.has(data.viewer)) sent = 0;
      viewers.add(data.viewer);
      if (timer === undefined) {
        timer = setInterval(tick, REPORT_EVERY);
        timer.unref?.();
      }
      report(true);
    }
    if (data?.type === 'do' && data.uid === uid) {
      agent.command(data.command);
      report(true);
    }
  };
  channel.postMessage({ type: 'here' });
  // A page that comes back from the cache is seen again by its next answer.
  const leave = () => channel.postMessage({ type: 'gone', uid });
  globalThis.addEventListener?.('pagehide', leave);
  return () => {
    isOver = true;
    stop();
    globalThis.removeEventListener?.('pagehide', leave);
    channel.postMessage({ type: 'gone', uid });
    channel.close();
  };
}

/** What all windows of this origin that are inspected report. */
export class Viewer {
  /** By the uid of their Parley: `{ report, timeline, asked }`. */
  windows = new Map();
  #channel = open();
  #id = `${Math.random()}`;
  #timer;
  #changed;

  constructor(changed) {
    this.#changed = changed;
    if (!this.#channel) return;
    this.#channel.onmessage = ({ data }) => this.#heard(data);
    this.#timer = setInterval(() => this.#watch(), WATCH_EVERY);
    this.#timer.unref?.();
    this.#watch();
  }

  get isPossible() {
    return this.#channel !== undefined;
  }

  command(uid, command) {
    this.#channel?.postMessage({ type: 'do', uid, command });
  }

  close() {
    clearInterval(this.#timer);
    this.#channel?.close();
  }

  #watch() {
    this.#channel.postMessage({ type: 'watch', viewer: this.#id });
    for (const [uid, window] of this.windows) {
      if (++window.asked <= UNANSWERED) continue;
      this.windows.delete(uid);
      this.#changed();
    }
  }

  #heard(data) {
    if (data?.type === 'here') this.#watch();
    if (data?.type === 'gone' && this.windows.delete(data.uid)) this.#changed();
    if (data?.type !== 'report') return;
    const { report } = data;
    const { uid } = report.window;
    const known = this.windows.get(uid)?.timeline ?? [];
    const newest = known.at(-1)?.number ?? 0;
    const timeline = [...known, ...report.timeline.filter(({ number }) => number > newest)].slice(-KEPT);
    this.windows.set(uid, { report, timeline, asked: 0 });
    this.#changed();
  }
}
