// A page and its child at another origin, which is held to grants.
import { peer } from './casts.mjs';

/** A page whose child at another origin is held to grants; `by` says where they are written. */
export async function restricted(t, grants, by, options = {}) {
  const src = t.url(t.b, peer, { allowed: [t.a] });
  const parent = await t.open(t.a, peer, {
    allowed: [t.a, t.b],
    options: by === 'origin' ? { grants: { [t.b]: grants }, ...options } : options,
  });
  const outcome = await parent.eval(
    (src, grants) => settle(parley.connect(addFrame('child', src), 'child', grants ? { grants } : {})),
    src,
    by === 'peer' ? grants : null,
  );
  t.assert.ok(outcome.value, JSON.stringify(outcome));
  return { parent, child: await parent.frame('child').loaded() };
}
