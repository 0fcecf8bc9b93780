// A frame in a page of another site: its channel is cut off from its own tabs. It is told so, and served by way of that page.
import { peer } from '../lib/casts.mjs';
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

const options = { needs: ['partitioning'] };

/** A peer that notes what it is told of its channel: at once, and when it listens late. */
const told = `(args) => {
  (${peer})(args);
  window.partitioned = [];
  parley.onSystem(SYSTEM_EVENTS.PARTITIONED, (data) => partitioned.push(data));
}`;
const listensLate = async () => {
  await pause(300);
  const late = [];
  parley.onSystem('system:partitioned', (data) => late.push(data));
  await pause(50);
  return late;
};

/** A page of one site that embeds a frame of another, and has opened a window of that other one. */
async function cutOff(t) {
  const args = { allowed: [t.a], channel: 'home' };
  const page = await t.open(t.a, told, {
    allowed: [t.a, t.b],
    channel: 'home',
    frames: [{ id: 'child', src: t.url(t.b, told, args) }],
  });
  const frame = await page.frame('child').loaded();
  const popup = await t.popup(
    page,
    (url) => {
      connections.popup = settle(parley.connect(window.open(url, '_blank'), 'popup'));
    },
    t.url(t.b, told, args),
  );
  await popup.loaded();
  await page.until(() => parley.getConnectedTargets().length === 2);
  return { page, frame, popup };
}

scenario(
  'it is told in plain words; its own tabs and the page around it are not',
  async (t) => {
    const { page, frame, popup } = await cutOff(t);
    await frame.until(() => partitioned.length === 1);
    const [{ channel, message }] = await frame.eval(() => partitioned);
    t.assert.equal(channel, 'home');
    t.assert.match(message, /another site.*'home'.*embedding page/s);
    t.assert.deepEqual(await frame.eval(listensLate), [{ channel, message }]);
    for (const view of [page, popup]) {
      t.assert.deepEqual(await view.eval(listensLate), []);
      t.assert.deepEqual(await view.eval(() => partitioned), []);
    }
    // It is so, not only said.
    const id = await popup.eval(() => parley.instanceId);
    t.assert.ok(!(await frame.eval((id) => parley.isConnected(id), id)), 'the browser keeps them apart');
  },
  options,
);

scenario(
  'its state reaches its own tab by way of the page that embeds it, and back',
  async (t) => {
    const { page, frame, popup } = await cutOff(t);
    await frame.eval(() => state.setState({ fromFrame: 1 }));
    await popup.until(() => state.get('fromFrame') === 1);
    await popup.eval(() => state.setState({ fromTab: new Map([['deep', 2]]) }));
    await frame.until(() => state.get('fromTab')?.get('deep') === 2);
    await assertAgree([page, frame, popup]);
    for (const view of [frame, popup])
      t.assert.deepEqual(await view.eval(() => changes), ['fromFrame', 'fromTab'], `${view.name}: each write once`);
  },
  options,
);

scenario(
  "and by way of that page's own tabs, to a window that another of them opened, late as it comes",
  async (t) => {
    const args = { allowed: [t.a], channel: 'home' };
    const left = await t.open(t.a, peer, {
      allowed: [t.a, t.b],
      channel: 'home',
      frames: [{ id: 'child', src: t.url(t.b, told, args) }],
    });
    const frame = await left.frame('child').loaded();
    await frame.eval(() => state.setState({ early: 1 }));
    const right = await t.open(t.a, peer, { allowed: [t.a, t.b], channel: 'home' });
    const popup = await t.popup(
      right,
      (url) => void (connections.popup = settle(parley.connect(window.open(url, '_blank'), 'popup'))),
      t.url(t.b, told, args),
    );
    await popup.loaded();
    await popup.until(() => state.get('early') === 1);
    await popup.eval(() => state.setState({ late: 2 }));
    await frame.until(() => state.get('late') === 2);
    await assertAgree([left, right, frame, popup]);
  },
  options,
);

scenario(
  'frames of one site in two pages of another reach each other by their channel; a frame of the own site is told nothing',
  async (t) => {
    // Pages that have no Parley themselves: only the channel can carry it.
    const embed = ({ src }) => void addFrame('child', src);
    const src = t.url(t.b, told, { channel: 'home' });
    const frames = [];
    for (let index = 0; index < 2; index++) {
      const page = await t.open(t.a, embed, { src });
      frames.push(await page.frame('child').loaded());
    }
    for (const frame of frames) await frame.until(() => parley.getConnectedTargets().length === 1);
    await frames[0].eval(() => state.setState({ x: 1 }));
    await frames[1].until(() => state.get('x') === 1);
    for (const site of [t.a, t.sub]) {
      const page = await t.open(t.a, embed, { src: t.url(site, told, { channel: 'home' }) });
      const own = await page.frame('child').loaded();
      t.assert.deepEqual(await own.eval(listensLate), [], site);
    }
  },
  options,
);
