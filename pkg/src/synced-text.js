// A text that editors edit: one key of a state, with changes that say where they are.
//
// The state decides what the text says. This keeps the last text it has told its listeners, and what changed between that and the next:
// an own edit is known, others' are what the engine's document was given since. Where neither leads from the one text to the
// other (a rollback, a text in another's place), the two are compared.
import { History } from './text-history.js';
import { applied, composed, cutsPair, inverted, moved, movedPosition } from './text-changes.js';

/** Edits may name a version as old as this. */
const REMEMBERED = 1000;

const freeze = (changes) => Object.freeze(changes.map((change) => Object.freeze(change)));

const isPosition = (value) => Number.isSafeInteger(value) && value >= 0;

const isWellFormed = (text) => !/[\ud800-\udfff]/u.test(text);

const OPTIONS = ['newGroupDelay', 'now'];

/** The class over an engine that merges texts. */
export const syncedTextOver = (engine) =>
  class SyncedText {
    #state;
    #key;
    #off;
    #text;
    #version = 0;
    // What led to each version up to the present one, and what takes that back; the last entry is of the present one.
    #log = [];
    #document;
    #number;
    #unwatch;
    // The document's changes since it said `#text`; undefined where it never did.
    #pending;
    #own;
    #history;
    #listeners = new Set();
    #events = [];
    #isTelling = false;

    constructor(state, key, options = {}) {
      if (typeof state?._text !== 'function') throw new TypeError('a SyncedText needs a SyncedState');
      if (typeof key !== 'string')
        throw state._error('ERR_ARGUMENT', 'a SyncedText needs the name of a key of its state');
      const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
      if (unknown !== undefined) throw state._error('ERR_CONFIG', `a SyncedText has no option '${unknown}'`);
      const { newGroupDelay = 500, now = () => performance.now() } = options;
      if (typeof newGroupDelay !== 'number' || !(newGroupDelay >= 0)) {
        throw state._error('ERR_CONFIG', 'the option newGroupDelay must be a number of milliseconds');
      }
      if (typeof now !== 'function') throw state._error('ERR_CONFIG', 'the option now must be a function');
      this.#state = state;
      this.#key = key;
      this.#history = new History(now, newGroupDelay);
      for (const name of Object.getOwnPropertyNames(SyncedText.prototype)) {
        const { value } = Object.getOwnPropertyDescriptor(SyncedText.prototype, name);
        if (typeof value === 'function' && name !== 'constructor') {
          Object.defineProperty(this, name, { value: value.bind(this), writable: true, configurable: true });
        }
      }
      this.#text = this.#current();
      this.#refresh();
      this.#off = state.subscribeKey(key, () => this.#refresh());
    }

    get text() {
      this.#refresh();
      return this.#text;
    }

    get length() {
      return this.text.length;
    }

    get version() {
      this.#refresh();
      return this.#version;
    }

    get canUndo() {
      return this.#history.canUndo;
    }

    get canRedo() {
      return this.#history.canRedo;
    }

    toString() {
      return this.text;
    }

    async edit(changes, options) {
      this.#refresh();
      const { version, source } = this.#read(options);
      const list = this.#translated(this.#checked(Array.isArray(changes) ? changes : [changes], version), version);
      return this.#write(list, source, (inverse) => this.#history.typed(list, inverse));
    }

    async replace(text, options) {
      this.#refresh();
      const { version, source } = this.#read(options);
      if (typeof text !== 'string') throw this.#state._error('ERR_ARGUMENT', 'a text is replaced by a string');
      const seen = this.#textAt(version);
      const list = this.#translated(this.#checked(engine.changesBetween(seen, text), version), version);
      return this.#write(list, source, (inverse) => this.#history.typed(list, inverse));
    }

    undo() {
      return this.#turn(true);
    }

    redo() {
      return this.#turn(false);
    }

    subscribe(listener) {
      if (typeof listener !== 'function') throw this.#state._error('ERR_ARGUMENT', 'the listener must be a function');
      this.#refresh();
      const one = { listener };
      this.#listeners.add(one);
      return () => void this.#listeners.delete(one);
    }

    anchor(position, side = 'after', options) {
      this.#refresh();
      if (side !== 'before' && side !== 'after') {
        throw this.#state._error('ERR_ARGUMENT', "an anchor stays with the text 'before' or 'after' its position");
      }
      const at = this.move(position, this.#read(options).version, side);
      const isBehind = side === 'before';
      const [writer, clock] = this.#document?.anchor(at, isBehind) ?? [];
      const anchor = { text: this.#number ?? 0, side };
      return Object.freeze(writer === undefined ? anchor : { ...anchor, writer, clock });
    }

    position(anchor) {
      this.#refresh();
      const isAnchor = typeof anchor === 'object' && anchor !== null && typeof anchor.text === 'number';
      if (!isAnchor || anchor.text !== (this.#number ?? 0)) return undefined;
      const isBehind = anchor.side === 'before';
      if (anchor.writer === undefined) return isBehind ? 0 : this.#text.length;
      if (!isPosition(anchor.writer) || !isPosition(anchor.clock) || anchor.clock > 0xffffffff) return undefined;
      return this.#document?.position(anchor.writer, anchor.clock, isBehind);
    }

    move(position, version, side = 'after') {
      this.#refresh();
      const since = this.#since(this.#read({ version }).version);
      if (!isPosition(position) || position > this.#lengthAt(since)) throw this.#outside();
      return since.reduce((at, { changes }) => movedPosition(at, changes, side === 'before' ? -1 : 1), position);
    }

    destroy() {
      this.#off();
      this.#unwatch?.();
      this.#listeners.clear();
      this.#events = [];
    }

    #current() {
      const value = this.#state.get(this.#key);
      return typeof value === 'string' ? value : '';
    }

    /** Follows the document that the state edits now. */
    #attach() {
      const found = this.#state._text(this.#key, engine);
      if (found === false) {
        const message = `the key '${this.#key}' must be synced, and merged: give it conflict: 'merge'`;
        throw this.#state._error('ERR_CONFIG', message);
      }
      const [document, number] = found ?? [];
      this.#number = number;
      if (document === this.#document) return;
      this.#unwatch?.();
      this.#pending = undefined;
      this.#document = document;
      this.#unwatch = document?.watch((changes) => this.#pending?.push(changes));
    }

    /** Takes in what the state says now. */
    #refresh() {
      const next = this.#current();
      this.#attach();
      const lists = this.#pending;
      // Mostly it is the very same string: comparing costs nothing.
      const isFollowed = this.#document?.text() === next;
      this.#pending = isFollowed ? [] : undefined;
      const before = this.#text;
      if (next === before) return;
      const own = this.#own;
      this.#own = undefined;
      if (own?.before === before && own.after === next) {
        this.#become(next, own.changes, own);
        return;
      }
      const isKnown = isFollowed && lists !== undefined && lists.length > 0;
      this.#become(next, freeze(isKnown ? composed(lists) : engine.changesBetween(before, next)));
    }

    /** `own` is the edit of this window that it was, if it was one. */
    #become(text, changes, own) {
      const oldText = this.#text;
      const inverse = inverted(changes, oldText);
      this.#text = text;
      this.#version += 1;
      this.#log.push({ changes, inverse });
      if (this.#log.length > REMEMBERED) this.#log.shift();
      if (own) own.done(inverse);
      else this.#history.changed(changes);
      const [isLocal, source] = [own !== undefined, own?.source];
      this.#events.push(Object.freeze({ changes, text, oldText, version: this.#version, isLocal, source }));
      if (this.#isTelling) return;
      this.#isTelling = true;
      while (this.#events.length > 0) this.#tell(this.#events.shift());
      this.#isTelling = false;
    }

    #tell(event) {
      for (const one of [...this.#listeners]) {
        if (!this.#listeners.has(one)) continue;
        try {
          one.listener.call(undefined, event);
        } catch (error) {
          this.#state._report(error);
        }
      }
    }

    #read(options) {
      const { version = this.#version, source } = options ?? {};
      if (!isPosition(version) || version > this.#version) {
        throw this.#state._error(
          'ERR_ARGUMENT',
          'there is no such version of the text: pass the version of an event, or of the text',
        );
      }
      if (this.#version - version > this.#log.length) {
        const message = 'the text has changed too often since that version: show the present text, and edit that';
        throw this.#state._error('ERR_ARGUMENT', message);
      }
      return { version, source };
    }

    /** What is known of each version after that one. */
    #since(version) {
      return version === this.#version ? [] : this.#log.slice(version - this.#version);
    }

    #lengthAt(since) {
      const grown = ({ from, to, insert }) => insert.length - (to - from);
      return since
        .flatMap(({ changes }) => changes)
        .reduce((length, change) => length - grown(change), this.#text.length);
    }

    #textAt(version) {
      return this.#since(version).reduceRight((text, { inverse }) => applied(text, inverse), this.#text);
    }

    #outside() {
      return this.#state._error('ERR_ARGUMENT', 'a position must be a whole number within the text');
    }

    #checked(changes, version) {
      const length = this.#lengthAt(this.#since(version));
      let passed = 0;
      const list = changes.map((change) => {
        const { from, to = from, insert = '' } = change ?? {};
        if (!isPosition(from) || !isPosition(to) || to < from || to > length) throw this.#outside();
        if (from < passed) {
          throw this.#state._error(
            'ERR_ARGUMENT',
            'changes must stand in the order of their positions, and not overlap',
          );
        }
        if (typeof insert !== 'string' || !isWellFormed(insert)) {
          throw this.#state._error(
            'ERR_ARGUMENT',
            'what is inserted must be a string without halves of surrogate pairs',
          );
        }
        passed = to;
        return { from, to, insert };
      });
      return list.filter(({ from, to, insert }) => to > from || insert !== '');
    }

    #translated(changes, version) {
      const list = this.#since(version).reduce((list, others) => moved(list, others.changes), changes);
      if (list.some(({ from, to }) => cutsPair(this.#text, from) || cutsPair(this.#text, to))) {
        throw this.#state._error('ERR_ARGUMENT', 'a position must not be inside of a surrogate pair');
      }
      return list;
    }

    /** Applied when this returns; the promise is the state's. */
    #write(list, source, done) {
      if (list.length === 0) return Promise.resolve();
      const value = this.#state.get(this.#key);
      if (value !== undefined && typeof value !== 'string') {
        throw this.#state._error('ERR_ARGUMENT', `the key '${this.#key}' holds something else than a text`);
      }
      // Those who begin a text at once begin the same one.
      if (value === undefined) this.#state._type(this.#key, '').catch(() => {});
      const changes = freeze(list);
      const before = this.#text;
      const after = applied(before, changes);
      this.#own = { before, after, changes, source, done };
      try {
        const written = engine.intend(before, after, changes, () => this.#state._type(this.#key, after));
        this.#refresh();
        return written;
      } finally {
        this.#own = undefined;
      }
    }

    #turn(isUndo) {
      this.#refresh();
      const changes = isUndo ? this.#history.undo() : this.#history.redo();
      if (changes === undefined) return false;
      this.#write(changes, undefined, (inverse) => this.#history.turned(isUndo, inverse)).catch((error) =>
        this.#state._report(error),
      );
      return true;
    }
  };
