// A page that knows nothing of the package: a stranger, an attacker, or a page that was navigated to.
import * as byHand from './byhand.js';
import * as helpers from './helpers.js';
import { readPlan, runPlan } from './plan.js';

const plan = await readPlan();
Object.assign(globalThis, helpers, { byHand, sites: plan.sites });
await runPlan(plan);
