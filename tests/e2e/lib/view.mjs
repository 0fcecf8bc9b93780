import { until } from './poll.mjs';

/**
 * A document a scenario talks to: the top of a tab, or a frame in it by the ids of its iframe elements.
 * Found anew for every call, so it outlives reloads and navigations.
 */
export class View {
  constructor(tab, path = []) {
    this.tab = tab;
    this.path = path;
  }

  /** The frame in the iframe element with this id. */
  frame(id) {
    return new View(this.tab, [...this.path, id]);
  }

  /** Runs a function in the document; it sees the document's globals, and the arguments as JSON. */
  eval(fn, ...args) {
    return this.tab.evaluate(this.path, fn, args);
  }

  /** Polls until the function returns something truthy there, and returns that. */
  until(fn, ...args) {
    return until(() => this.eval(fn, ...args), {
      what: `${this.name}: ${fn}${args.length ? ` with ${JSON.stringify(args)}` : ''}`,
    });
  }

  /** Polls until the page's set-up code has run to its end; its exception is thrown here. */
  async loaded() {
    const outcome = await this.until(() => window.loaded);
    if (outcome !== true) throw new Error(`set-up of ${this.name} failed: ${outcome}`);
    return this;
  }

  get name() {
    return [this.tab.name, ...this.path].join(' > ');
  }
}
