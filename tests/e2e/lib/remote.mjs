// How a function of a scenario runs inside a page: as source text, arguments and results as JSON.
// Both drivers use the same text, so a scenario means the same thing in every browser.

/** Source of an expression whose promise resolves to the JSON of {value} or {error}. */
export function remoteCall(fn, args) {
  return `(async () => {
  try {
    const value = await (${fn})(...${JSON.stringify(args)});
    return JSON.stringify({ value });
  } catch (error) {
    return JSON.stringify({ error: {
      name: error?.name, code: error?.code, details: error?.details,
      message: String(error?.message ?? error), stack: String(error?.stack ?? ''),
    } });
  }
})()`;
}

/** The value that came back, or the page's error thrown here. */
export function remoteResult(json) {
  const { value, error } = JSON.parse(json);
  if (!error) return value;
  const thrown = new Error(`in page: ${error.name}${error.code ? ` ${error.code}` : ''}: ${error.message}`);
  thrown.remote = error;
  if (error.stack) thrown.stack = `${thrown.message}\n${error.stack}`;
  throw thrown;
}

/** A page or frame went away while it was asked: for a poll the answer is "not yet". */
export class GoneError extends Error {}
