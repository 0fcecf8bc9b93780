// A connect() that nobody answers says what it knows: early in the log at `warn`, and in the error at its timeout.
import { peer } from '../lib/casts.mjs';
import { scenario } from '../lib/scenario.mjs';

/** A page whose logger keeps what it is told at `warn`. */
const listening = `(args) => {
  window.warned = [];
  const logger = (level, message, details) => level === 'warn' && warned.push({ message, reason: details?.reason });
  (${peer})({ ...args, options: { timeout: 1e6, logLevel: 'warn', logger } });
}`;

/** Waits for a reason in the log while connect() goes on, then for its timeout. `target`: makes what is connected. */
async function assertTold(t, page, target, { code = 'ERR_TIMEOUT', reason, says }) {
  const connect = (timeout) => `() => {
    window.target = (${target})();
    window.outcome = settle(parley.connect(target, 'there', { timeout: ${timeout} }));
  }`;
  await page.eval(connect(1e6));
  await page.until((reason) => warned.some((line) => line.reason === reason), reason);
  const lines = (await page.eval(() => warned)).filter((line) => line.reason !== undefined);
  t.assert.equal(lines.length, 1, JSON.stringify(lines));
  t.assert.match(lines[0].message, says);
  // Once more, with a timeout.
  await page.eval(() => parley.disconnect('there'));
  await page.eval(connect(1500));
  const outcome = await page.eval(() => outcome);
  t.assert.equal(outcome.code, code, JSON.stringify(outcome));
  t.assert.deepEqual(outcome.details, { targetId: 'there', reason });
  t.assert.match(outcome.message, says);
}

/** A new frame. */
const frame = (src, attributes = {}) => `() =>
  addFrame('f' + document.querySelectorAll('iframe').length, ${JSON.stringify(src)}, ${JSON.stringify(attributes)})`;

const silent = (t, origin) => t.url(origin, () => {}, {}, { page: 'plain.html' });

for (const [where, site] of [
  ['across origins', 'b'],
  ['on one origin', 'a'],
])
  scenario(`a page without a Parley, ${where}`, async (t) => {
    const page = await t.open(t.a, listening, { allowed: [t.a, t.b] });
    await assertTold(t, page, frame(silent(t, t[site])), {
      reason: 'no-parley',
      says: /has loaded, but no Parley .* name http:\/\/a\.localhost:\d+, .*'wasm-unsafe-eval'/,
    });
  });

scenario("a page whose allowedOrigins does not name this one's", async (t) => {
  const page = await t.open(t.a, listening, { allowed: [t.b] });
  await assertTold(t, page, frame(t.url(t.b, peer, { allowed: [t.b] })), {
    reason: 'not-accepted',
    says: /did not accept the connection: does its allowedOrigins name http:\/\/a\.localhost:\d+\?/,
  });
});

scenario('a channel that nobody else uses, while windows of the origin are on another', async (t) => {
  await t.open(t.a, peer, { options: { channel: 'editor' } });
  const page = await t.open(
    t.a,
    `() => {
      window.told = [];
      const logger = (level, message, details) => level === 'info' && told.push({ message, details });
      window.parley = Parley.create({ channel: 'editro', logLevel: 'info', logger });
    }`,
  );
  await page.until(() => told.some(({ details }) => details?.others), 'the other channel is named');
  const { message, details } = await page.eval(() => told.find(({ details }) => details?.others));
  t.assert.deepEqual(details, { channel: 'editro', others: ['editor'] });
  t.assert.match(message, /nobody else is on the channel 'editro'.* 'editor'/);
});

scenario('a page of an origin that allowedOrigins does not name', async (t) => {
  const page = await t.open(t.a, listening, { allowed: [t.a] });
  await assertTold(t, page, frame(t.url(t.b, peer, { allowed: [t.a] })), {
    code: 'ERR_ORIGIN',
    reason: 'origin',
    says: /found a page of the origin http:\/\/b\.localhost:\d+: allowedOrigins does not name it/,
  });
});

scenario('a frame that is sandboxed, without the option opaque', async (t) => {
  const page = await t.open(t.a, listening, { allowed: [t.a] });
  await assertTold(t, page, frame(silent(t, t.a), { sandbox: 'allow-scripts' }), {
    reason: 'sandboxed',
    says: /the frame is sandboxed without allow-same-origin.*\{ opaque: true, grants \}/,
  });
});

scenario('a worker that creates no Parley', async (t) => {
  const page = await t.open(t.a, listening, {});
  await assertTold(t, page, () => new Worker('data:text/javascript,'), {
    reason: 'silent',
    says: /script has reported no error, so it is still loading, or runs and has created no Parley/,
  });
});

scenario(
  "a policy without 'wasm-unsafe-eval' is named by the page that has it, and by the one that waits",
  async (t) => {
    const page = await t.open(t.a, listening, { allowed: [t.a] });
    await page.eval(() => {
      window.frame = addFrame('there', '/e2e/no-wasm.html');
      window.outcome = settle(parley.connect(frame, 'there'));
    });
    await page.until(() => frame.contentWindow.outcome);
    const told = await page.eval(() => frame.contentWindow.outcome);
    t.assert.equal(told.code, 'ERR_ENVIRONMENT', JSON.stringify(told));
    t.assert.match(told.message, /Content-Security-Policy needs 'wasm-unsafe-eval'/);
    await page.until(() =>
      warned.some(({ reason, message }) => reason === 'no-parley' && /wasm-unsafe-eval/.test(message)),
    );
    t.expectConsole(/Content.Security.Policy|unsafe-eval/i);
  },
);
