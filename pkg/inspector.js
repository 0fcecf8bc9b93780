// Looks into windows that let it: who is connected with whom, what passes, who wrote what. `inspect(parley)` in each window, and
// <parley-inspector> in any window of the same origin.
import { ParleyError } from './wasm/host/errors.js';
import { Agent } from './inspector/agent.js';
import { offer } from './inspector/exchange.js';
import { ParleyInspector } from './inspector/element.js';
import { MODES } from './inspector/gate.js';

export { ParleyInspector };

const inspections = new WeakMap();

const fail = (code, message) => {
  throw Object.assign(new ParleyError(message), { code });
};
const check = (isFine, message) => {
  if (!isFine) fail('ERR_ARGUMENT', message);
};

export function inspect(parley, options = {}) {
  check(typeof parley?._tap === 'function', 'inspect() takes a Parley');
  const { name = nameOfPage(), ...unknown } = options;
  for (const option of Object.keys(unknown)) check(false, `unknown option '${option}' of inspect()`);
  check(typeof name === 'string', 'name must be a string');
  const known = inspections.get(parley);
  if (known) return known;
  if (parley._uids.length === 0) fail('ERR_DESTROYED', 'the Parley was destroyed');
  const agent = new Agent(parley, name);
  const withdraw = offer(agent);
  const inspection = {
    report: () => (inspections.get(parley) === inspection ? agent.report() : undefined),
    freeze: (frozen = true) => agent.command({ do: 'freeze', frozen }),
    link(peer, settings = {}) {
      const { mode = 'open', delay = 0, loss = 0 } = settings;
      check(MODES.includes(mode), `mode must be one of ${MODES.join(', ')}`);
      check(delay >= 0 && loss >= 0 && loss <= 1, 'delay is in milliseconds, loss from 0 to 1');
      check(
        parley.peers.some(({ id }) => id === peer),
        `no connected peer has the id '${peer}'`,
      );
      agent.command({ do: 'link', peer, mode, delay, loss });
    },
    stop() {
      if (inspections.get(parley) !== inspection) return;
      inspections.delete(parley);
      agent.stop();
      withdraw();
    },
  };
  if (Symbol.dispose) inspection[Symbol.dispose] = inspection.stop;
  inspections.set(parley, inspection);
  parley._ended.then(inspection.stop);
  return inspection;
}

function nameOfPage() {
  return globalThis.document?.title || globalThis.location?.pathname || '';
}

if (globalThis.customElements && !customElements.get('parley-inspector'))
  customElements.define('parley-inspector', ParleyInspector);
