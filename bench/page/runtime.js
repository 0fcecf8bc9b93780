// What a page offers to the harness, as `bench`: rows call it from outside.
import { Receiver, Sender, now } from './signals.js';
import { accept, embed, signalPort, toParent } from './wires.js';

/** A turn of the event loop: what was queued for this one is over. */
const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const signals = (index) => new BroadcastChannel(`signal-${index}`);

export function install(adapter) {
  const sender = new Sender();
  const wire = { channel: 'bench' };
  let receiver;
  let heard = () => {};
  const bench = {
    now,
    turn,
    median,
    sender,

    /** Opens the shared state, with a listener as an application has one. */
    async share(initial, over = wire) {
      bench.state = await adapter.shared(over, initial);
      bench.state.listen((read) => heard(read));
    },

    /** Among tabs: as many receivers as have been told their number by `receive`. */
    async expect(count) {
      for (let index = 0; index < count; index++) await sender.add(signals(index));
    },
    receive(index) {
      receiver = new Receiver(signals(index));
    },

    /** In a parent: the frame, with a signal from it to here. Returns the wire. */
    async embed(url) {
      const { wire, signal } = await embed(url);
      await sender.add(signal);
      return wire;
    },
    /** In a frame. */
    async receiveFromParent() {
      receiver = new Receiver(await signalPort());
    },
    toParent,

    arrived: () => receiver.arrived(),
    /** Signals each new value of the key that `counts` takes. */
    watch(key, counts = () => true) {
      let last = bench.state.get(key);
      heard = (read) => {
        const value = read(key);
        if (value === last || !counts(value)) return;
        last = value;
        receiver.arrived();
      };
    },
    /** A listener that reads one key, as the writer's own interface would. */
    look(key) {
      heard = (read) => void (bench.seen = read(key));
    },
    messenger: (wire, onTell) => adapter.messenger(wire, onTell),
    shared: (initial) => adapter.shared(wire, initial),
  };
  globalThis.bench = bench;
  if (parent !== window) {
    accept();
    parent.postMessage('bench:loaded', '*');
  }
}
