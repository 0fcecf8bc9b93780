// Plain messengers of the application's own, in real windows: a BroadcastChannel, and a page that talks to its frames.
import { assertAgree } from '../lib/checks.mjs';
import { scenario } from '../lib/scenario.mjs';

/** A state and a store on a BroadcastChannel. */
function onChannel() {
  const channel = new BroadcastChannel('plain');
  const messenger = {
    on(type, handler) {
      const heard = ({ data }) => data.type === type && handler(data.payload);
      channel.addEventListener('message', heard);
      return () => channel.removeEventListener('message', heard);
    },
    broadcast(type, payload) {
      if (!window.mute) channel.postMessage({ type, payload });
    },
  };
  window.state = new SyncedState(messenger, { n: 0 });
  window.store = new SyncedStore(messenger, (list, { tag }) => [...list, tag], []);
}

/** The same between a page and its frames: each frame hears the page only, as with ParleyJS. */
function onWindows({ frames = [] } = {}) {
  const handlers = [];
  window.addEventListener('message', ({ data }) => {
    for (const { type, handler } of handlers) if (data?.plain === type) handler(data.payload);
  });
  const messenger = {
    on: (type, handler) => void handlers.push({ type, handler }),
    broadcast(type, payload) {
      const targets = parent === window ? Array.from({ length: window.length }, (_, at) => window[at]) : [parent];
      for (const target of targets) target.postMessage({ plain: type, payload }, '*');
    },
  };
  window.state = new SyncedState(messenger, { n: 0 });
  window.store = new SyncedStore(messenger, (list, { tag }) => [...list, tag], []);
  for (const { id, src } of frames) addFrame(id, src);
}

scenario('plain messengers: three tabs on a channel agree, also on what one did not hear', async (t) => {
  const tabs = [await t.open(t.a, onChannel), await t.open(t.a, onChannel), await t.open(t.a, onChannel)];
  const [one, two, three] = tabs;
  await one.eval(() => state.setState({ n: 1 }));
  await two.eval(() => store.dispatch({ type: 'add', tag: 'two' }).then(() => {}));
  await three.until(() => state.get('n') === 1 && store.getState()[0] === 'two');
  await one.eval(() => {
    window.mute = true;
    state.setState({ lost: true });
    store.dispatch({ type: 'add', tag: 'lost' });
  });
  await two.eval(() => state.setState({ n: 2 }));
  await one.until(() => state.get('n') === 2);
  await one.eval(() => void (window.mute = false));
  for (const tab of tabs) await tab.until(() => state.get('lost') && store.getState()[1] === 'lost');
  await assertAgree(tabs);
  const late = await t.open(t.a, onChannel);
  t.assert.deepEqual(await late.eval(() => state.ready.then(() => state.getState())), { n: 2, lost: true });
});

scenario('plain messengers: a page passes on between its frames of another origin', async (t) => {
  const frame = (id) => ({ id, src: t.url(t.b, onWindows) });
  const page = await t.open(t.a, onWindows, { frames: [frame('left'), frame('right')] });
  const [left, right] = [await page.frame('left').loaded(), await page.frame('right').loaded()];
  await left.eval(() =>
    Promise.all([state.setState({ n: 1 }), store.dispatch({ type: 'add', tag: 'left' })]).then(() => {}),
  );
  await right.until(() => state.get('n') === 1 && store.getState()[0] === 'left');
  await right.eval(() => state.setState({ back: true }));
  await left.until(() => state.get('back'));
  await assertAgree([page, left, right]);
});
