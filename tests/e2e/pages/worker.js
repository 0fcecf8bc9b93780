// A dedicated worker as an application would write it: creating a Parley is enough to be joined.
import { Parley, SyncedState } from '/pkg/index.js';

const channel = new URL(location.href).searchParams.get('channel') ?? undefined;
const parley = Parley.create(channel ? { channel } : {});
const state = new SyncedState(parley, {});

parley.on('double', (n) => n * 2);
parley.on('never', () => new Promise(() => {}));
parley.on('close', () => close());
parley.on('ask-back', async (payload, respond, { senderId }) => {
  const { echoed, by } = await parley.send('echo', payload, { targetId: senderId });
  return { echoed, by };
});
state.subscribeKey('n', (n) => state.setState({ doubled: n * 2 }));
