// The links of parley-sync/links, over ports of the shapes that their hosts have. A real extension is in tests/e2e.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import test from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Parley, SyncedState } from '../../pkg/index.js';
import { electronLink, extensionLink, nativeLink, webViewLink } from '../../pkg/links.js';

const until = async (holds) => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

/** Two ends of a port of an extension: what passes is made JSON, as in Chromium. */
function extensionPorts() {
  const event = () => {
    const listeners = new Set();
    return {
      addListener: (one) => listeners.add(one),
      removeListener: (one) => listeners.delete(one),
      tell: (value) => [...listeners].forEach((one) => one(value)),
      listeners,
    };
  };
  const make = () => ({ onMessage: event(), onDisconnect: event() });
  const ends = [make(), make()];
  ends.forEach((port, at) => {
    const other = ends[1 - at];
    port.postMessage = (message) => {
      const text = JSON.stringify(message);
      setImmediate(() => other.onMessage.tell(JSON.parse(text)));
    };
    port.disconnect = () => setImmediate(() => other.onDisconnect.tell(other));
  });
  return ends;
}

/** A port of Node with the shape of Electron's MessagePortMain: an emitter, whose events have `data`. */
function mainPort(port) {
  const emitter = new EventEmitter();
  port.on('message', (data) => emitter.emit('message', { data, ports: [] }));
  port.on('close', () => emitter.emit('close'));
  return Object.assign(emitter, {
    start: () => port.start(),
    close: () => port.close(),
    postMessage: (message, transfer) => port.postMessage(message, transfer),
  });
}

/** Both sides talk, share a state, and notice the end. */
async function exercise(one, two) {
  const parleys = [Parley.create({ timeout: 60_000 }), Parley.create({ timeout: 60_000 })];
  const [a, b] = parleys;
  const ends = [];
  for (const parley of parleys) parley.onSystem('system:disconnected', ({ reason }) => ends.push(reason));
  b.on('when', (date) => new Date(date.getTime() + 1));
  const joined = a.connect(one, 'b');
  await Promise.all([joined, b.connect(two, 'a')]);
  assert.deepEqual(await a.send('when', new Date(1), { targetId: 'b' }), new Date(2));
  const [left, right] = [new SyncedState(a, {}), new SyncedState(b, {})];
  await left.setState({ map: new Map([[1, undefined]]) });
  await until(() => right.get('map') !== undefined);
  assert.deepEqual(right.get('map'), new Map([[1, undefined]]));
  await right.setState({ text: '"quotes" \u2028 </script>' });
  await until(() => left.get('text') !== undefined);
  assert.equal(left.get('text'), '"quotes" \u2028 </script>');
  a.destroy();
  await until(() => ends.length === 2);
  b.destroy();
}

test('ports of an extension', async () => {
  const ports = extensionPorts();
  await exercise(extensionLink(ports[0]), extensionLink(ports[1]));
  for (const { onMessage, onDisconnect } of ports)
    assert.equal(onMessage.listeners.size + onDisconnect.listeners.size, 0, 'no listener is left');
});

test('a port of an extension that is disconnected ends its peer, and another port brings it back', async () => {
  const page = Parley.create({ timeout: 60_000 });
  const mine = new SyncedState(page, {});
  /** The service worker begins anew: it knows nothing of before. */
  const begin = async () => {
    const worker = Parley.create({ timeout: 60_000 });
    const state = new SyncedState(worker, {});
    const ports = extensionPorts();
    const joined = page.connect(extensionLink(ports[0]), 'worker');
    await Promise.all([joined, worker.connect(extensionLink(ports[1]), 'page')]);
    return { worker, state, port: ports[0] };
  };
  const first = await begin();
  // As when the browser stops the service worker: the page is told, and nobody said goodbye.
  first.port.onDisconnect.tell(first.port);
  await until(() => !page.isConnected('worker'));
  await mine.setState({ missed: 1 });
  const second = await begin();
  await until(() => second.state.get('missed') === 1);
  for (const parley of [page, first.worker, second.worker]) parley.destroy();
});

test('a MessagePortMain and the MessagePort at its other end', async () => {
  const { port1, port2 } = new MessageChannel();
  await exercise(electronLink(mainPort(port1)), electronLink(mainPort(port2)));
});

test('a page in a WebView, and the app around it', async () => {
  const page = {};
  let native;
  const webView = { injectJavaScript: (script) => setImmediate(() => new Function('globalThis', script)(page)) };
  native = nativeLink({ current: webView });
  globalThis.ReactNativeWebView = {
    postMessage: (data) => {
      assert.equal(typeof data, 'string');
      setImmediate(() => native.onMessage({ nativeEvent: { data } }));
    },
  };
  const link = webViewLink();
  Object.defineProperty(page, 'parleySyncFromNative', { get: () => globalThis.parleySyncFromNative });
  await exercise(link, native);
  assert.equal(globalThis.parleySyncFromNative, undefined);
  delete globalThis.ReactNativeWebView;
});

test('two pages in WebViews, joined by an app that has no Parley', async () => {
  const pages = [{}, {}];
  const natives = pages.map((page) =>
    nativeLink({ injectJavaScript: (script) => setImmediate(() => new Function('globalThis', script)(page)) }),
  );
  natives.forEach((native, at) => void (native.onframe = (frame) => natives[1 - at].send(frame)));
  const links = natives.map((native, at) => {
    globalThis.ReactNativeWebView = {
      postMessage: (data) => void setImmediate(() => native.onMessage({ nativeEvent: { data } })),
    };
    const link = webViewLink();
    // Each page has a global of its own.
    pages[at].parleySyncFromNative = globalThis.parleySyncFromNative;
    return link;
  });
  await exercise(...links);
  delete globalThis.ReactNativeWebView;
});

test('required, their errors are those of the package', () => {
  const require = createRequire(import.meta.url);
  const { ParleyError } = require('../../pkg/wasm/parley-sync.cjs');
  const wrong = {
    links: ({ extensionLink }) => extensionLink({}),
    inspector: ({ inspect }) => inspect({}),
  };
  for (const [name, call] of Object.entries(wrong))
    assert.throws(
      () => call(require(`../../pkg/wasm/${name}.cjs`)),
      (error) => error instanceof ParleyError && error.code === 'ERR_ARGUMENT',
    );
});

test('what is no such port is said', () => {
  const { port1 } = new MessageChannel();
  for (const wrong of [
    () => extensionLink(port1),
    () => extensionLink(undefined),
    () => electronLink({ postMessage() {} }),
    () => webViewLink(),
    () => nativeLink({ current: {} }),
    () => nativeLink('a view'),
  ])
    assert.throws(wrong, { code: 'ERR_ARGUMENT' });
  port1.close();
});
