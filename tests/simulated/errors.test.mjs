// Whatever a call of the package throws is a ParleyError with a code, also where it comes from hand-written JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError, ValidationError, createTestNetwork } from '../../pkg/index.js';
import { parleyEnhancer } from '../../pkg/redux.js';

const refusals = {
  'an unknown option of createTestNetwork': () => createTestNetwork({ lose: 0.5 }),
  'a seed that is no number': () => createTestNetwork({ seed: 'x' }),
  'a latency that is no range': () => createTestNetwork({ latency: [5, 1] }),
  'a probability above 1': () => createTestNetwork({ loss: 2 }),
  'an origin that is no string': () => createTestNetwork().createParley({ origin: 5 }),
  'a partition that is no list of groups': () => createTestNetwork().partition('a'),
  'a filter of the enhancer that is no function': () => parleyEnhancer({ on() {}, broadcast() {} }, { filter: true }),
};

for (const [what, run] of Object.entries(refusals)) {
  test(`${what} is refused with a coded ParleyError`, () => {
    assert.throws(run, (error) => {
      assert.ok(error instanceof ParleyError, `${error.name} is no ParleyError`);
      assert.ok(error instanceof ValidationError);
      assert.equal(error.code, 'ERR_CONFIG');
      return true;
    });
  });
}
