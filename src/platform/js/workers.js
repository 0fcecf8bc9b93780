// Workers of browsers and of Node: how they are heard, and how their death is noticed.
const g = globalThis;

/** Whether this is a worker of any kind, in a browser. */
export function isWorker() {
  return typeof g.WorkerGlobalScope === 'function' && g instanceof g.WorkerGlobalScope;
}

/** A worker of Node (`node:worker_threads`) as a port: it has listeners of another kind, and no port of its own in them. */
class NodeWorkerPort {
  #worker;
  #heard = new Map();
  constructor(worker) {
    this.#worker = worker;
  }
  postMessage(frame, transfer) {
    this.#worker.postMessage(frame, transfer);
  }
  start() {}
  /** The worker is its maker's to end. */
  close() {}
  addEventListener(type, listener) {
    const heard = (data) => listener({ data });
    // Node throws in the page for an `error` that nobody listens to; `exit` follows it.
    const names = type === 'close' ? ['error', 'exit'] : [type];
    this.#heard.set(listener, { names, heard });
    for (const name of names) this.#worker.on(name, heard);
  }
  removeEventListener(_, listener) {
    const { names, heard } = this.#heard.get(listener) ?? { names: [] };
    for (const name of names) this.#worker.off(name, heard);
  }
}

/** What a worker that is not heard as in a browser is connected by: a port. Undefined for any other. */
export function workerPort(worker) {
  return typeof worker.addEventListener === 'function' ? undefined : new NodeWorkerPort(worker);
}

/** What an `error` or `close` event says of its cause; '' if it says nothing. */
export function causeOf(event) {
  try {
    const said = event.message ?? event.data?.message;
    return typeof said === 'string' ? said.slice(0, 500) : '';
  } catch {
    return '';
  }
}
