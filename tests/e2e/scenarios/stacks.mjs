// The stack of an error begins with the line that called the package, as this browser writes stacks.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

scenario('an error that is thrown, and one that rejects', async (t) => {
  const page = await t.open(t.a, peer, {});
  const stacks = await page.eval(async () => {
    const told = [];
    async function theCaller(call) {
      await call().catch((error) => told.push(error.stack.replace(`${error.name}: ${error.message}\n`, '')));
    }
    await theCaller(async function theCall() {
      parley.on(1);
    });
    await theCaller(function theCall() {
      return parley.send('x', 1, { targetId: 'nobody' });
    });
    return told;
  });
  t.assert.equal(stacks.length, 2);
  for (const stack of stacks) {
    t.assert.match(stack.split('\n')[0], /theCall/, stack);
    t.assert.doesNotMatch(stack, /wasm/);
  }
});
