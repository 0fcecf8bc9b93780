/** What the scenario wrote for this document: the code to run, its arguments, the origins there are. */
export async function readPlan() {
  const number = new URLSearchParams(location.search).get('plan');
  return (await fetch(`/plan/${number}`)).json();
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
