// An endpoint for Comlink over a peer: what it wraps or exposes goes through the peer's connection, with its checks.

const TYPE = 'comlink';

export function comlinkEndpoint(parley, targetId, { name = 'default' } = {}) {
  const type = `${TYPE}:${name}`;
  const listeners = new Set();
  let off;
  const heard = (data, respond, { senderId, origin }) => {
    if (senderId !== targetId) return;
    for (const listener of [...listeners]) {
      const event = { data, origin };
      if (typeof listener === 'function') listener(event);
      else listener.handleEvent(event);
    }
  };
  return {
    postMessage(message, transfer) {
      // Comlink waits for ever for a peer that is gone: the error says why. Of a destroyed Parley nothing needs to be said:
      // Comlink posts once more when its proxy is collected.
      const post = async () => parley.send(type, message, { targetId, transfer, expectsResponse: false });
      post().catch((error) => error.code === 'ERR_DESTROYED' || parley._report(error));
    },
    addEventListener(event, listener) {
      if (event !== 'message') return;
      listeners.add(listener);
      off ??= parley.on(type, heard);
    },
    removeEventListener(event, listener) {
      if (event !== 'message' || !listeners.delete(listener) || listeners.size > 0) return;
      off();
      off = undefined;
    },
    start() {},
  };
}
