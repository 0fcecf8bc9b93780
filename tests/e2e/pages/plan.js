/** What the scenario wrote for this document: the code to run, its arguments, the origins there are. */
export function readPlan() {
  const text = new URLSearchParams(location.search).get('plan').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Runs it; `loaded` tells the driver that it is through, or why not. */
export async function runPlan(plan) {
  try {
    const setup = (0, eval)(`(${plan.setup})`);
    await setup(plan.args);
    globalThis.loaded = true;
  } catch (error) {
    globalThis.loaded = String(error?.stack ?? error);
  }
}
