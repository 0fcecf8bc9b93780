// The handshake by hand, for pages that play an attacker: every step as a page may say it that knows how, and lies.
const VERSION = 1;
const tag = (kind) => VERSION * 32 + kind;
export const JOIN = tag(0);
export const MESSAGE = tag(1);
export const BYE = tag(4);
export const PING = tag(5);
export const PONG = tag(6);

const heard = [];
let waiting = [];
globalThis.addEventListener?.('message', (event) => {
  if (event.data?.parley === undefined) return;
  const { data, ports, source, origin } = event;
  heard.push({ ...data, port: ports[0], source, origin });
  for (const look of waiting) look();
});

/** The next step of this name that was not asked for before; every step ever heard is in `steps`. */
export function nextStep(name) {
  return new Promise((resolve) => {
    const look = () => {
      const found = heard.find((one) => one.step === name && !one.taken);
      if (!found) return;
      found.taken = true;
      waiting = waiting.filter((other) => other !== look);
      resolve(found);
    };
    waiting.push(look);
    look();
  });
}

export const steps = heard;

export function knock(target) {
  target.postMessage({ parley: VERSION, step: 'knock' }, '*');
}

export function hello(target, nonce, mark = 1) {
  target.postMessage({ parley: VERSION, step: 'hello', nonce, mark }, '*');
}

/** Offers one end of a channel; the other end is returned. */
export function offer(target, nonce, uid, mark = 1) {
  const { port1, port2 } = new MessageChannel();
  target.postMessage({ parley: VERSION, step: 'offer', nonce, mark, from: uid }, '*', [port2]);
  return port1;
}

/** Everything that comes over a port from now on. */
export function listen(port) {
  const frames = [];
  port.onmessage = ({ data }) => frames.push(data);
  return frames;
}

/** Says who we are, or are not. */
export function join(port, uid, claimed = uid, ...rest) {
  port.postMessage([JOIN, uid, claimed, 'iframe', false, false, ...rest]);
}

/** A whole connection to a window that lets us in: its port and the frames that come. */
export async function joined(target, uid, claimed = uid) {
  knock(target);
  const { nonce } = await nextStep('hello');
  const port = offer(target, nonce, uid);
  const frames = listen(port);
  join(port, uid, claimed);
  return { port, frames, nonce };
}
