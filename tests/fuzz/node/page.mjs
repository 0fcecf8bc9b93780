// Windows of one process, each a realm of its own with the built package in it, and between them what a browser has: posting
// by origin, sources, ports. Nothing moves by itself: the case says what arrives next.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const script = new vm.Script(readFileSync(new URL('../../../pkg/wasm/parley-sync.iife.js', import.meta.url), 'utf8'), {
  filename: 'parley-sync.iife.js',
});

/** The modules of the package, by their lengths. */
const compiled = new Map();

/** As the platform's, but the same bytes are compiled once, whatever realm they are in. */
function Module(bytes) {
  if (!compiled.has(bytes.length)) compiled.set(bytes.length, new WebAssembly.Module(bytes));
  return compiled.get(bytes.length);
}
Module.prototype = WebAssembly.Module.prototype;

class Target {
  #listeners = [];
  addEventListener(kind, run) {
    this.#listeners.push([kind, run]);
  }
  removeEventListener(kind, run) {
    this.#listeners = this.#listeners.filter(([other, known]) => other !== kind || known !== run);
  }
  dispatch(kind, event) {
    for (const [other, run] of [...this.#listeners]) if (other === kind) run.call(this, event);
  }
}

/** Everything that is under way, in pipes that keep their order. */
export class Wires {
  #pipes = new Map();
  #drawn = 0;
  time = 1_790_000_000_000;

  /** Random bytes that are never the same twice, and that nobody in the case can know. */
  draw(bytes) {
    this.#drawn += 1;
    for (let at = 0; at < bytes.length; at++) bytes[at] = Math.imul(this.#drawn + at, 0x9e3779b1) >>> 13;
    bytes[0] = this.#drawn;
    bytes[1] = this.#drawn >> 8;
    return bytes;
  }

  put(pipe, deliver) {
    if (!this.#pipes.has(pipe)) this.#pipes.set(pipe, []);
    this.#pipes.get(pipe).push(deliver);
  }

  putFirst(pipe, delivers) {
    this.#pipes.set(pipe, [...delivers, ...(this.#pipes.get(pipe) ?? [])]);
  }

  /** Lets the first of one pipe arrive; false if nothing is under way. Each pipe keeps its order. */
  move(below) {
    const pipes = [...this.#pipes].filter(([, queue]) => queue.length > 0);
    if (pipes.length === 0) return false;
    const [pipe, queue] = pipes[below(pipes.length)];
    queue.shift()();
    if (queue.length === 0) this.#pipes.delete(pipe);
    return true;
  }
}

/** A port as pages have it. Nothing arrives at one whose document is gone. */
class Port extends Target {
  isOpen = true;
  isStarted = false;
  waiting = [];
  holder = null;
  postMessage(data) {
    const { other, wires, holder } = this;
    if (!this.isOpen || holder?.isGone) return;
    const copy = structuredClone(data);
    wires.put(other, () => other.arrive({ data: copy, ports: [], isTrusted: true, origin: '', source: null }));
  }
  arrive(event) {
    if (!this.isOpen || this.holder?.isGone) return;
    if (this.isStarted) this.dispatch('message', event);
    else this.waiting.push(event);
  }
  start() {
    this.isStarted = true;
    const waiting = this.waiting.splice(0);
    this.wires.putFirst(
      this,
      waiting.map((event) => () => this.arrive(event)),
    );
  }
  close() {
    this.isOpen = false;
  }
}

export const openChannel = (wires, holder = null) => {
  const [port1, port2] = [new Port(), new Port()];
  Object.assign(port1, { other: port2, wires, holder });
  Object.assign(port2, { other: port1, wires, holder });
  return { port1, port2 };
};

let marks = 0;

/** A window: it outlives its documents. One without the package is whatever the case says through it. */
export class Page {
  #wires;
  #document = new Target();
  #handles = new Map();
  #timers = [];
  noise = [];
  /** What was posted to it, with its ports. */
  heard = [];
  constructor(wires, origin, parent = null) {
    this.#wires = wires;
    this.origin = origin;
    this.parent = parent;
  }

  /** Loads a document with the package in it; the one before is gone. Returns what the package exports. */
  load() {
    this.#document.isGone = true;
    const document = new Target();
    this.#document = document;
    this.#handles = new Map();
    this.#timers = [];
    const wires = this.#wires;
    const timeOrigin = (this.mark = ++marks);
    const realm = vm.createContext({
      console: { error: (...words) => this.noise.push(words), warn() {}, log() {} },
      WebAssembly: { Module, Instance: WebAssembly.Instance, Memory: WebAssembly.Memory, Table: WebAssembly.Table },
      ...{ TextDecoder, TextEncoder, URL, structuredClone, queueMicrotask, AbortController, atob, btoa },
      MessagePort: Port,
      MessageChannel: function MessageChannel() {
        return openChannel(wires, document);
      },
      performance: { timeOrigin, now: () => wires.time },
      crypto: { getRandomValues: (bytes) => wires.draw(bytes) },
      setTimeout: (run, ms) => {
        const timer = { at: wires.time + ms, run };
        if (!document.isGone) this.#timers.push(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
      origin: this.origin,
      location: { origin: this.origin },
      addEventListener: (kind, run) => document.addEventListener(kind, run),
      removeEventListener: (kind, run) => document.removeEventListener(kind, run),
      postMessage() {},
      opener: null,
      clock: () => wires.time,
    });
    vm.runInContext('Date.now = clock; window = globalThis', realm);
    realm.parent = this.parent === null ? realm.window : this.as(this.parent);
    realm.top = realm.parent;
    script.runInContext(realm);
    return realm.ParleySync;
  }

  /** Another window as the scripts of this one hold it: what is said through it comes from here. */
  as(other) {
    if (this.#handles.has(other)) return this.#handles.get(other);
    const handle = {
      closed: false,
      opener: null,
      postMessage: (data, origin, transfer) => this.say(other, data, origin, transfer),
    };
    this.#handles.set(other, handle);
    handle.window = handle;
    handle.parent = other.parent === null ? handle : other.parent === this ? this.realm : this.as(other.parent);
    handle.top = handle.parent;
    return handle;
  }

  /** As the browser carries it: to that origin only, with the source and the origin of whoever says it. */
  say(target, data, origin, transfer) {
    const ports = [...(transfer ?? [])];
    const copy = structuredClone(data);
    const said = this.origin;
    this.#wires.put(this, () => {
      if (origin !== '*' && origin !== target.origin) return;
      target.heard.push({ data: copy, ports });
      target.hear(copy, ports, said, this);
    });
  }

  hear(data, ports, origin, from) {
    for (const port of ports) port.holder = this.#document;
    this.#document.dispatch('message', { data, ports, origin, source: this.as(from), isTrusted: true });
  }

  pass() {
    for (const timer of this.#timers.filter(({ at }) => at <= this.#wires.time)) {
      if (!this.#timers.includes(timer)) continue;
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.run();
    }
  }
}
