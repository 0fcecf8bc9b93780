// Who is there, and a small value each window shares for as long as it lives.
import { makeError } from '../wasm/host/errors.js';
import { bindMethods, makeDisposable, makeInspectable } from '../wasm/parley_sync.js';
import { own, unchanged } from '../wasm/host/values.js';
import { Listeners, nameOf } from './listeners.js';
import { Roster } from './roster.js';

const refuse = () => {
  throw new TypeError('what a Presence hands out is read-only');
};

const readonly = (map) => {
  for (const method of ['set', 'delete', 'clear']) Object.defineProperty(map, method, { value: refuse });
  return Object.freeze(map);
};

export class Presence {
  #roster;
  #listeners;
  #others = readonly(new Map());

  constructor(parley, initial, options) {
    const name = nameOf('Presence', parley, options);
    bindMethods(this, Presence);
    this.#listeners = new Listeners(
      () => this.#others,
      (error) => parley._report(error),
    );
    this.#roster = new Roster(parley, name, own(initial, ''), () => this.#update());
    this.#update();
    parley._ended.then(() => this.destroy());
  }

  get others() {
    return this.#others;
  }

  set(value) {
    this.#living();
    this.#roster.set(own(value, ''));
  }

  subscribe(listener) {
    this.#living();
    return this.#listeners.add(listener);
  }

  destroy() {
    if (!this.#roster) return;
    this.#roster.destroy();
    this.#roster = undefined;
    this.#listeners.clear();
    this.#others = readonly(new Map());
  }

  #living() {
    if (!this.#roster) throw makeError('ERR_DESTROYED', 'the Presence was destroyed');
  }

  #update() {
    // The first call comes while the roster is made.
    if (!this.#roster) return;
    const next = new Map();
    let news = false;
    for (const [uid, { id, value }] of this.#roster.living()) {
      // Two windows may have been given one instanceId: then one of them goes by the id of its own.
      const key = next.has(id) ? uid : id;
      const before = this.#others.get(key);
      const same = this.#others.has(key) && (before === value || unchanged(before, value));
      next.set(key, same ? before : value);
      news ||= !same;
    }
    if (!news && next.size === this.#others.size) return;
    this.#others = readonly(next);
    this.#listeners.tell();
  }
}

makeDisposable(Presence);
makeInspectable(Presence, 'Presence', ({ others }) => others);
