// The harness's own way from receivers to the sender. A receiver tells when something arrived, by its own clock; the sender
// knows how far each clock is from its own, so that what the signal itself takes is in no result.

/** Milliseconds, of about the same beginning in every page. */
export const now = () => performance.timeOrigin + performance.now();

export class Receiver {
  #port;

  constructor(port) {
    this.#port = port;
    port.onmessage = ({ data }) => data === 'clock' && port.postMessage({ clock: now() });
  }

  arrived() {
    this.#port.postMessage({ arrived: now() });
  }
}

export class Sender {
  #receivers = [];

  /** Adds a receiver, and compares clocks: the fastest of many answers says the most. */
  async add(port) {
    const receiver = { offset: 0, arrived() {} };
    let best = Infinity;
    for (let i = 0; i < 50; i++) {
      const start = now();
      const there = await new Promise((resolve) => {
        port.onmessage = ({ data }) => resolve(data.clock);
        port.postMessage('clock');
      });
      const end = now();
      if (end - start >= best) continue;
      best = end - start;
      receiver.offset = there - (start + end) / 2;
    }
    port.onmessage = ({ data }) => receiver.arrived(data.arrived - receiver.offset);
    this.#receivers.push(receiver);
  }

  /** When the last of the receivers has it, by this page's clock. */
  async arrivals() {
    const each = this.#receivers.map((receiver) => new Promise((resolve) => (receiver.arrived = resolve)));
    return Math.max(...(await Promise.all(each)));
  }
}
