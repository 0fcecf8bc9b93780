// Plain messengers (objects with `on` and `broadcast`) over links that a seed makes slow and faulty, in virtual time.
import { setImmediate as breathe } from 'node:timers/promises';
import { partsLoaded } from '../../pkg/wasm/host/browser.js';
import { generator } from './lib.mjs';

/** Replaces timers and clocks. Time moves only in `pass`, from event to event, so a minute takes no minute. */
export class VirtualTime {
  #now = Date.now();
  #events = [];
  #next = 1;
  #real = {};

  install() {
    const replace = (on, name, by) => {
      this.#real[name] = [on, name, on[name]];
      on[name] = by;
    };
    replace(globalThis, 'setTimeout', (run, ms = 0) => this.at(this.#now + Math.max(0, ms), run));
    replace(globalThis, 'clearTimeout', (id) => void this.#cancel(id));
    replace(Date, 'now', () => this.#now);
    replace(performance, 'now', () => this.#now);
  }

  restore() {
    for (const [on, name, was] of Object.values(this.#real)) on[name] = was;
  }

  get now() {
    return this.#now;
  }

  /** Timers that wait. */
  get waiting() {
    return this.#events.length;
  }

  at(due, run) {
    const event = { due, id: this.#next++, run };
    let place = this.#events.length;
    while (place > 0 && this.#events[place - 1].due > due) place--;
    this.#events.splice(place, 0, event);
    return event.id;
  }

  #cancel(id) {
    const place = this.#events.findIndex((event) => event.id === id);
    if (place >= 0) this.#events.splice(place, 1);
  }

  /** Lets so many milliseconds pass; ends early when `until` holds, and says whether it does. */
  async pass(ms, until = () => false) {
    const end = this.#now + ms;
    await partsLoaded();
    await breathe();
    while (!until()) {
      if (!(this.#events[0]?.due <= end)) {
        this.#now = end;
        return until();
      }
      const event = this.#events.shift();
      this.#now = Math.max(this.#now, event.due);
      event.run();
      // What is fetched takes no virtual time.
      await partsLoaded();
      await breathe();
    }
    return true;
  }
}

/**
 * Messengers on a network of links. `faults`: `latency: [least, most]` in ms, `loss`, `duplicate` and `reorder` as
 * probabilities. Who hears whom is decided by `hears(from, to)`, by default everyone everyone.
 */
export class PlainNetwork {
  constructor(time, seed, faults = {}) {
    this.time = time;
    Object.assign(this, generator(seed));
    this.faults = { latency: [0, 20], loss: 0, duplicate: 0, reorder: 0, ...faults };
    this.ends = [];
    this.hears = () => true;
    this.delivered = 0;
  }

  /** A messenger; `side` is the part of the network it is on while it is parted, `cut` ends it without a word. */
  join() {
    const handlers = new Map();
    const order = new Map();
    const end = {
      side: 0,
      cut: false,
      sent: [],
      handlers,
      order,
      messenger: {
        on: (type, handler) => {
          if (!handlers.has(type)) handlers.set(type, new Set());
          handlers.get(type).add(handler);
          return () => void handlers.get(type).delete(handler);
        },
        broadcast: async (type, payload) => {
          end.sent.push({ type, to: payload.sync?.[1] });
          if (end.cut) return;
          for (const other of this.ends)
            if (other !== end && !other.cut && other.side === end.side && this.hears(end, other))
              this.#carry(end, other, type, structuredClone(payload));
        },
      },
    };
    this.ends.push(end);
    return end;
  }

  #carry(from, to, type, payload) {
    const { latency, loss, duplicate, reorder } = this.faults;
    const copies = 1 + (this.random() < duplicate);
    for (let copy = 0; copy < copies; copy++) {
      if (this.random() < loss) continue;
      let due = this.time.now + latency[0] + this.random() * (latency[1] - latency[0]);
      if (this.random() >= reorder) {
        due = Math.max(due, from.order.get(to) ?? 0);
        from.order.set(to, due);
      }
      this.time.at(due, () => {
        if (to.cut || to.side !== from.side) return;
        this.delivered++;
        for (const handler of [...(to.handlers.get(type) ?? [])]) handler(structuredClone(payload));
      });
    }
  }

  /** Nothing is lost, doubled or parted any more. */
  heal() {
    Object.assign(this.faults, { loss: 0, duplicate: 0, reorder: 0 });
    for (const end of this.ends) end.side = 0;
  }
}
