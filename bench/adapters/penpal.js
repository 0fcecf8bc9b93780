import { WindowMessenger, connect } from 'penpal';

export async function messenger({ frame, origin }, onTell) {
  const remoteWindow = frame ? frame.contentWindow : parent;
  const connection = connect({
    messenger: new WindowMessenger({ remoteWindow, allowedOrigins: [origin] }),
    methods: { echo: (payload) => payload, tell: (payload) => void onTell(payload) },
  });
  const remote = connection.promise;
  // The frame only listens: its own promise settles when the parent has come.
  if (!frame) return {};
  const { echo, tell } = await remote;
  return { ask: (payload) => echo(payload), tell: (payload) => void tell(payload) };
}
