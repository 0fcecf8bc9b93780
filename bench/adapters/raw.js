// The channel itself, with the least that could be called a protocol.
export const wires = ['channel', 'frame'];

export async function messenger(wire, onTell) {
  const port = await wire.port();
  let answered;
  port.onmessage = ({ data }) => {
    if (data.ask !== undefined) port.postMessage({ answer: data.ask });
    else if (data.answer !== undefined) answered(data.answer);
    else onTell(data.tell);
  };
  return {
    ask: (payload) =>
      new Promise((resolve) => {
        answered = resolve;
        port.postMessage({ ask: payload });
      }),
    tell: (payload) => port.postMessage({ tell: payload }),
  };
}

export async function shared(wire, initial) {
  const state = { ...initial };
  const port = wire.channel ? new BroadcastChannel(wire.channel) : await wire.port();
  const read = (key) => state[key];
  let heard = () => {};
  port.onmessage = ({ data }) => {
    if (data === 'hello') return port.postMessage({ all: state });
    if (data.all) Object.assign(state, data.all);
    else state[data.key] = data.value;
    heard(read);
  };
  port.postMessage('hello');
  return {
    set(key, value) {
      state[key] = value;
      port.postMessage({ key, value });
      heard(read);
    },
    fill(values) {
      Object.assign(state, values);
      port.postMessage({ all: values });
      heard(read);
    },
    get: read,
    size: () => Object.keys(state).length,
    listen: (listener) => void (heard = listener),
  };
}
