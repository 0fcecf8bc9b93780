import type { Link } from './index.js';

/** A `chrome.runtime.Port` or `browser.runtime.Port`, as far as a link uses it. */
export interface ExtensionPort {
  postMessage(message: any): void;
  disconnect(): void;
  readonly onMessage: ExtensionEvent;
  readonly onDisconnect: ExtensionEvent;
}
export interface ExtensionEvent {
  addListener(listener: (value: any) => void): void;
  removeListener(listener: (value: any) => void): void;
}

/**
 * A link over a port between parts of a browser extension: `runtime.connect()` on one side, `runtime.onConnect` on the other. Both sides
 * use this. A service worker that is stopped ends the port: connect again from the other side. Throws ERR_ARGUMENT.
 */
export function extensionLink(port: ExtensionPort): Link;

/** A `MessagePortMain` of Electron, as far as a link uses it. */
export interface ElectronPort {
  postMessage(message: any, transfer?: any[]): void;
  start?(): void;
  close(): void;
  on(event: any, listener: (event: any) => void): unknown;
  off(event: any, listener: (event: any) => void): unknown;
}

/**
 * A link over a port in Electron's main process. The renderer's end is a MessagePort, which `connect()` takes as it is. Throws
 * ERR_ARGUMENT.
 */
export function electronLink(port: ElectronPort): Link;

/** A link from a page in a WebView of react-native-webview to the app around it, which uses nativeLink(). Throws ERR_ARGUMENT. */
export function webViewLink(): Link;

/** A WebView of react-native-webview, as far as a link uses it. */
export interface NativeWebView {
  injectJavaScript(script: string): void;
}
/** `onMessage` is for the property of that name of the WebView. */
export interface NativeLink extends Link {
  onMessage(event: { nativeEvent: { data: string } }): void;
}
/** A link from an app to the page in its WebView, which uses webViewLink(). Takes a ref as well. Throws ERR_ARGUMENT. */
export function nativeLink(webView: NativeWebView | { readonly current: NativeWebView | null }): NativeLink;
