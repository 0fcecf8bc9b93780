import { Parley, SyncedState } from 'parley-sync';

export const wires = ['channel', 'frame'];

async function connect({ channel, frame, origin }) {
  if (channel) return Parley.create({ channel });
  const parley = Parley.create({ allowedOrigins: [origin] });
  // A frame calls no connect.
  if (frame) await parley.connect(frame, 'other');
  return parley;
}

export async function messenger(wire, onTell) {
  const parley = await connect(wire);
  parley.on('echo', (payload) => payload);
  parley.on('tell', (payload) => onTell(payload));
  return {
    ask: (payload) => parley.send('echo', payload),
    tell: (payload) => parley.send('tell', payload, { expectsResponse: false }),
  };
}

export async function shared(wire, initial) {
  const state = new SyncedState(await connect(wire), initial);
  return {
    ready: state.ready,
    set: (key, value) => void state.setState({ [key]: value }),
    fill: (values) => void state.setState(values),
    get: (key) => state.get(key),
    size: () => Object.keys(state.getState()).length,
    listen: (heard) => state.subscribe((now) => heard((key) => now[key])),
  };
}
