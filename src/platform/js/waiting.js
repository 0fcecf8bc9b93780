// What is known of a connection that does not come, and when a frame that is waited for leaves its page.

const ownOrigin = () => globalThis.origin ?? globalThis.location?.origin;

/** Whether a window of this origin has loaded its document; undefined where that cannot be asked. */
const hasLoaded = (target) => {
  try {
    const document = target.contentDocument ?? target.document;
    // A frame shows about:blank until what it was given has arrived.
    const isFirst = document.URL === 'about:blank' && target.src && target.src !== 'about:blank';
    return document.readyState === 'complete' && !isFirst;
  } catch {
    return undefined;
  }
};

const isSandboxed = (target) => {
  try {
    return target.hasAttribute('sandbox') && !target.sandbox.contains('allow-same-origin');
  } catch {
    return false;
  }
};

/**
 * `[code, reason, message, isEarly]` of a connect() that nobody has answered. `isEarly`: worth telling before the timeout.
 * `opaque`: its options let an opaque origin in; `offered`: a Parley there said hello and was made an offer; `loaded`: its
 * frame has fired `load` since; `refused`: the origin that was found there and is not let in.
 */
export function silence(alias, kind, target, opaque, offered, loaded, refused) {
  const late = (reason, why, isEarly = true) => {
    return ['ERR_TIMEOUT', reason, `nobody answered connect('${alias}') in time: ${why}`, isEarly];
  };
  if (isSandboxed(target) && !opaque)
    return [
      refused === undefined ? 'ERR_TIMEOUT' : 'ERR_ORIGIN',
      'sandboxed',
      `connect('${alias}') cannot succeed: the frame is sandboxed without allow-same-origin, so its origin is opaque; ` +
        'connect(frame, id, { opaque: true, grants }) lets it in',
      true,
    ];
  if (refused !== undefined) {
    const way =
      refused === 'null'
        ? 'an opaque origin is let in by connect(frame, id, { opaque: true, grants }) only'
        : 'allowedOrigins does not name it';
    return ['ERR_ORIGIN', 'origin', `connect('${alias}') found a page of the origin ${refused}: ${way}`, true];
  }
  if (kind === 'worker')
    return late(
      'silent',
      "the worker's script has reported no error, so it is still loading, or runs and has created no Parley",
    );
  if (target === undefined) return late('silent', 'has the other side called connect() for its end?', false);
  if (offered)
    return late(
      'not-accepted',
      'a Parley there said hello, but did not accept the connection: ' +
        (ownOrigin() === 'null'
          ? 'this page has an opaque origin, so it has to call connect(window.parent, id, { opaque: true, grants })'
          : `does its allowedOrigins name ${ownOrigin()}?`),
    );
  const isThere = loaded || hasLoaded(target);
  if (isThere)
    return late(
      'no-parley',
      'its page has loaded, but no Parley in it has said hello. Is one created there, does its allowedOrigins name ' +
        `${ownOrigin()}, and does its Content-Security-Policy allow 'wasm-unsafe-eval'?`,
    );
  if (isThere === false) return late('loading', 'its page has not finished loading', false);
  return late(
    'silent',
    "is a Parley created there, and does each side's allowedOrigins name the other? This side is " + ownOrigin(),
    false,
  );
}

const isElement = (target) => {
  try {
    return typeof target.tagName === 'string';
  } catch {
    // A window of another origin.
    return false;
  }
};

/** Calls `gone` when an element that is in a page leaves it, at the end of that task. Returns what ends the watch. */
export function watchRemoval(element, gone) {
  if (typeof MutationObserver !== 'function' || !isElement(element)) return () => {};
  const observer = new MutationObserver(() => {
    observer.disconnect();
    if (!element.isConnected) gone();
    watch();
  });
  // The lists of children on the way to the root, and not the whole page: only removals of an ancestor matter.
  const watch = () => {
    if (!element.isConnected) return;
    for (let node = element.parentNode; node; node = node.parentNode ?? node.host)
      observer.observe(node, { childList: true });
  };
  watch();
  return () => observer.disconnect();
}
