// Links over the channels that other hosts have: browser extensions, Electron, WebViews of React Native.
import { ParleyError } from './wasm/host/errors.js';

const check = (isFine, message) => {
  if (!isFine) throw Object.assign(new ParleyError(message), { code: 'ERR_ARGUMENT' });
};

/** A link: `begin(frame, closed)` starts to listen, and returns what ends that. */
function makeLink(kind, send, begin, end) {
  let isOpen = true;
  const link = {
    ...kind,
    onframe: null,
    onclose: null,
    send: (frame, transfer) => {
      if (isOpen) send(frame, transfer);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      stop?.();
      end();
    },
  };
  const closed = (reason) => {
    if (!isOpen) return;
    isOpen = false;
    stop?.();
    link.onclose?.(reason);
  };
  const stop = begin((frame) => isOpen && link.onframe?.(frame), closed);
  return link;
}

export function extensionLink(port) {
  check(
    typeof port?.onMessage?.addListener === 'function' && typeof port.disconnect === 'function',
    'extensionLink() takes a Port of an extension, as runtime.connect() returns',
  );
  return makeLink(
    // Chromium carries JSON, Firefox structured clones: text passes both unchanged.
    { json: true },
    (frame) => port.postMessage(frame),
    (heard, closed) => {
      const gone = () => closed('the port was disconnected');
      port.onMessage.addListener(heard);
      port.onDisconnect.addListener(gone);
      return () => {
        port.onMessage.removeListener(heard);
        port.onDisconnect.removeListener(gone);
      };
    },
    () => port.disconnect(),
  );
}

export function electronLink(port) {
  check(
    typeof port?.on === 'function' && typeof port.postMessage === 'function',
    'electronLink() takes a MessagePortMain; a MessagePort is for connect() itself',
  );
  return makeLink(
    {},
    (frame, transfer) => port.postMessage(frame, transfer ?? []),
    (heard, closed) => {
      const message = (event) => heard(event.data);
      const gone = () => closed('the port was closed');
      port.on('message', message);
      port.on('close', gone);
      port.start?.();
      return () => {
        port.off('message', message);
        port.off('close', gone);
      };
    },
    () => port.close(),
  );
}

/** What the native side calls in the page: a function of the page's own global, which no frame of another origin can reach. */
const RECEIVER = 'parleySyncFromNative';

export function webViewLink() {
  const native = globalThis.ReactNativeWebView;
  check(typeof native?.postMessage === 'function', 'webViewLink() is for a page in a WebView of react-native-webview');
  return makeLink(
    { json: true },
    (frame) => native.postMessage(frame),
    (heard) => {
      globalThis[RECEIVER] = heard;
      return () => {
        if (globalThis[RECEIVER] === heard) delete globalThis[RECEIVER];
      };
    },
    () => {},
  );
}

export function nativeLink(webView) {
  let heard;
  const current = () =>
    webView !== null && typeof webView === 'object' && 'current' in webView ? webView.current : webView;
  check(
    typeof (current() ?? { injectJavaScript() {} }).injectJavaScript === 'function',
    'nativeLink() takes a WebView of react-native-webview, or a ref to one',
  );
  const link = makeLink(
    { json: true },
    (frame) => current()?.injectJavaScript(`globalThis.${RECEIVER}?.(${JSON.stringify(frame)}); true;`),
    (frame) => {
      heard = frame;
    },
    () => {},
  );
  link.onMessage = ({ nativeEvent: { data } }) => heard(data);
  return link;
}
