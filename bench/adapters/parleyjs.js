import { Parley } from 'ignite-parleyjs';

export async function messenger(wire, onTell) {
  const { frame, origin } = wire;
  const parley = Parley.create({ allowedOrigins: [origin], targetType: 'iframe', timeout: 30_000, logLevel: 'error' });
  parley.on('echo', (payload, respond) => respond(payload));
  parley.on('tell', (payload) => void onTell(payload));
  // The page has to begin before the frame's load event, and the frame after it: here both happen once each side is known to listen.
  const port = await wire.port();
  if (!frame) {
    port.onmessage = () => parley.connect(parent, 'other');
    return {};
  }
  const connected = parley.connect(frame, 'other');
  frame.dispatchEvent(new Event('load'));
  port.postMessage('connect');
  await connected;
  return {
    ask: (payload) => parley.send('echo', payload, { targetId: 'other' }),
    tell: (payload) => void parley.send('tell', payload, { targetId: 'other', expectsResponse: false }),
  };
}
