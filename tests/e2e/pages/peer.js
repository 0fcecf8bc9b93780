// A page whose behaviour is the plan in its address: what the scenario wrote, run in this document.
import * as parleySync from '/pkg/index.js';
import * as helpers from './helpers.js';
import { readPlan, runPlan } from './plan.js';

const plan = await readPlan();
// A scenario's code reads as an application's would: the package's names are simply there.
Object.assign(globalThis, helpers, parleySync, { sites: plan.sites, parleySync });
await runPlan(plan);
