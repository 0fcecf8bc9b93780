// The engine that merges text by character: a module with a wasm of its own, which comes when somebody needs it.
let engine;
let loading;
let load = () => import('./text.js');
const waiting = [];

/** The module with the engine calls this when it is there; the first one stays. */
export function provide(given) {
  engine ??= given;
  for (const tell of waiting.splice(0)) tell(engine);
}

/** Calls `tell` with the engine: now if it is there, else when it comes. Loads nothing. */
export function onEngine(tell) {
  if (engine) tell(engine);
  else waiting.push(tell);
}

/** The engine, loaded once unless it is there already; a failure is not remembered. Bundlers put it into a file of its own. */
export function loadText() {
  if (engine) return Promise.resolve(engine);
  loading ??= Promise.resolve()
    .then(load)
    .then(() => {
      if (!engine) throw new Error('the module did not provide it');
      return engine;
    })
    .catch((error) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

/** For who cannot import it by that name. `other` settles when the engine has been provided. */
export function loadBy(other) {
  load = other;
}
