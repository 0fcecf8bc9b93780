// A page whose behaviour is the plan in its address: what the scenario wrote, run in this document.
import * as parleySync from '/pkg/index.js';
import * as helpers from './helpers.js';
import { readPlan, runPlan } from './plan.js';

const plan = await readPlan();
window.log = [];
const o = BroadcastChannel.prototype.postMessage;
BroadcastChannel.prototype.postMessage = function (m) {
  log.push(['sent', performance.now() | 0, m]);
  return o.call(this, m);
};
const l = navigator.locks.request.bind(navigator.locks);
navigator.locks.request = function (n, ...a) {
  log.push(['lock', performance.now() | 0, n, typeof a[0] === 'object' ? a[0].mode : 'x']);
  const cb = a[a.length - 1];
  a[a.length - 1] = (x) => {
    log.push(['granted', performance.now() | 0, n]);
    try {
      return cb(x);
    } catch (e) {
      log.push('EX' + e.stack);
      throw e;
    }
  };
  return l(n, ...a).then(
    (x) => {
      log.push(['released', n]);
      return x;
    },
    (e) => {
      log.push(['lockerr', n, String(e)]);
      throw e;
    },
  );
};
const q = navigator.locks.query.bind(navigator.locks);
navigator.locks.query = () =>
  q().then((r) => {
    log.push(['query', performance.now() | 0, r.held.length]);
    return r;
  });
window.bb = new BroadcastChannel('parley-sync:home');
bb.addEventListener('message', (e) => log.push(['got', performance.now() | 0, e.data]));
window.addEventListener('unhandledrejection', (e) => log.push('unh ' + e.reason?.stack));
window.addEventListener('error', (e) => log.push('err ' + e.message));

// A scenario's code reads as an application's would: the package's names are simply there.
Object.assign(globalThis, helpers, parleySync, { sites: plan.sites, parleySync });
await runPlan(plan);
