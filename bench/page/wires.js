// What connects two pages. A wire is `{ channel }` for tabs of one origin, or for a parent and its frame of another origin
// `{ frame, origin, port() }` in the parent and `{ origin, port() }` in the frame: both sides' port() are one new MessageChannel.

const arrived = { wire: [], signal: [] };
const wanted = { wire: [], signal: [] };

/** A port that the parent sent for this purpose, whether it is here already or not. */
const received = (purpose) =>
  new Promise((resolve) => {
    const port = arrived[purpose].shift();
    if (port) resolve(port);
    else wanted[purpose].push(resolve);
  });

/** In a frame: ports that the parent sends are kept until someone asks for them. */
export function accept() {
  addEventListener('message', ({ source, data, ports: [port] }) => {
    if (source !== parent || !(data?.bench in arrived)) return;
    const take = wanted[data.bench].shift();
    if (take) take(port);
    else arrived[data.bench].push(port);
  });
}

/** In a frame: the wire to its parent, and the port for signals. */
export const toParent = (origin) => ({ origin, port: () => received('wire') });
export const signalPort = () => received('signal');

/** In a parent: adds the frame; resolves once its script has run. */
export async function embed(url) {
  const frame = document.createElement('iframe');
  frame.allow = 'cross-origin-isolated';
  const { origin } = new URL(url);
  await new Promise((resolve) => {
    addEventListener('message', ({ source, data }) => {
      if (source === frame.contentWindow && data === 'bench:loaded') resolve();
    });
    frame.src = url;
    document.body.append(frame);
  });
  const open = (purpose) => {
    const { port1, port2 } = new MessageChannel();
    frame.contentWindow.postMessage({ bench: purpose }, origin, [port2]);
    return port1;
  };
  return { wire: { frame, origin, port: async () => open('wire') }, signal: open('signal') };
}
