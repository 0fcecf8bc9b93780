import { expose, windowEndpoint, wrap } from 'comlink';

export async function messenger({ frame, origin }, onTell) {
  if (!frame) {
    const own = { echo: (payload) => payload, tell: (payload) => void onTell(payload) };
    expose(own, windowEndpoint(parent, globalThis, origin), [origin]);
    return {};
  }
  const remote = wrap(windowEndpoint(frame.contentWindow, globalThis, origin));
  return { ask: (payload) => remote.echo(payload), tell: (payload) => void remote.tell(payload) };
}
