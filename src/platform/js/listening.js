// Listeners of the window and its document that outlive document.open(), which takes away all of them and leaves everything else as
// it is: timers, ports, channels (HTML standard, "document open steps"). Some pages and many test tools write their document that way.
const g = globalThis;
const kept = new Set();
let observer;

/** Calls `again` whenever the document was written anew; returns what ends that. */
export function onRewritten(again) {
  kept.add(again);
  if (observer === undefined && g.document !== undefined && typeof g.MutationObserver === 'function') {
    observer = new g.MutationObserver(() => kept.forEach((run) => run()));
    observer.observe(g.document, { childList: true });
  }
  return () => kept.delete(again);
}

/** Listens, where there is something to listen to; returns what ends it. */
export function listen(target, name, run, options) {
  if (typeof target?.addEventListener !== 'function') return () => {};
  const add = () => target.addEventListener(name, run, options);
  add();
  const forget = onRewritten(add);
  return () => {
    forget();
    target.removeEventListener(name, run, options);
  };
}
